r"""A log as Zeek's writer puts it in JSON: one object a row, a name for each field that is set.

Times and intervals are seconds since 1970 (JSON::TS_EPOCH), written as the shortest decimal that is the same double;
now and then Zeek's library gives one that is a digit longer. NaN and infinity are null. A backslash in text is
written like any other character, so that a reader cannot tell the byte 7 from the text `\x07`.
Source: Zeek, src/threading/formatters/JSON.cc, src/util.cc (escape_utf8); RapidJSON's writer.
"""

from datetime import datetime
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from parsers.bounds import Bounds
from parsers.export import lines
from parsers.export.json_cells import quoted, values


def write(file: BinaryIO, log: str, table: pa.Table, *, whole: bool = False, now: datetime | None = None) -> None:  # noqa: ARG001
    """Write the log; a field that is not set is left out."""
    lines.write(file, table, None if whole else Bounds.of(log), _rows)


def _rows(batch: pa.RecordBatch) -> pa.Array:
    first, *others = (f",{quoted(name)}:" for name in batch.schema.names)
    always = not batch.columns[0].null_count
    names = [first.removeprefix(",") if always else first, *others]
    members = [_members(name, column) for name, column in zip(names, batch.columns, strict=True)]
    rows = pc.binary_join_element_wise("{", *members, "}\n", "", null_handling="skip")
    return rows if always else pc.replace_substring_regex(rows, r"^\{,", "{")


def _members(name: str, column: pa.Array) -> pa.Array:
    """A column as members of objects, null where it is not set."""
    if pa.types.is_dictionary(column.type) and len(column.dictionary) <= len(column):
        return _members(name, column.dictionary).take(column.indices)
    return pc.binary_join_element_wise(name, values(column), "")
