"""The rows of logs on a disk, as they are compared."""

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet


def rows(folder: Path) -> dict[str, list[str]]:
    """All rows of each log: of a dataset by day, or of one file a log."""
    found: dict[str, list[str]] = {}
    for path in (*folder.glob("*/day=*/*.parquet"), *folder.glob("*.parquet")):
        log = path.parts[-3] if path.parent != folder else path.stem
        found.setdefault(log, []).extend(_texts(parquet.ParquetFile(path).read()))
    return {log: sorted(texts) for log, texts in found.items()}


def _texts(table: pa.Table) -> list[str]:
    return [repr(sorted(row.items())) for row in table.to_pylist()]


def files(folder: Path) -> list[str]:
    """The files of a dataset."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
