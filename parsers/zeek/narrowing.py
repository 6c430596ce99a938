"""The columns of a log that are needed of it."""

import pyarrow as pa

from parsers.query.need import Asked
from parsers.schema import zeek_type


def narrowed(schema: pa.Schema, asked: Asked | None) -> pa.Schema:
    """Those columns of a log that are asked, at least one; all where nothing is."""
    needed = None if asked is None else asked({named.name: zeek_type(named) for named in schema}).columns
    if needed is None:
        return schema
    return pa.schema([named for named in schema if named.name in needed] or list(schema)[:1])
