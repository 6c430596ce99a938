"""A log as Parquet: typed columns, in groups of rows that a reader may skip.

Each field carries its Zeek type (`zeek`) and the file the log's name (`log`), for those who read Arrow's schema.
Times are UTC, intervals Arrow's durations (whole nanoseconds, for those who do not know them), ports 16 bits.
"""

from datetime import datetime
from typing import BinaryIO

import pyarrow as pa
from pyarrow import parquet

from parsers.export.bounds import Bounds, bounded

# A group is what a reader takes or leaves, by the least and the greatest value of its columns.
_ROWS = 1 << 17


def write(file: BinaryIO, log: str, table: pa.Table, *, whole: bool = False, now: datetime | None = None) -> None:  # noqa: ARG001
    """Write the log."""
    schema = table.schema.with_metadata({"log": log})
    with parquet.ParquetWriter(file, schema, compression="zstd", write_page_index=True) as writer:
        for batch in table.unify_dictionaries().replace_schema_metadata({"log": log}).to_batches():
            writer.write_batch(batch if whole else bounded(batch, Bounds.of(log)), _ROWS)
