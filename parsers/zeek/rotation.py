"""What the names of rotated logs say: the log, and when the file begins, by the sensor's clock.

Sources: Zeek's rotation_format_func (scripts/base/frameworks/logging/main.zeek) and archiver_rotation_format_func
(scripts/base/frameworks/cluster/nodes/logger.zeek), zeekctl's make-archive-name, zeek-archiver, logrotate(8);
Corelight's sensors write NAME_20201012_21:00:00-22:00:00+0000.log.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

PACKED = r"gz|bz2|xz|zst|zstd|lz4"
_SUFFIXES = re.compile(
    rf"""(?P<kind>(\.(log|json|ndjson|jsonl|parquet))+)
    (?P<turn>\.\d{{1,5}} | -\d{{8}}(-\d+)? | \.\d{{4}}-\d\d-\d\d)?   # logrotate's numbers and dates
    (?P<packed>\.({PACKED}))?$""",
    re.VERBOSE,
)
# Colons do not live on every disk: copies have other signs in their place.
_SIGN = r"(?::|-|_|\.|%3A|\uf03a)"
# In what stands before the suffixes: 2020-10-12-21-00-00, 20-10-12_21.00.00, 20201012_21:00:00.
_DATE_AND_TIME = re.compile(
    r"(?<!\d)(?P<year>(?:\d\d)?\d\d)-?(?P<month>\d\d)-?(?P<day>\d\d)"
    rf"[-_.T]?(?P<hour>\d\d){_SIGN}?(?P<minute>\d\d){_SIGN}?(?P<second>\d\d)(?!\d)"
)
# 21:00:00-22:00:00, 21:00:00-current; the day is the folder's.
_TIME_ALONE = re.compile(rf"(?<!\d)(?P<hour>\d\d){_SIGN}(?P<minute>\d\d){_SIGN}(?P<second>\d\d)(?=[-_](\d\d|current))")
_DATE_ALONE = re.compile(r"(?<!\d)(?P<year>\d{4})(?P<sign>[-_]?)(?P<month>\d\d)(?P=sign)(?P<day>\d\d)(?!\d)")
# A cluster with several loggers calls each one's logs after it.
_NODE = re.compile(r"-(logger|manager|proxy|worker)(-\d+)*$")
_MIDNIGHT = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Rotated:
    """A log's file by its name: the log, the day and the time (hour, minute, second) at which it begins.

    `kind` is what its format's suffix says, empty where it has none; `turn` is logrotate's number, older files have
    higher ones; `is_bare` that nothing in the name tells it from the file that is being written.
    """

    log: str
    kind: str
    packed: str
    day: date | None
    time: tuple[int, int, int] | None
    turn: int
    is_bare: bool

    def start(self, folders: Iterable[str], day: date | None = None) -> float | None:
        """The seconds at which the file begins, as if the sensor's clock were UTC; None when names do not tell.

        The day is that of the name, else of the innermost of the folders that has one, else the one that is given.
        """
        found = self.day or next(filter(None, map(_day_alone, folders)), None) if self.time or self.day else None
        found = found or (day if self.time else None)
        if found is None:
            return None
        return datetime(found.year, found.month, found.day, *(self.time or _MIDNIGHT), tzinfo=UTC).timestamp()


# Names come back in every day's folder.
@lru_cache(maxsize=1 << 12)
def rotated(name: str) -> Rotated:
    """What the name of a file says."""
    suffixes = _SUFFIXES.search(name)
    stem = name[: suffixes.start()] if suffixes else name
    turn = (suffixes and suffixes["turn"]) or ""
    day, time, end = _moment(stem)
    if day is None and turn:
        day = _day_alone(turn)
    log = stem[:end].rstrip("._-").partition(".")[0]
    return Rotated(
        log=_NODE.sub("", log) or log or stem or name,
        kind=suffixes["kind"].rpartition(".")[2] if suffixes else "",
        packed=((suffixes and suffixes["packed"]) or "").removeprefix("."),
        day=day,
        time=time,
        turn=int(turn[1:]) if turn[1:].isdigit() and day is None else 0,
        is_bare=stem == log and not turn,
    )


def _moment(stem: str) -> tuple[date | None, tuple[int, int, int] | None, int]:
    """The first day and time in a name, and where they stand."""
    for found in _DATE_AND_TIME.finditer(stem):
        day, time = _day(found), _time(found)
        if day and time:
            return day, time, found.start()
    for found in _TIME_ALONE.finditer(stem):
        time = _time(found)
        if time:
            return None, time, found.start()
    for found in _DATE_ALONE.finditer(stem):
        day = _day(found)
        if day:
            return day, None, found.start()
    return None, None, len(stem)


def _day_alone(text: str) -> date | None:
    found = _DATE_ALONE.search(text)
    return _day(found) if found else None


def _day(found: re.Match[str]) -> date | None:
    year = int(found["year"])
    try:
        return date(year if year > 99 else 2000 + year, int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _time(found: re.Match[str]) -> tuple[int, int, int] | None:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None
