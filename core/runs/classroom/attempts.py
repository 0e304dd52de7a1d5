"""Guessing passwords is made slow: per name and address after a few tries, per address after many, and for all together.

By address, because whoever is elsewhere must not be able to keep somebody out of their own workspace by guessing at it. A try is
counted when it begins, so that a hundred at once are no way around; one that succeeds is taken off again, unless the
same name succeeded just before. The counts live in the memory of one server: another beside it counts for itself.
"""

import ipaddress
from collections import defaultdict
from threading import Lock

_FREE = 5  # tries under one name, from one address, before the first pause: somebody has caps lock on
_LONGEST = 60.0  # seconds between two tries; whoever guesses from the same address can still take each turn that comes
_FORGOTTEN = 900.0  # seconds after which a name begins anew
_HERE, _PER_SECOND = (
    60,
    1.0,
)  # tries that fail, from one address (a school may have a single one), before it is slowed to so many
_ALL, _ALL_PER_SECOND = 300, 5.0  # … and of everybody: what two processors can try
_AGAIN = 5.0  # seconds within which a second success of a name is counted as a try: each costs work


class Bucket:
    """Tries that have not run out again."""

    def __init__(self, size: int, rate: float) -> None:
        """Args: size: tries at once; rate: that run out a second."""
        self._size, self._rate = size, rate
        self._full, self._since = 0.0, 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more has room; zero or less: now."""
        self._full = max(0.0, self._full - (now - self._since) * self._rate)
        self._since = now
        return (self._full - self._size + 1) / self._rate

    def add(self, tries: int) -> None:
        """One more, or one less."""
        self._full = max(0.0, self._full + tries)

    def empty(self, now: float) -> bool:
        """Whether nothing is left in it."""
        return self._full <= (now - self._since) * self._rate


class Attempts:
    """Tries to log in, counted."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._names: dict[
            tuple[str, str], tuple[int, float]
        ] = {}  # tries that did not succeed, when the last one began
        self._places: defaultdict[str, Bucket] = defaultdict(lambda: Bucket(_HERE, _PER_SECOND))
        self._all = Bucket(_ALL, _ALL_PER_SECOND)
        self._inside: dict[str, float] = {}  # when a name last succeeded

    def ask(self, address: str, name: str, now: float) -> float:
        """Begin a try from an address under a name, or learn how many seconds to wait first (the try is then not counted).

        Args:
            now: seconds of a clock that never goes back.

        >>> attempts = Attempts()
        >>> [attempts.ask("10.0.0.1", "ann", now) for now in (0, 0, 0, 0, 0, 0, 2)]
        [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]
        >>> attempts.ask("10.0.0.2", "ann", 2)
        0.0
        """
        place = _place(address)
        with self._lock:
            self._forget(now)
            count, last = self._names.get((place, name), (0, now))
            pause = min(_LONGEST, 2.0 ** min(count - _FREE, 10)) if count >= _FREE else 0.0
            wait = max(last + pause - now, self._places[place].wait(now), self._all.wait(now))
            if wait > 0:
                return wait
            self._names[place, name] = count + 1, now
            self._places[place].add(1)
            self._all.add(1)
            return 0.0

    def succeeded(self, address: str, name: str, now: float) -> None:
        """The try from this address under this name was right: its count begins anew."""
        place = _place(address)
        with self._lock:
            before = self._inside.get(name)
            self._inside[name] = now
            if before is not None and now - before < _AGAIN:
                return
            self._names.pop((place, name), None)
            self._places[place].add(-1)
            self._all.add(-1)

    def _forget(self, now: float) -> None:
        self._names = {one: told for one, told in self._names.items() if now - told[1] <= _FORGOTTEN}
        self._inside = {one: when for one, when in self._inside.items() if now - when < _AGAIN}
        for place in [one for one, bucket in self._places.items() if bucket.empty(now)]:
            del self._places[place]


def _place(address: str) -> str:
    """Who is counted as one: an address, of version 6 its first half, which is one connection's."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if known.version == 4:
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((int(known) >> 64 << 64, 64)))
