"""A log as Zeek's own writer puts it: tab-separated, with a header.

Source: Zeek, src/logging/writers/ascii/Ascii.cc.
"""

from datetime import datetime
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape
from parsers.bounds import Bounds
from parsers.export import lines
from parsers.schema import zeek_type
from parsers.zeek.cells import EMPTY, SEPARATOR, SET_SEPARATOR, UNSET, cells


def write(file: BinaryIO, log: str, table: pa.Table, *, whole: bool = False, now: datetime | None = None) -> None:
    """Write the log; `now` stands in `#open` and `#close`."""
    stamp = (now or datetime.now().astimezone()).strftime("%Y-%m-%d-%H-%M-%S")
    file.write(_head(log, table.schema, stamp).encode())
    lines.write(file, table, None if whole else Bounds.of(log), rows)
    file.write(f"#close\t{stamp}\n".encode())


def _head(log: str, schema: pa.Schema, stamp: str) -> str:
    head = {
        "set_separator": SET_SEPARATOR,
        "empty_field": EMPTY,
        "unset_field": UNSET,
        "path": log,
        "open": stamp,
        "fields": SEPARATOR.join(escape.zeek(name) for name in schema.names),
        "types": SEPARATOR.join(escape.zeek(zeek_type(field)) for field in schema),
    }
    return "#separator \\x09\n" + "".join(f"#{key}\t{value}\n" for key, value in head.items())


def rows(batch: pa.RecordBatch) -> pa.Array:
    """The rows of a batch as they stand in the file."""
    columns = [cells(column) for column in batch.columns]
    # A row that begins like a header line is escaped there.
    if pc.any(pc.starts_with(columns[0], "#")).as_py():
        columns[0] = pc.replace_substring_regex(columns[0], "^#", r"\\x23")
    columns[-1] = pc.binary_join_element_wise(columns[-1], "", "\n")
    return pc.binary_join_element_wise(*columns, SEPARATOR)
