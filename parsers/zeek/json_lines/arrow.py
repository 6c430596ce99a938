"""Lines of JSON by Arrow's parser: fast, and only where every line is as it was told."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa
from pyarrow import json

from parsers.zeek.json_lines.lines import Lines
from parsers.zeek.json_lines.objects import Way


def structs(lines: Lines, kinds: Mapping[Way, pa.DataType], others: Literal["error", "ignore"]) -> pa.Array | None:
    """One struct a line, with what stands at each way; None where a line is not of these kinds, or no object.

    `others` says whether more may stand in a line.
    """
    schema = _schema(kinds)
    # A null that stands alone on the first line would end the process (pyarrow 26).
    if schema is None or not lines.look_like_objects:
        return None
    try:
        table = json.read_json(
            pa.BufferReader(lines.data),
            json.ReadOptions(use_threads=False, block_size=len(lines.data) + 1),
            json.ParseOptions(explicit_schema=schema, newlines_in_values=False, unexpected_field_behavior=others),
        )
    except pa.ArrowInvalid:
        return None
    # Two objects on one line, or one on two, are none that Zeek wrote.
    return table.combine_chunks().to_struct_array().combine_chunks() if table.num_rows == lines.count else None


def _schema(kinds: Mapping[Way, pa.DataType]) -> pa.Schema | None:
    """What the parser is told of an object and of those within it; None where something stands in the way."""
    root: dict[str, Any] = {}
    for way, kind in kinds.items():
        inner = root
        for name in way[:-1]:
            inner = inner.setdefault(name, {})
            if not isinstance(inner, dict):
                return None
        if inner.setdefault(way[-1], kind) is not kind:
            return None
    try:
        return pa.schema(list(_fields(root)))
    except UnicodeEncodeError:
        # The half of a pair of surrogates is a name that Arrow does not have.
        return None


def _fields(members: Mapping[str, Any]) -> Iterator[pa.Field]:
    for name, kind in members.items():
        yield pa.field(name, pa.struct(list(_fields(kind))) if isinstance(kind, dict) else kind)
