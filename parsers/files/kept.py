"""The bytes of one file, taken out of a capture again to be looked into."""

from parsers.limits import INSPECT_BYTES


class Kept:
    """A file's bytes in order, as many as may be inspected; what the capture does not hold is zeros.

    `size` counts all of the file's bytes, `holes` are the (offset, length) of those zeros; `is_cut` says that the file
    went on.
    """

    __slots__ = ("_content", "holes", "size")

    def __init__(self) -> None:
        self._content = bytearray()
        self.size = 0
        self.holes: list[tuple[int, int]] = []

    @property
    def content(self) -> bytes:
        """The bytes from the file's first on."""
        return bytes(self._content)

    @property
    def is_cut(self) -> bool:
        """The file has more bytes than are kept."""
        return self.size > len(self._content)

    def data(self, data: bytes) -> None:
        """The next bytes."""
        self._content += data[: INSPECT_BYTES - len(self._content)]
        self.size += len(data)

    def gap(self, length: int) -> None:
        """The next bytes are missing."""
        if length:
            self.holes.append((self.size, length))
        self._content += bytes(min(length, INSPECT_BYTES - len(self._content)))
        self.size += length
