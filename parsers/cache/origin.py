"""What rows are made of: the files that are read, and how."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from parsers import limits, pipes
from parsers.cache import kept, place
from parsers.cache.key import key
from parsers.updates import Batch, OpenError, Trouble, Update, Whole


@dataclass(frozen=True)
class Origin:
    """Captures, or where there are none the logs at some paths; and how they are read.

    `files` are those that are read, `key` is theirs at the moment before that; None where no rows are kept of them.
    """

    paths: Sequence[Path]
    captures: Sequence[Path]
    checksums: bool = False
    files: Sequence[Path] = field(init=False)
    key: str | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", self._files())
        object.__setattr__(self, "key", self._key())

    @property
    def names(self) -> list[str]:
        """What messages call them."""
        return [str(path) for path in self.captures or self.paths]

    @property
    def is_unchanged(self) -> bool:
        """Whether the same would be read now."""
        return self.key is not None and self.key == Origin(self.paths, self.captures, self.checksums).key

    def _files(self) -> list[Path]:
        if not place.is_kept() or pipes.among(map(pipes.as_file, self.captures or self.paths)):
            return []
        if self.captures:
            return list(self.captures)
        from parsers.zeek.discovery import Discovery

        try:
            return list(Discovery(self.paths).sizes)
        except OpenError:
            # It is the reader who tells.
            return []

    def _key(self) -> str | None:
        if not self.captures:
            return key(self.files, {"logs": [*self.names, *map(str, self.files)]})
        # A single capture is the same whatever it is called; the names of several are in their rows.
        return key(self.files, {"captures": self.names[1:] and self.names, "checksums": self.checksums})


def updates(origin: Origin | None, read: Callable[[], Iterator[Update]]) -> Iterator[Update]:
    """The rows that were kept of this origin, else what is read now, to be kept once it is whole."""
    if origin is None or origin.key is None:
        yield from read()
        return
    found = kept.opened(origin.key, origin.names)
    yield from found.updates
    if not found.whole:
        yield from read()
        yield Whole(origin)


def updates_of(log: str, origin: Origin, read: Callable[[], Iterator[Update]]) -> Iterator[Update]:
    """The same where one log is wanted, a piece at a time; what is read now may be less than all, and is not kept."""
    found = kept.Found() if origin.key is None else kept.opened(origin.key, origin.names)
    wanted = [update for update in found.updates if isinstance(update, Batch) and update.log == log]
    yield from (update for update in found.updates if isinstance(update, Trouble))
    for batch in wanted:
        for start in range(0, max(len(batch.table), 1), limits.PIECE_ROWS):
            yield replace(batch, table=batch.table.slice(start, limits.PIECE_ROWS))
    if not wanted:
        yield from read()
