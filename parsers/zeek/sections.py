"""Blocks of lines told apart by the header that they stand under; headers may come back within one file."""

from collections.abc import Iterator

from parsers.zeek.header import PREFIX, Header
from parsers.zeek.lines import Block


class Sections:
    """Where the header lines of one file have led so far."""

    def __init__(self) -> None:
        self.header = Header()

    def of(self, block: Block) -> Iterator[tuple[Header, bytes, int]]:
        """The block's rows: their header, their lines, the number of the first line.

        Header lines are left in as empty ones, so that lines can still be counted.
        """
        data, line = block.data, block.line
        if PREFIX not in data:
            yield self.header, data, line
            return
        header: Header | None = None
        lines: list[bytes] = []
        place = 0
        while place < len(data):
            if data.startswith(PREFIX, place):
                end = data.index(b"\n", place) + 1
                self.header = self.header.after(data[place:end].rstrip(b"\r\n"))
                lines.append(b"\n")
            else:
                end = data.find(b"\n" + PREFIX, place) + 1 or len(data)
                if header is not None and header != self.header:
                    rows = b"".join(lines)
                    yield header, rows, line
                    line += rows.count(b"\n")
                    lines = []
                header = self.header
                lines.append(data[place:end])
            place = end
        if header is not None:
            yield header, b"".join(lines), line
