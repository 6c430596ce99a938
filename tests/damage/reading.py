"""What a reader makes of a file, good or damaged."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from parsers.opening import updates
from parsers.source import LogSet
from parsers.updates import OpenError
from tui.exit_status import NOTHING, status


@dataclass(frozen=True)
class Found:
    """The exit status that it stands for, the logs, what was said."""

    status: int
    tables: dict[str, pa.Table]
    said: list[str]

    def rows(self, log: str) -> list[str]:
        """The rows of a log, each as one text of the cells that are set."""
        table = self.tables.get(log)
        rows = table.to_pylist() if table is not None else []
        return [str({name: cell for name, cell in row.items() if cell is not None}) for row in rows]

    def by_uid(self) -> dict[str, list[str]]:
        """The rows of all logs that have a uid, by it."""
        found: dict[str, list[str]] = {}
        for log, table in self.tables.items():
            if "uid" in table.column_names:
                for uid, row in zip(table.column("uid").to_pylist(), table.to_pylist(), strict=True):
                    found.setdefault(uid, []).append(f"{log} {row}")
        return {uid: sorted(rows) for uid, rows in found.items()}


def read(path: Path) -> Found:
    """Read a file to its end, as a run without a screen does."""
    logs = LogSet()
    try:
        logs.read(updates([path]))
    except OpenError as error:
        return Found(NOTHING, {}, [str(error)])
    return Found(status(logs), logs.tables, [trouble.text for trouble in logs.troubles])
