r"""The header lines of Zeek's ASCII logs: what separates cells, what they are called, of which type they are.

Source: Zeek, src/logging/writers/ascii/Ascii.cc (WriteHeader).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

import pyarrow as pa

from parsers import escape
from parsers.protocols.registry import RECORDS
from parsers.schema import REPEATED, TEXT, Field, arrow_field, arrow_type

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

    @lru_cache(maxsize=1024)  # noqa: B019  a header is a value, and rotated logs repeat theirs
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
        return _schema(log, self.fields, types)


# The parts of a rotated log have the same header by the thousand.
@lru_cache(maxsize=256)
def _schema(log: str, fields: tuple[str, ...], types: tuple[str, ...]) -> pa.Schema:
    record = RECORDS.get(log)
    known = record.by_name if record else {}
    columns = zip(fields, types, strict=True)
    return pa.schema([_arrow_field(known.get(name), name, kind) for name, kind in columns])


def _arrow_field(known: Field | None, name: str, kind: str) -> pa.Field:
    """A column of a log; what is known of such a field says how it is best kept, where the types agree."""
    if known is not None and known.repeats and arrow_type(kind) == TEXT:
        return arrow_field(name, kind, REPEATED)
    return arrow_field(name, kind, known.arrow if known is not None and known.far and known.type == kind else None)


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
