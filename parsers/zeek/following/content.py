"""What a log holds, as far as it has been read, in whichever file it lies by now."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from parsers.updates import OpenError, Trouble, Update
from parsers.zeek.lines import Block, WholeLines
from parsers.zeek.names import shown
from parsers.zeek.reader import format_of
from parsers.zeek.registry import LineReader

# So many bytes before the place that was read to tell whether they are still the same.
_MARK = 64


class Content:
    """A log of which `done` bytes have been read, the last of them `mark`; what follows is waited for.

    `reader` is what reads its lines, once there is one.
    """

    def __init__(self, path: Path, done: int = 0, before: "Content | None" = None) -> None:
        """The content of a file from that byte on; it may have no header when it stands in the place of another."""
        self.path = path
        self.done = done
        self.mark = b""
        self._lines = WholeLines(shown(Path(path.name)))
        self.reader: LineReader | None = before.reader if before else None

    def more(self, pieces: Iterable[bytes]) -> Iterator[Update]:
        """The rows in what follows; a line that has not ended is held. Raises OpenError where that is no log."""
        found = self._blocks(pieces)
        if self.reader is None:
            # What is wrong with lines before the first one is told with it.
            before: list[Block | Trouble] = []
            for item in found:
                before.append(item)
                if isinstance(item, Block):
                    self.reader = self._reader_of(item)
                    break
            found = chain(before, found)
        if self.reader is not None:
            yield from self.reader.rows(found)

    def end(self) -> Iterator[Update]:
        """What is to be told when nothing will follow any more."""
        if self.reader is not None:
            yield from self.reader.rows(self._lines.rest(self.done))
            yield from self.reader.end()

    def _blocks(self, pieces: Iterable[bytes]) -> Iterator[Block | Trouble]:
        for piece in pieces:
            self.done += len(piece)
            self.mark = (self.mark + piece[-_MARK:])[-_MARK:]
            yield from self._lines.of(piece, self.done)

    def _reader_of(self, first: Block) -> LineReader:
        lines = format_of(first.data).lines
        if lines is None:
            raise OpenError(f"{shown(self.path)}: cannot be followed, it is not written line by line; open it alone")
        return lines(self.path, self.done)
