"""Matrices that were looked at lately: thirty people look at the same example, and a click on a head asks for all again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from core.recording.matrix import AttentionMatrix

Found = tuple[AttentionMatrix, ...]


@dataclass
class KeptMatrices:
    """The newest of them, up to so many bytes; safe to ask from several threads.

    Attributes:
        most: bytes of all weights together; what is larger alone is handed on and not kept.
    """

    most: int
    _kept: OrderedDict[Hashable, Found] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, key: Hashable, record: Callable[[], Sequence[AttentionMatrix]]) -> Found:
        """What was kept under `key`, else what `record` finds now; nobody may write into it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = tuple(record())  # outside the lock: two may record the same at once, and find the same
        for matrix in found:
            matrix.weights.flags.writeable = False
        if _bytes(found) > self.most:  # it would push out all others, and then itself
            return found
        with self._lock:
            self._size += _bytes(found) - _bytes(self._kept.pop(key, ()))
            self._kept[key] = found
            while self._size > self.most:
                self._size -= _bytes(self._kept.popitem(last=False)[1])
        return found


def _bytes(found: Found) -> int:
    return sum(matrix.weights.nbytes for matrix in found)
