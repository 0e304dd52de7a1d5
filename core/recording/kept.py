"""What was looked at lately: thirty people look at the same example, and a click on a head or a step back asks for all again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.recording.matrix import AttentionMatrix

T = TypeVar("T")


@dataclass
class KeptMatrices(Generic[T]):
    """The newest recordings, up to so many and so many bytes; safe to ask from several threads.

    Attributes:
        most: bytes of all weights together; what is larger alone is handed on and not kept.
        within: the matrices of a recording; nothing else of it counts as bytes.
        count: recordings: of small models, what stands beside the weights is several times their bytes.
    """

    most: int
    within: Callable[[T], Sequence[AttentionMatrix]]
    count: int = 512
    _kept: OrderedDict[Hashable, T] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, key: Hashable, record: Callable[[], T]) -> T:
        """What was kept under `key`, else what `record` finds now; nobody may write into it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = record()  # outside the lock: two may record the same at once, and find the same
        for matrix in self.within(found):
            matrix.weights.flags.writeable = False
        if self._bytes(found) > self.most:  # it would push out all others, and then itself
            return found
        with self._lock:
            before = self._kept.pop(key, None)
            self._size += self._bytes(found) - (0 if before is None else self._bytes(before))
            self._kept[key] = found
            while self._size > self.most or len(self._kept) > self.count:
                self._size -= self._bytes(self._kept.popitem(last=False)[1])
        return found

    def _bytes(self, found: T) -> int:
        return sum(matrix.weights.nbytes for matrix in self.within(found))
