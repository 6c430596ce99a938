"""A Zeek that writes logs for tests, and somebody who follows them."""

import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from parsers.export.registry import FORMATS
from parsers.updates import Batch, Trouble
from parsers.zeek.following.follower import Follower
from tests.parsers.zeek.logs import HEAD

START = 1_700_000_000


def header(log: str = "conn", opened: int = 0) -> str:
    """What a log begins with; `opened` tells those of different hours apart."""
    fields = "#fields\tts\tuid\tn\n#types\ttime\tstring\tcount\n"
    return f"{HEAD}#path\t{log}\n#open\t2024-01-01-{opened:02d}-00-00\n{fields}"


def row(number: int) -> str:
    """A row by its number."""
    return f"{START + number}.000000\tC{number}\t{number}\n"


def json_row(number: int) -> str:
    """The same in JSON."""
    return f'{{"ts":{START + number}.0,"uid":"C{number}","n":{number}}}\n'


def rows(first: int, last: int) -> str:
    """Rows from one number up to another."""
    return "".join(map(row, range(first, last + 1)))


def append(file: Path, text: str) -> None:
    """Write on, as Zeek does."""
    with file.open("a") as log:
        log.write(text)


class Reader:
    """Follows logs, and keeps what it is told: `rows` are their numbers by log."""

    def __init__(self, paths: Path | Sequence[Path], only: str | None = None) -> None:
        given = [paths] if isinstance(paths, Path) else paths
        self._follower = Follower(given, frozenset({only}) if only else None)
        self.rows: dict[str, list[Any]] = {}
        self.troubles: list[Trouble] = []
        self._take(self._follower.begin())

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._follower.close()

    def _take(self, updates: Any) -> list[Any]:
        new: list[Any] = []
        for update in updates:
            if isinstance(update, Trouble):
                self.troubles.append(update)
            if isinstance(update, Batch):
                numbers = update.table.column("n").to_pylist() if "n" in update.table.column_names else []
                self.rows.setdefault(update.log, []).extend(numbers)
                new += numbers
        return new

    def step(self, times: int = 1) -> list[Any]:
        """The rows that some more looks find."""
        return [number for _ in range(times) for number in self._take(self._follower.step())]


class Writer:
    """Writes one log into a folder and rotates it, as Zeek started by zeekctl does."""

    def __init__(self, folder: Path, log: str) -> None:
        self._log = log
        self._folder = folder
        self._file = folder / f"{log}.log"
        self._hours = 0

    def write(self, table: pa.Table) -> None:
        """Some more rows; the first ones make the file."""
        written = io.BytesIO()
        FORMATS["zeek"].write(written, self._log, table, whole=True)
        lines = written.getvalue().splitlines(keepends=True)[:-1]
        with self._file.open("ab") as file:
            is_new = not file.tell()
            file.writelines(line for line in lines if is_new or not line.startswith(b"#"))

    def rotate(self) -> None:
        """Close the log and give it its name in the archive, from which it goes away, packed."""
        append(self._file, "#close\t2024-01-01-00-00-00\n")
        name = f"{self._log}-24-01-01_{self._hours:02d}.00.00.log"
        self._hours += 1
        rotated = self._file.rename(self._folder / name)
        archive = self._folder / "2024-01-01"
        archive.mkdir(exist_ok=True)
        (archive / f"{name}.gz").write_bytes(gzip.compress(rotated.read_bytes()))
        rotated.unlink()
