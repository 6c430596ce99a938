"""pe.log: Windows executables, whatever they are called.

Source: Microsoft, PE format; Zeek, src/file_analysis/analyzer/pe, base/files/pe.
"""

from parsers.schema import Record, Row

MIME_TYPE = "application/x-dosexec"

RECORD = Record("pe", "A Windows executable that was carried by a connection.", "red1", ())


class Headers:
    """The headers of one executable while its first bytes pass by."""

    def data(self, data: bytes) -> None:
        """The next bytes."""

    def gap(self, length: int) -> None:
        """The next bytes are missing."""

    def row(self, ts: int, fuid: str) -> Row | None:  # noqa: ARG002
        """The row of pe.log; None when too little of the headers came."""
        return None
