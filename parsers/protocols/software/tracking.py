"""Which programs are told of: those of local hosts, when they are seen first and when their version has changed.

Source: Zeek, scripts/base/frameworks/software/main.zeek (found, register).
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from parsers import escape
from parsers.limits import ROW_STRING_BYTES, SOFTWARE_TRACKED
from parsers.protocols.analyzer import Rows
from parsers.protocols.expiry import Expiry
from parsers.protocols.software.browser import browser, is_browser
from parsers.protocols.software.record import SIGHTINGS
from parsers.protocols.software.version import Description, described
from parsers.schema import Row
from parsers.site import is_local

_Numbers: TypeAlias = npt.NDArray[np.intp]


def found(rows: Rows, ts: int, host: str, host_p: int | None, kind: str, said: bytes) -> None:
    """A program says what it is; clients have no port."""
    if is_local(host):
        rows.add(SIGHTINGS, ([ts], host, host_p, kind, escape.text(said[:ROW_STRING_BYTES])))


def folded(sightings: Iterable[Row]) -> list[Row]:
    """What a shard has seen, the same of it as one.

    No time can be left out: a version is told of again when another shard has seen another one in the meantime.
    """
    same: dict[Row, list[int]] = {}
    for times, *seen in sorted(sightings, key=itemgetter(0)):
        same.setdefault(tuple(seen), []).extend(times)
    return [(times, *seen) for seen, times in same.items()]


def logged(sightings: Iterable[Row], expiry: Expiry) -> list[Row]:
    """The rows that Zeek writes, in the order of time; `expiry` is that of the capture's clock."""
    by_host: dict[str, list[Row]] = {}
    for times, host, *seen in sightings:
        by_host.setdefault(host, []).append((times, *seen))
    rows = (row for host, seen in by_host.items() for row in _of_host(host, seen, expiry))
    return sorted(rows, key=itemgetter(0))


def _of_host(host: str, sightings: Sequence[Row], expiry: Expiry) -> Iterator[Row]:
    """What is written of one host: all is forgotten a day after the first of it."""
    if len(sightings) == 1 and len(sightings[0][0]) == 1:
        # Of most hosts there is no more.
        (only,) = sightings
        yield _row(only[0][0], host, only, _described(escape.raw(only[-1])))
        return
    times = np.concatenate([np.array(times, np.int64) for times, *_ in sightings])
    order = np.argsort(times, kind="stable")
    times = times[order]
    which = np.repeat(np.arange(len(sightings)), [len(times) for times, *_ in sightings])[order]
    descriptions = [_described(escape.raw(said)) for *_, said in sightings]
    names = _numbered([description.name for description in descriptions])[which]
    versions = _numbered(descriptions)[which]
    start = 0
    while start < len(times):
        over = expiry.after(int(times[start]), SOFTWARE_TRACKED)
        end = len(times) if over is None else int(np.searchsorted(times, over))
        for place in _changes(names[start:end], versions[start:end]) + start:
            yield _row(int(times[place]), host, sightings[which[place]], descriptions[which[place]])
        start = end


def _row(ts: int, host: str, sighting: Row, description: Description) -> Row:
    _, host_p, kind, said = sighting
    *numbers, addl = description.version
    told = None if addl is None else escape.text(addl)
    return ts, host, host_p, kind, escape.text(description.name), *numbers, told, said


def _described(said: bytes) -> Description:
    return browser(said) if is_browser(said) else described(said)


def _numbered(values: Sequence[object]) -> _Numbers:
    """A number for each value, the same for the same."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.intp)


def _changes(names: _Numbers, versions: _Numbers) -> _Numbers:
    """The places at which a name comes first, or with another version than the last time."""
    by_name = np.argsort(names, kind="stable")
    names, versions = names[by_name], versions[by_name]
    changed = np.ones(len(names), bool)
    changed[1:] = (names[1:] != names[:-1]) | (versions[1:] != versions[:-1])
    return np.sort(by_name[changed])
