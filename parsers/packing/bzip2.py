"""One stream of a bzip2: blocks of 900 kB at most, each with a checksum."""

import bz2

# A block that grows to more than this, made of long runs, is given before its checksum was looked at.
_HELD = 1 << 23


class Stream:
    """bz2's decoder, but a block is given once its checksum is seen to fit: a damaged one holds nothing to trust."""

    def __init__(self) -> None:
        self._stream = bz2.BZ2Decompressor()

    @property
    def eof(self) -> bool:
        """Whether the stream is over."""
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        """Whether all that was fed is used."""
        return self._stream.needs_input

    @property
    def unused_data(self) -> bytes:
        """What was fed behind the stream's end."""
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """The next blocks."""
        parts = [self._stream.decompress(data, max_length)]
        length = len(parts[0])
        # The checksum is looked at when more is asked for than the block still has.
        while not self.eof and not self.needs_input and length < _HELD:
            parts.append(self._stream.decompress(b"", max_length))
            length += len(parts[-1])
        return b"".join(parts)
