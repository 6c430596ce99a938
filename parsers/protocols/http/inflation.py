"""Compressed bodies (gzip, x-gzip, deflate) as they come, in pieces."""

import zlib
from typing import Final

from parsers.limits import INFLATED_BYTES

# Zeek takes what was inflated in blocks of this size: an error loses the block that it is met in.
_BLOCK: Final = 4096
_SLICE: Final = 8192
_ZLIB_OR_GZIP: Final = 32 + zlib.MAX_WBITS


class Inflation:
    """One compressed body; after an error (`failed`), its end or INFLATED_BYTES (`is_cut`) nothing more comes out.

    Some servers send deflate without zlib's header: a piece that cannot be read at all is read that way.
    Source: Zeek, src/analyzer/protocol/zip/ZIP.cc.
    """

    __slots__ = ("_left", "_stream", "failed", "is_cut")

    def __init__(self) -> None:
        self.is_cut = self.failed = False
        self._stream = zlib.decompressobj(_ZLIB_OR_GZIP)
        self._left = INFLATED_BYTES

    def inflate(self, data: bytes) -> bytes:
        """What this piece of the body stands for."""
        blocks: list[bytes] = []
        restartable = True
        place = 0
        while place < len(data) and self._left > 0:
            piece = data[place : place + _SLICE]
            place += _SLICE
            while piece and self._left > 0:
                try:
                    block = self._stream.decompress(piece, _BLOCK)
                except zlib.error:
                    if not restartable:
                        self.failed = True
                        self._left = 0
                        break
                    self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
                    piece = data[:_SLICE]
                    block = b""
                else:
                    piece = self._stream.unconsumed_tail
                restartable = False
                blocks.append(block)
                self._left = max(self._left - len(block), 0)
                self.is_cut = self._left == 0 and not self._stream.eof
                if self._stream.eof:
                    self._left = 0
        return b"".join(blocks)
