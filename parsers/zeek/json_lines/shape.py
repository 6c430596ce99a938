"""What is known of the rows of one log: its columns, where in an object each stands, and how it is spelled there."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyarrow as pa

from parsers import limits
from parsers.schema import inferred_field, is_inferred, wider, zeek_type
from parsers.zeek import known
from parsers.zeek.json_lines import spelling, times
from parsers.zeek.json_lines.objects import Way
from parsers.zeek.json_lines.strings import Escapes

_NO_WORD = re.compile(r"[^0-9A-Za-z]+")


@dataclass(frozen=True)
class Shape:
    """The columns of a log in their order, and the ways to them with their spelling; nothing in it changes.

    `unit` is what a step of times is that are whole numbers, in nanoseconds.
    """

    log: str
    fields: Mapping[str, pa.Field]
    spellings: Mapping[Way, str] = field(default_factory=dict)
    unit: int | None = None

    @classmethod
    def of(cls, log: str) -> "Shape":
        """What is known of a log before the first row: Zeek's columns, if it is one of Zeek's."""
        return cls(log, {named.name: named for named in known.columns(log) or ()})

    def begun(self, names: Collection[str]) -> "Shape":
        """The same when the first rows have columns of these names: an older Zeek may have written them."""
        older = None if self.spellings else known.older(self.log, names)
        return self if older is None else replace(self, fields={named.name: named for named in older})

    @cached_property
    def step(self) -> int:
        """What a step of times is that are whole numbers, in nanoseconds."""
        return self.unit or times.SECOND

    @cached_property
    def _zeek_names(self) -> dict[str, pa.Field]:
        return {named.name: named for named in (*known.optional(self.log), *(known.columns(self.log) or ()))}

    @cached_property
    def _joined_names(self) -> dict[str, str]:
        """Zeek's names with points, by what another `Log::default_scope_sep` makes of them."""
        return {_NO_WORD.sub("_", name): name for name in self._zeek_names if "." in name}

    def name(self, way: Way) -> str:
        """What the column is called that a way leads to."""
        name = ".".join(way)
        if name in self._zeek_names:
            return name
        zeeks = self._joined_names.get(_NO_WORD.sub("_", name))
        return zeeks or Escapes().plain(name)

    def has_room_for(self, way: Way) -> bool:
        """Whether a way may be followed that was not met in these rows before."""
        return way in self.spellings or len(self.spellings) < limits.JSON_COLUMNS

    def presumed(self, name: str) -> pa.Field | None:
        """The column that a name has wherever it occurs, if it is one of Zeek's."""
        return self.fields.get(name) or self._zeek_names.get(name)

    def after(self, fields: Mapping[str, pa.Field], spellings: Mapping[Way, str], unit: int | None) -> "Shape":
        """The same with what more rows have shown; new columns come last, those of a sensor behind the others."""
        new = sorted((name for name in fields if name not in self.fields), key=lambda name: name.startswith("_"))
        mine = {name: _wider_field(named, fields.get(name, named)) for name, named in self.fields.items()}
        ways = {
            way: spelling.both(self.spellings.get(way, spelling.NOTHING), spelt) for way, spelt in spellings.items()
        }
        return replace(
            self,
            fields=mine | {name: fields[name] for name in new},
            spellings={**self.spellings, **ways},
            unit=self.unit or unit,
        )

    def joined(self, other: "Shape") -> "Shape":
        """The same with what other rows of the log have shown."""
        return self if other is self else self.after(other.fields, other.spellings, other.unit)

    def fitted(self, rows: pa.Table) -> pa.Table:
        """Rows of an earlier shape with all columns that are known by now; the types are left to `schema.joined`."""
        if rows.column_names == list(self.fields):
            return rows
        there = dict(zip(rows.column_names, zip(rows.schema, rows.columns, strict=True), strict=True))
        all_of_them = [
            there.get(name) or (named, pa.nulls(len(rows), named.type)) for name, named in self.fields.items()
        ]
        fields, columns = zip(*all_of_them, strict=True)
        return pa.Table.from_arrays(list(columns), schema=pa.schema(fields))

    def table(self, arrays: Mapping[str, pa.Array], rows: int) -> pa.Table:
        """All columns of so many rows, those that are not given unset; a time may be of microseconds."""
        columns = [arrays.get(name) for name in self.fields]
        made = [
            pa.nulls(rows, named.type) if column is None else column
            for named, column in zip(self.fields.values(), columns, strict=True)
        ]
        fields = [named.with_type(column.type) for named, column in zip(self.fields.values(), made, strict=True)]
        return pa.Table.from_arrays(made, schema=pa.schema(fields))


def _wider_field(one: pa.Field, other: pa.Field) -> pa.Field:
    kind, other_kind = zeek_type(one), zeek_type(other)
    if kind == other_kind or not is_inferred(other):
        return one
    return inferred_field(one.name, wider(kind, other_kind)) if is_inferred(one) else other
