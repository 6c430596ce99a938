"""What a log's file says of itself in its first lines: its log, and when it begins."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from parsers import packing
from parsers.zeek import parquet
from parsers.zeek.header import PREFIX, Header, log_name
from parsers.zeek.parquet.start import first_time

_FIRST_BYTES = 1 << 13
_OPENED = "%Y-%m-%d-%H-%M-%S"
# Within a shipper's object the quotation marks of Zeek's own are escaped.
_PATH = re.compile(rb'\\?"_path\\?"\s*:\s*\\?"([\w.-]+)')
_TS = re.compile(rb'\\?"ts\\?"\s*:\s*(?:\\?"([^"\\]+)|([\d.]+))')
_MILLISECONDS = 1e11


@dataclass(frozen=True, slots=True)
class Head:
    """`log` is empty and the times are None where the first lines do not tell; the times are in seconds.

    `opened` is by the sensor's clock as if that were UTC, `first` is the first row's time.
    """

    log: str = ""
    opened: float | None = None
    first: float | None = None

    @property
    def start(self) -> float | None:
        """When the file begins."""
        return self.first if self.opened is None else self.opened


def head(path: Path) -> Head:
    """The head of a file; one that cannot be read says nothing."""
    first = first_bytes(path)
    if parquet.recognises(first):
        return Head(first=first_time(path))
    if first.startswith(PREFIX):
        return _of_header(first)
    path_found, time = _PATH.search(first), _TS.search(first)
    return Head(
        log=log_name(path_found[1].decode()) if path_found else "",
        first=_seconds((time[1] or time[2]).decode("ascii", "replace")) if time else None,
    )


def first_bytes(path: Path) -> bytes:
    """The beginning of a file, unpacked; nothing where there is none."""
    try:
        with path.open("rb") as file:
            return packing.beginning(file, _FIRST_BYTES)
    except OSError:
        return b""


def _of_header(first: bytes) -> Head:
    header, opened = Header(), None
    for line in first.splitlines():
        if not line.startswith(PREFIX):
            return Head(header.path, opened, _first_time(header, line))
        header = header.after(line)
        key, _, value = line.partition(header.separator)
        if key == b"#open":
            opened = _moment(value.decode("ascii", "replace"), _OPENED)
    return Head(header.path, opened)


def _first_time(header: Header, row: bytes) -> float | None:
    cells = row.split(header.separator)
    if "ts" not in header.fields[: len(cells)]:
        return None
    return _seconds(cells[header.fields.index("ts")].decode("ascii", "replace"))


def _seconds(text: str) -> float | None:
    """A time as Zeek writes it: seconds, milliseconds, or a date."""
    try:
        number = float(text)
    except ValueError:
        return _moment(text, None)
    return number / 1000 if number > _MILLISECONDS else number


def _moment(text: str, form: str | None) -> float | None:
    try:
        found = datetime.strptime(text, form) if form else datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
