"""Rows of Zeek's ASCII logs as Arrow tables, and what is wrong with single rows."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyarrow import csv

from parsers import escape, limits
from parsers.schema import zeek_type
from parsers.zeek.header import Header
from parsers.zeek.jobs import Faults
from parsers.zeek.values import FALSE, TRUE, Cells, parsed_type

_TAB = b"\t"
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one header, the first of them with its number; lines without a byte are no rows.

    In a row stand cells of all the `names`; the columns of the `schema` are those of them that are kept.
    """

    header: Header
    names: list[str]
    schema: pa.Schema
    data: bytes
    line: int


def table(section: Section) -> tuple[pa.Table, Faults]:
    """The section's rows; a row with too many or too few cells is left out, a cell not of its type is unset."""
    if not section.data.lstrip(b"\n"):
        return section.schema.empty_table(), Faults()
    try:
        if b"\r" not in section.data and _is_delimiter(section.header.separator):
            return _at_once(section), Faults()
    except pa.ArrowInvalid:
        pass
    return _line_by_line(section)


def _is_delimiter(separator: bytes) -> bool:
    return len(separator) == 1 and separator.isascii() and separator not in b"\r\n"


def _at_once(section: Section) -> pa.Table:
    """All rows; pa.ArrowInvalid where one of them is not as it should be."""
    types = {named.name: parsed_type(named.type) for named in section.schema}
    parsed = _parsed(section, section.data, section.header.separator, types)
    cells = Cells.of(section.header, section.data)
    columns = []
    for named, column in zip(section.schema, parsed.columns, strict=True):
        made, wrong = cells.column(column.combine_chunks(), named.type)
        if wrong.any():
            raise pa.ArrowInvalid(named.name)
        columns.append(made)
    return _table(section, columns)


def _line_by_line(section: Section) -> tuple[pa.Table, Faults]:
    """The same with every row looked at, so that each fault has its line."""
    lines, faults = _fitting(section)
    if not lines:
        return section.schema.empty_table(), faults
    data = b"\n".join([line for _, line in lines])
    parsed = _parsed(section, data, _TAB, {name: pa.string() for name in section.schema.names})
    cells = Cells.of(section.header, data)
    columns = []
    for named, column in zip(section.schema, parsed.columns, strict=True):
        texts = column.combine_chunks()
        made, wrong = cells.column(texts, named.type)
        columns.append(made)
        rows = np.flatnonzero(wrong)
        for row in rows[: limits.LOG_FAULTS].tolist():
            shown = escape.cell(texts[row].as_py()[:_SHOWN])
            faults.tell(lines[row][0], f"'{shown}' in {named.name} is no {zeek_type(named)}; shown as unset")
        faults.count += len(rows[limits.LOG_FAULTS :])
    faults.first.sort(key=lambda fault: fault.line)
    return _table(section, columns), faults


def _table(section: Section, columns: list[pa.Array]) -> pa.Table:
    fields = [named.with_type(column.type) for named, column in zip(section.schema, columns, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _fitting(section: Section) -> tuple[list[tuple[int, bytes]], Faults]:
    """The lines with as many cells as there are fields, cells separated by tabs, and what is said of the others."""
    wanted, separator = len(section.names), section.header.separator
    lines, faults = [], Faults()
    text = section.data.decode("utf-8", "backslashreplace").encode().replace(b"\r\n", b"\n").replace(b"\r", b"\\x0d")
    for number, line in enumerate(text.split(b"\n"), section.line):
        if not line:
            continue
        found = line.count(separator) + 1
        if found != wanted:
            faults.tell(number, f"{found} cells, the header names {wanted} fields; the row is left out")
        elif separator == _TAB:
            lines.append((number, line))
        else:
            lines.append((number, line.replace(_TAB, b"\\x09").replace(separator, _TAB)))
    return lines, faults


def _parsed(section: Section, data: bytes, delimiter: bytes, types: dict[str, pa.DataType]) -> pa.Table:
    """The cells as Arrow's CSV parser finds them, nothing quoted, nothing escaped."""
    return csv.read_csv(
        pa.BufferReader(data),
        csv.ReadOptions(column_names=section.names, block_size=len(data) + 1, use_threads=False),
        csv.ParseOptions(delimiter=delimiter.decode(), quote_char=False, double_quote=False, escape_char=False),
        csv.ConvertOptions(
            column_types=types,
            include_columns=section.schema.names,
            null_values=[escape.text(section.header.unset)],
            strings_can_be_null=True,
            true_values=TRUE,
            false_values=FALSE,
        ),
    )
