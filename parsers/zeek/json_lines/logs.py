"""Lines of several logs in one file, told apart by what they say of their log (`_path`)."""

import re
from collections.abc import Iterable, Iterator

import re2

from parsers import escape
from parsers.zeek.header import log_name
from parsers.zeek.json_lines.lines import Lines, gathered

# Within a string the quotation marks would stand behind backslashes.
_PATH = re.compile(rb'"_path"\s*:\s*"([^"\\]+)"')
# Without the quotation mark before it, for which there would be a stop at every key: a third of the time.
_MAY_SAY = re2.compile(rb'_path"')


def told_apart(lines: Lines, log: str) -> Iterator[tuple[str, Lines]]:
    """The lines of each log, in their order; those that say nothing are of the log of that name."""
    paths = _PATH.findall(lines.data) if _MAY_SAY.search(lines.data) else []
    if not paths:
        yield log, lines
    elif len(set(paths)) == 1 and len(paths) == lines.count:
        yield _name(paths[0]), lines
    else:
        told = ((_PATH.search(line), number, line) for number, line in lines)
        yield from grouped((_name(found[1]) if found else log, number, line) for found, number, line in told)


def grouped(told: Iterable[tuple[str, int, bytes]]) -> Iterator[tuple[str, Lines]]:
    """Lines with their log, log by log."""
    logs: dict[str, list[tuple[int, bytes]]] = {}
    for log, number, line in told:
        logs.setdefault(log, []).append((number, line))
    for log, some in logs.items():
        yield log, gathered(some)


def _name(path: bytes) -> str:
    return log_name(escape.text(path))
