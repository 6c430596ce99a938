r"""A log as CSV (RFC 4180, UTF-8), safe for spreadsheets.

Cells are as in Zeek's logs (times in seconds, booleans `T` and `F`, controls and line breaks as `\xNN`), but a field
that is not set is an empty cell. A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or their full-width
forms for a formula, perhaps behind blanks: in text, an apostrophe stands before such a beginning, and before one that
follows a semicolon, at which some spreadsheets split. To undo that, take one apostrophe away wherever apostrophes and
blanks lead to such a sign there (`unguarded`). Numbers, times and intervals stay numbers, negative ones too.
Source: RFC 4180; OWASP, CSV Injection.
"""

import re
from datetime import datetime
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from parsers.bounds import Bounds
from parsers.export import lines
from parsers.zeek.cells import cells
from parsers.zeek.rewriting import Rewriting

_END = "\r\n"
_FORMULA = "[' ]*[=+\\-@\uff1d\uff0b\uff0d\uff20]"
_GUARDED = re.compile(rf"(^|;)'(?={_FORMULA})")
_QUOTED = Rewriting('",', lambda text: '"' + text.replace('"', '""') + '"')


def write(file: BinaryIO, log: str, table: pa.Table, *, whole: bool = False, now: datetime | None = None) -> None:  # noqa: ARG001
    """Write the log below a line of its fields' names."""
    head = _QUOTED.of(_guarded(pa.array(table.column_names, pa.string())))
    file.write((",".join(head.to_pylist()) + _END).encode())
    lines.write(file, table, None if whole else Bounds.of(log), _rows)


def _rows(batch: pa.RecordBatch) -> pa.Array:
    columns = [_texts(column) for column in batch.columns]
    if len(columns) == 1:
        # An empty line is taken for no row at all.
        columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])]
    columns[-1] = pc.binary_join_element_wise(columns[-1], "", _END)
    return pc.binary_join_element_wise(*columns, ",")


def _texts(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        if len(column.dictionary) <= len(column):
            return _texts(column.dictionary).take(column.indices).fill_null("")
        column = column.cast(column.type.value_type)
    made = cells(column)
    if column.null_count:
        made = pc.if_else(column.is_valid(), made, "")
    if pa.types.is_string(column.type) or pa.types.is_list(column.type):
        return _QUOTED.of(_guarded(made))
    return made


def _guarded(texts: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(texts, rf"(^|;){_FORMULA}")).as_py():
        return texts
    return pc.replace_substring_regex(texts, rf"(^|;)({_FORMULA})", r"\1'\2")


def unguarded(text: str) -> str:
    """The cell that was written as this."""
    return _GUARDED.sub(r"\1", text)
