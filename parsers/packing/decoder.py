"""What unpacks one member of a packed file, in the words of Python's own bz2, lzma and compression.zstd."""

from typing import Protocol


class Decoder(Protocol):
    """One member (stream, frame) of a packed file while it is unpacked.

    `eof` says that the member is over, `unused_data` what was fed to it behind its end, `needs_input` that it has
    nothing more to give before it is fed again.
    """

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes | None: ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """The next unpacked bytes. Raises SpoiltError, or what its packer names."""


class SpoiltError(Exception):
    """The data is damaged: `rest` could still be unpacked before that, `left` bytes of the input were not used."""

    def __init__(self, why: str, rest: bytes, left: int) -> None:
        super().__init__(why)
        self.rest = rest
        self.left = left
