"""One log on standard output, for the next program in a pipe."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from parsers import schema
from parsers.answer import Answer
from parsers.export.format import Format
from parsers.export.registry import CUT, FORMATS
from parsers.opening import captures, updates
from parsers.query.question import QuestionError, Wording
from parsers.updates import OpenError, Trouble, Update
from tui.exit_status import NOTHING, status_of
from tui.password import unlocked
from tui.streams import complain, is_read_for, pour


def run(
    paths: Sequence[Path],
    password: bytes | None,
    log: str,
    wording: Wording,
    format: str | None = None,  # noqa: A002
    *,
    checksums: bool = False,
    follow: bool = False,
) -> int:
    """Print what is asked of a log, as cells alone or in one of the formats of `parsers.export.registry`.

    With `follow` rows are printed as they are written, until nobody reads them any more. The exit status. Raises
    OpenError when nothing can be read, when there is no such log, when the question is wrong.
    """
    found = [] if follow else captures(paths)
    form = CUT if format is None else FORMATS[format]

    def begun(secret: bytes | None) -> tuple[Answer, Iterator[Trouble | pa.Table]]:
        answer = Answer(log, wording, captures=bool(found), endless=follow)
        only = frozenset({log})

        def read() -> Iterator[Update]:
            return updates(paths, secret, only, asked=answer.need, checksums=checksums)

        told = _followed(paths, only) if follow else _read(paths, found, log, read, checksums=checksums)
        pieces = answer.pieces(told)
        return answer, chain([next(pieces)], pieces)

    troubles: list[Trouble] = []

    def tables(pieces: Iterator[Trouble | pa.Table]) -> Iterator[pa.Table]:
        for piece in pieces:
            if isinstance(piece, Trouble):
                troubles.append(piece)
                complain(piece.text)
            else:
                yield piece

    try:
        # Several captures together have a column of their own.
        if len(found) == 1:
            Answer(log, wording, captures=True).check()
        (answer, pieces), _ = unlocked(paths, password, begun)
        written = pour(lambda file: _write(file, form, log, tables(pieces), whole=not found))
    except QuestionError as error:
        raise OpenError(_told(error)) from None
    return status_of(troubles, answer.readable) if written else NOTHING


def _read(
    paths: Sequence[Path], found: Sequence[Path], log: str, read: Callable[[], Iterator[Update]], *, checksums: bool
) -> Iterator[Update]:
    """The rows that were kept, else what is read now."""
    from parsers.cache import origin

    if found:
        return origin.updates(origin.Origin(paths, found, checksums), read)
    return origin.updates_of(log, origin.Origin(paths, ()), read)


def _followed(paths: Sequence[Path], only: frozenset[str]) -> Iterator[Update]:
    from parsers import following

    return following.updates(paths, lambda: not is_read_for(following.LOOK_SECONDS), only)


def _write(file: BinaryIO, form: Format, log: str, tables: Iterator[pa.Table], *, whole: bool) -> None:
    for table in tables if form.piecewise else [schema.joined(list(tables))]:
        form.write(file, log, table, whole=whole)
        file.flush()


def _told(error: QuestionError) -> str:
    """What is wrong with a part of the question, and where."""
    wrong = error.error
    if error.part != "where":
        return f"--{error.part}: {wrong.message}"
    return f"--where, character {wrong.start + 1}: {wrong.message}"
