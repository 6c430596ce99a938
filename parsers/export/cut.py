"""A log's cells without a header, as zeek-cut prints them."""

from datetime import datetime
from typing import BinaryIO

import pyarrow as pa

from parsers.bounds import Bounds
from parsers.export import lines, zeek


def write(file: BinaryIO, log: str, table: pa.Table, *, whole: bool = False, now: datetime | None = None) -> None:  # noqa: ARG001
    """Write the log's rows, cells separated by tabs."""
    lines.write(file, table, None if whole else Bounds.of(log), zeek.rows)
