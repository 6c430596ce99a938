"""Logs in a dataset by log and by day: LAKE/LOG/day=YYYY-MM-DD/NAME.parquet, days in UTC.

Source: Apache Hive's partitions, which Arrow, DuckDB, Polars and Spark take for a column `day`.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from parsers.export.registry import FORMATS

_DAY = 86_400_000_000_000


def write(lake: Path, name: str, unfinished: Path, logs: Mapping[str, pa.Table]) -> list[str]:
    """Write logs whose rows are in the order of time, and tell the files' paths below the lake.

    Each file comes into its place at once and whole, from a folder for what is `unfinished`, and takes the place of one
    that is there. Raises OSError.
    """
    written = []
    for log, table in logs.items():
        for day, rows in _days(table):
            place = Path(log) / f"day={day}" / f"{name}.parquet"
            file = unfinished / f"{log}-{day}.parquet"
            with file.open("wb") as sink:
                FORMATS["parquet"].write(sink, log, rows)
            (lake / place).parent.mkdir(parents=True, exist_ok=True)
            file.replace(lake / place)
            written.append(str(place))
    return written


def _days(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each day, in the order of days; every row of a capture's logs has a time."""
    if not table.num_rows:
        return
    days = table.column("ts").cast(pa.int64()).to_numpy() // _DAY
    starts = [0, *(np.flatnonzero(days[1:] != days[:-1]) + 1).tolist(), len(days)]
    for first, last in pairwise(starts):
        yield str(np.datetime64(int(days[first]), "D")), table.slice(first, last - first)
