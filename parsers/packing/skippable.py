"""The frames of zstd and LZ4 that hold nothing to unpack; pzstd begins its files with them.

Source: RFC 8878, section 3.1.2.
"""

_HEADER_BYTES = 8


class Frame:
    """A frame that is passed over: eight bytes of header, the last four of them its length."""

    def __init__(self) -> None:
        self._header = b""
        self._left = 0
        self.eof = False
        self.needs_input = True
        self.unused_data = b""

    def decompress(self, data: bytes, max_length: int) -> bytes:  # noqa: ARG002
        """Nothing, always."""
        missing = _HEADER_BYTES - len(self._header)
        if missing:
            self._header += data[:missing]
            data = data[missing:]
            self._left = int.from_bytes(self._header[4:], "little")
        self.unused_data = data[self._left :]
        self._left -= min(self._left, len(data))
        self.eof = len(self._header) == _HEADER_BYTES and not self._left
        return b""
