r"""The header lines of Zeek's ASCII logs: what separates cells, what they are called, of which type they are.

Source: Zeek, src/logging/writers/ascii/Ascii.cc (WriteHeader).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import pyarrow as pa

from parsers import escape
from parsers.protocols.registry import RECORDS
from parsers.schema import REPEATED, TEXT, arrow_field, arrow_type

PREFIX = b"#"
_HEX = re.compile(rb"\\x([0-9a-fA-F]{2})")
_NO_NAME = re.compile(r"[^\w.-]|^\.")


@dataclass(frozen=True, slots=True)
class Header:
    """What the header lines so far say, escapes undone; `#separator` begins a new one."""

    separator: bytes = b"\t"
    set_separator: bytes = b","
    empty: bytes = b"(empty)"
    unset: bytes = b"-"
    path: str = ""
    fields: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def after(self, line: bytes) -> "Header":
        """The header after one more line of it; a line that says nothing of these things changes nothing."""
        if line.startswith(b"#separator "):
            return Header(separator=_unescaped(line[11:]) or b"\t", path=self.path)
        key, _, value = line.partition(self.separator)
        match key:
            case b"#set_separator":
                return replace(self, set_separator=_unescaped(value) or b",")
            case b"#empty_field":
                return replace(self, empty=_unescaped(value))
            case b"#unset_field":
                return replace(self, unset=_unescaped(value))
            case b"#path":
                return replace(self, path=log_name(escape.text(_unescaped(value))))
            case b"#fields":
                return replace(self, fields=tuple(_distinct(self._cells(value))))
            case b"#types":
                return replace(self, types=tuple(self._cells(value)))
        return self

    def _cells(self, value: bytes) -> list[str]:
        return [escape.text(_unescaped(cell)) for cell in value.split(self.separator)]

    def schema(self, log: str) -> pa.Schema:
        """The Arrow schema of the rows below; a column without a type is text."""
        types = self.types if len(self.types) == len(self.fields) else ("string",) * len(self.fields)
        record = RECORDS.get(log)
        repeating = {field.name for field in record.fields if field.repeats} if record else set()
        return pa.schema(
            [
                arrow_field(name, kind, REPEATED if name in repeating and arrow_type(kind) == TEXT else None)
                for name, kind in zip(self.fields, types, strict=True)
            ]
        )


def log_name(text: str) -> str:
    """What a log may be called: it becomes a tab and the name of a file."""
    return _NO_NAME.sub("_", text)


def _unescaped(value: bytes) -> bytes:
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), value)


def _distinct(names: list[str]) -> Iterator[str]:
    """The names, those that came before with a number behind."""
    seen: set[str] = set()
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        distinct = name if name not in seen else next(other for other in numbered if other not in seen)
        seen.add(distinct)
        yield distinct
