"""What rows are made of: the files that are read, and how."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from parsers import limits, pipes
from parsers.cache import place
from parsers.cache.found import Found
from parsers.cache.key import key
from parsers.updates import OpenError, Trouble, Update, Whole


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
    def logs(self) -> set[str]:
        """The logs that the names of files tell of."""
        from parsers.zeek.parts import Part

        return set() if self.captures else {Part(file).log for file in self.files}

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


def updates(origin: Origin, read: Callable[[], Iterator[Update]]) -> Iterator[Update]:
    """The rows that were kept of this origin, else what is read now, to be kept once it is whole."""
    return updates_beside(origin, lambda _: read(), some=False)


def updates_beside(
    origin: Origin, read: Callable[[frozenset[str]], Iterator[Update]], *, some: bool = True
) -> Iterator[Update]:
    """The same where `some` logs may have been kept, and `read` tells of all others."""
    found = _found(origin)
    if found.whole:
        yield from found.beside
        yield from found.logs
        return
    logs = found.logs if some else []
    others = read(frozenset(batch.log for batch in logs))
    # With some of the logs, it is the reader who tells what is beside them.
    yield from [] if found.logs else found.beside
    yield from logs
    yield from others
    yield Whole(origin)


def updates_of(log: str, origin: Origin, read: Callable[[], Iterator[Update]]) -> Iterator[Update]:
    """The same where one log is wanted, a piece at a time; what is read now may be less than all, and is not kept."""
    found = _found(origin)
    wanted = [batch for batch in found.logs if batch.log == log]
    for batch in wanted:
        for start in range(0, max(len(batch.table), 1), limits.PIECE_ROWS):
            yield replace(batch, table=batch.table.slice(start, limits.PIECE_ROWS))
    if not wanted:
        yield from (update for update in found.beside if isinstance(update, Trouble))
        yield from read()


def _found(origin: Origin) -> Found:
    if origin.key is None or not (place.entries() / origin.key).exists():
        return Found()
    # Loaded where there is something: it takes its time, and a reading that is needed begins before that.
    from parsers.cache import kept

    return kept.opened(origin.key, origin.names)
