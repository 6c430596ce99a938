"""When a log in Parquet begins, by what stands at the end of its file.

Source: Apache Parquet, parquet.thrift (Statistics).
"""

from pathlib import Path

import pyarrow as pa

from parsers.zeek.parquet.selection import ends

_SECOND = 1_000_000_000


def first_time(path: Path) -> float | None:
    """The least time of the first group of rows, in seconds; None where the file does not tell."""
    from pyarrow import parquet

    try:
        metadata = parquet.read_metadata(path)
        schema = metadata.schema.to_arrow_schema()
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return None
    if "ts" not in schema.names or not metadata.num_row_groups:
        return None
    group = metadata.row_group(0)
    columns = (group.column(place) for place in range(group.num_columns))
    found = next((column for column in columns if column.path_in_schema == "ts"), None)
    reach = found and ends(found.statistics, schema.field(schema.names.index("ts")))
    return reach[0] / _SECOND if reach else None
