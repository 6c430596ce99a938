"""Tables of all types that a log may have, and what is written of them."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from parsers import escape
from parsers.export.folder import write
from parsers.export.registry import FORMATS
from parsers.schema import arrow_field, element_type

_ODD = [
    *(
        "-",
        "(empty)",
        "",
        "#",
        "\\",
        ",",
        "\t",
        "\n",
        "\r",
        "\0",
        "\\x41",
        "\\x2d",
        "\x85",
        "\ue000",
        "\ufffd",
        "\u202e",
    ),
    *('"', "'", ";", "=", "+", "@", " ", "\uff1d"),
]
_BYTES = st.one_of(
    st.binary(max_size=12),
    st.text(max_size=12).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(_ODD), max_size=4).map(lambda parts: "".join(parts).encode()),
)
# Seconds of this size are exact to the microsecond in the double that Zeek would hold them in.
_NEAR = st.integers(-(2**52) // 1_000_000, 2**52 // 1_000_000).map(lambda number: number * 1000)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": _BYTES.map(escape.text),
    "pattern": _BYTES.map(escape.text),
    "func": _BYTES.map(escape.text),
    "enum": _BYTES.map(escape.text),
    "addr": st.ip_addresses().map(str),
    "subnet": st.ip_addresses(v=4).map(lambda address: f"{address}/32"),
    "count": st.integers(0, 2**64 - 1),
    "int": st.integers(-(2**63), 2**63 - 1),
    "port": st.integers(0, 65535),
    "bool": st.booleans(),
    "time": _NEAR,
    "interval": _NEAR,
    "double": st.integers(-(10**9), 10**9).map(lambda number: number / 1000),
}


def _is_told_apart(elements: list[Any]) -> bool:
    """Zeek writes a set of one unset element like an unset set, one of one empty string like an empty one."""
    return elements not in ([None], [""])


def column(kind: str, rows: int, *, plain: bool = False) -> st.SearchStrategy[list[Any]]:
    """As many cells of a Zeek type, each set or not; `plain` ones without a backslash."""
    inner = element_type(kind)
    scalars = SCALARS[inner or kind]
    if plain:
        scalars = scalars.filter(lambda value: not isinstance(value, str) or b"\\" not in escape.raw(value))
    cells = st.lists(st.none() | scalars, max_size=4).filter(_is_told_apart) if inner else scalars
    return st.lists(st.none() | cells, min_size=rows, max_size=rows)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """A log of any columns."""
    kinds = draw(
        st.lists(
            st.sampled_from([*SCALARS, *(f"{many}[{kind}]" for many in ("set", "vector") for kind in SCALARS)]),
            min_size=1,
            max_size=5,
        )
    )
    rows = draw(st.integers(1, 4))
    return table(**{f"f{number}": (kind, draw(column(kind, rows))) for number, kind in enumerate(kinds)})


def table(**columns: tuple[str, list[Any]]) -> pa.Table:
    """A table of columns, each given as its Zeek type and its values."""
    fields = [arrow_field(name, kind) for name, (kind, _) in columns.items()]
    arrays = [pa.array(values, field.type) for field, (_, values) in zip(fields, columns.values(), strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def written(form: str, made: pa.Table, log: str = "odd", *, whole: bool = False) -> bytes:
    """What a format makes of a table."""
    file = io.BytesIO()
    FORMATS[form].write(file, log, made, whole=whole)
    return file.getvalue()


def write_all(folder: Path, logs: dict[str, pa.Table], form: str) -> None:
    """A folder of logs in a format, nothing cut."""
    write(folder, logs, FORMATS[form], whole=True)
