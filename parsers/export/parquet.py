"""A log as Parquet: typed columns, in groups of rows that a reader may skip.

Times are UTC, ports 16 bits, sets and vectors lists, everything that repeats plain text (in dictionaries inside the
file, which pandas and polars would otherwise show as categories). Intervals are Arrow's durations; those who do not
know them see whole nanoseconds. Each field carries its Zeek type (`zeek`) and the file the log's name (`log`).
Source: Apache Parquet, LogicalTypes.md; Apache Arrow, Schema.fbs.
"""

from datetime import datetime
from typing import BinaryIO

import pyarrow as pa
from pyarrow import parquet

from parsers.bounds import Bounds, bounded

# A group is what a reader takes or leaves, by the least and the greatest value of its columns.
_ROWS = 1 << 17


def write(file: BinaryIO, log: str, table: pa.Table, *, whole: bool = False, now: datetime | None = None) -> None:  # noqa: ARG001
    """Write the log."""
    schema = pa.schema([_plain(field) for field in table.schema], {"log": log})
    # Nearly every time is another one, but near to the one before: dictionaries would be in vain.
    times = [field.name for field in schema if pa.types.is_temporal(field.type)]
    with parquet.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=[_path(field) for field in schema if field.name not in times],
        column_encoding=dict.fromkeys(times, "DELTA_BINARY_PACKED"),
        write_page_index=True,
        write_page_checksum=True,
    ) as writer:
        for first in range(0, table.num_rows, _ROWS):
            for batch in table.slice(first, _ROWS).combine_chunks().to_batches():
                kept = batch if whole else bounded(batch, Bounds.of(log))
                writer.write_batch(kept.cast(schema), _ROWS)


def _plain(field: pa.Field) -> pa.Field:
    return field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field


def _path(field: pa.Field) -> str:
    """Where a column's values lie in Parquet's schema."""
    return f"{field.name}.list.element" if pa.types.is_list(field.type) else str(field.name)
