"""A file read forward only, which may be a pipe."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

_PIECE = 1 << 16


class Source:
    """The bytes of a file (or of pieces, one after the other), with a look ahead; `place` counts those taken."""

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self._held = b""
        self._at = 0
        self.place = 0

    @property
    def held(self) -> int:
        """How many bytes can be taken without asking for more."""
        return len(self._held) - self._at

    def peek(self, size: int) -> bytes:
        """The next bytes, left where they are; fewer than `size` only before the end."""
        while self.held < size:
            piece = self._more()
            if not piece:
                break
            self._held = self._held[self._at :] + piece
            self._at = 0
        return self._held[self._at : self._at + size]

    def take(self, size: int) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        if not self.held:
            self._held, self._at = self._more(), 0
        piece = self._held[self._at : self._at + size]
        self._at += len(piece)
        self.place += len(piece)
        return piece

    def put_back(self, data: bytes) -> None:
        """Undo the taking of these bytes, the last ones."""
        self._held = data + self._held[self._at :]
        self._at = 0
        self.place -= len(data)


def of_file(file: BinaryIO) -> Source:
    """A file's bytes as they come: nothing waits for a pipe to have more than there is."""
    read = cast("Callable[[int], bytes]", getattr(file, "read1", file.read))
    return Source(lambda: read(_PIECE))


def of_pieces(pieces: Iterator[bytes]) -> Source:
    """The bytes of pieces; empty ones are passed over."""
    return Source(lambda: next(filter(None, pieces), b""))
