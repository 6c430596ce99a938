"""One member of a gzip (RFC 1952), unpacked by zlib-ng; what lies before damage is found to the byte."""

from contextlib import suppress
from typing import TYPE_CHECKING

from parsers.packing.decoder import SpoiltError

if TYPE_CHECKING:
    # It has all of this module's words; its own types leave some out.
    import zlib
else:
    from zlib_ng import zlib_ng as zlib

Error = zlib.error
_BITS = zlib.MAX_WBITS | 16


class Member:
    """zlib-ng's stream in the words of a `Decoder`."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_BITS)

    @property
    def eof(self) -> bool:
        """Whether the member is over."""
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        """Whether all that was fed is used."""
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What was fed behind the member's end."""
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """The next unpacked bytes. Raises SpoiltError."""
        packed = self._stream.unconsumed_tail + data
        before = self._stream.copy()
        try:
            return self._stream.decompress(packed, max_length)
        except zlib.error as error:
            raise _spoilt(str(error), before, packed, max_length) from None


def _spoilt(why: str, stream: "zlib._Decompress", packed: bytes, size: int) -> SpoiltError:
    """With the bytes before damage that lies within the next `size` ones: a call that fails keeps them to itself."""
    parts = []
    while size := size // 2:
        further = stream.copy()
        with suppress(zlib.error):
            parts.append(further.decompress(packed, size))
            stream, packed = further, further.unconsumed_tail
    used = 0
    with suppress(zlib.error):
        for used in range(len(packed)):
            parts.append(stream.decompress(packed[used : used + 1]))
    return SpoiltError(why, b"".join(parts), len(packed) - used)
