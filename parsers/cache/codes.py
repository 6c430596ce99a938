"""Columns with a dictionary as plain codes: all rows of a log share one dictionary, which grows while they come."""

from collections.abc import Mapping

import pyarrow as pa

from parsers import schema

# Marks a column of codes.
_CODED = b"coded"
_CODE = pa.int32()


class Codes:
    """The dictionaries of a log's columns so far, by the names of the columns."""

    def __init__(self, dictionaries: Mapping[str, pa.Array] | None = None) -> None:
        self.dictionaries: dict[str, pa.Array] = dict(dictionaries or {})

    @property
    def size(self) -> int:
        """How many bytes they take."""
        return sum(int(dictionary.nbytes) for dictionary in self.dictionaries.values())

    def table(self) -> pa.Table:
        """The dictionaries as one row, to be written."""
        whole = {name: pa.array([0, len(values)], _CODE) for name, values in self.dictionaries.items()}
        return pa.table({name: pa.ListArray.from_arrays(ends, self.dictionaries[name]) for name, ends in whole.items()})

    @classmethod
    def of(cls, table: pa.Table) -> "Codes":
        """The dictionaries that were made a row."""
        return cls({name: table.column(name).chunk(0).values for name in table.column_names})

    def coded(self, table: pa.Table) -> pa.Table:
        """The table with codes in place of values; values that are new are added to the dictionaries."""
        columns = [
            self._coded(field.name, column) if _has_dictionary(field) else column
            for field, column in zip(table.schema, table.columns, strict=True)
        ]
        return pa.Table.from_arrays(columns, schema=coded(table.schema))

    def decoded(self, table: pa.Table) -> pa.Table:
        """The table that was coded; its codes stay where they are."""
        fields, columns = [], []
        for field, column in zip(table.schema, table.columns, strict=True):
            values = self.dictionaries.get(field.name) if _is_coded(field) else None
            if values is None:
                fields.append(field)
                columns.append(column)
                continue
            fields.append(_without_mark(field))
            chunks = [pa.DictionaryArray.from_arrays(chunk, values, safe=False) for chunk in column.chunks]
            columns.append(pa.chunked_array(chunks, schema.REPEATED))
        return pa.Table.from_arrays(columns, schema=pa.schema(fields))

    def _coded(self, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        known = self.dictionaries.setdefault(name, pa.array([], schema.TEXT))
        # What is known comes first and keeps its codes.
        first = pa.DictionaryArray.from_arrays(pa.array([], _CODE), known)
        whole = pa.chunked_array([first, *map(_own, column.chunks)], schema.REPEATED).unify_dictionaries()
        self.dictionaries[name] = whole.chunk(0).dictionary
        return pa.chunked_array([chunk.indices for chunk in whole.chunks[1:]], _CODE)


def _own(rows: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same rows without values that only others have: a few of many rows would bring all values along."""
    return rows.dictionary_decode().dictionary_encode() if len(rows.dictionary) > len(rows) else rows


def coded(whole: pa.Schema) -> pa.Schema:
    """The schema of the same columns with codes in place of values."""
    return pa.schema([_with_mark(field) if _has_dictionary(field) else field for field in whole])


def _has_dictionary(field: pa.Field) -> bool:
    return bool(field.type == schema.REPEATED)


def _is_coded(field: pa.Field) -> bool:
    return _CODED in (field.metadata or {})


def _with_mark(field: pa.Field) -> pa.Field:
    return field.with_type(_CODE).with_metadata({**(field.metadata or {}), _CODED: b"T"})


def _without_mark(field: pa.Field) -> pa.Field:
    left = {name: value for name, value in field.metadata.items() if name != _CODED}
    return field.with_type(schema.REPEATED).with_metadata(left)
