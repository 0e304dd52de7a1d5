"""Guessing passwords is made slow: per workspace after a few tries, and for all together after many.

A try is counted when it begins, so that a hundred at once are no way around; one that succeeds is taken off again. The
counts live in the memory of one server: another server beside it counts for itself.
"""

from threading import Lock

_FREE = 5  # tries under one name before the first pause: somebody has caps lock on
_LONGEST = 60.0  # seconds; nobody can be kept out of their own workspace for longer than that
_FORGOTTEN = 900.0  # seconds after which a name begins anew
_AT_ONCE = 60  # tries that fail, of everybody, before all are slowed down to …
_PER_SECOND = 1.0  # … so many


class Attempts:
    """Tries to log in, counted."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._names: dict[str, tuple[int, float]] = {}  # tries that did not succeed, and when the last one began
        self._all, self._since = 0.0, 0.0

    def ask(self, name: str, now: float) -> float:
        """Begin a try under a name, or learn how many seconds to wait first (the try is then not counted).

        Args:
            now: seconds of a clock that never goes back.

        >>> attempts = Attempts()
        >>> [attempts.ask("ann", now) for now in (0, 0, 0, 0, 0, 0, 2)]
        [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]
        """
        with self._lock:
            self._all = max(0.0, self._all - (now - self._since) * _PER_SECOND)
            self._since = now
            count, last = self._names.get(name, (0, now))
            if now - last > _FORGOTTEN:
                count = 0
            pause = min(_LONGEST, 2.0 ** min(count - _FREE, 10)) if count >= _FREE else 0.0
            wait = max(last + pause - now, (self._all - _AT_ONCE + 1) / _PER_SECOND)
            if wait > 0:
                return wait
            self._names = {one: told for one, told in self._names.items() if now - told[1] <= _FORGOTTEN}
            self._names[name] = count + 1, now
            self._all += 1
            return 0.0

    def succeeded(self, name: str) -> None:
        """The try under this name was right: its count begins anew."""
        with self._lock:
            self._names.pop(name, None)
            self._all = max(0.0, self._all - 1)
