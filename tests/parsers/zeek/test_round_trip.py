"""Written and read, read and written: nothing changes."""

import re
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import escape, limits
from parsers.export.folder import write
from parsers.export.registry import FORMATS
from parsers.schema import arrow_field, element_type
from parsers.updates import OpenError
from tests.parsers.zeek.logs import read_all

_ODD = [
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
    '"',
]
_BYTES = st.one_of(
    st.binary(max_size=12),
    st.text(max_size=12).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(_ODD), max_size=4).map(lambda parts: "".join(parts).encode()),
)
# Seconds of this size are exact to the microsecond in the double that Zeek would hold them in.
_NEAR = st.integers(-(2**52) // 1_000_000, 2**52 // 1_000_000).map(lambda number: number * 1000)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": _BYTES.map(escape.text),
    "enum": _BYTES.map(escape.text),
    "addr": st.ip_addresses().map(str),
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


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """A log of any columns, each cell set or not."""
    kinds = draw(
        st.lists(st.sampled_from([*_SCALARS, *(f"vector[{kind}]" for kind in _SCALARS)]), min_size=1, max_size=5)
    )
    rows = draw(st.integers(1, 4))
    fields, columns = [], []
    for number, kind in enumerate(kinds):
        inner = element_type(kind)
        cells = st.lists(st.none() | _SCALARS[inner], max_size=4).filter(_is_told_apart) if inner else _SCALARS[kind]
        fields.append(arrow_field(f"f{number}", kind))
        columns.append(pa.array(draw(st.lists(st.none() | cells, min_size=rows, max_size=rows)), fields[-1].type))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


@settings(max_examples=25, deadline=None)
@given(tables())
def test_what_is_written_is_read_again(table: pa.Table) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"odd": table}, FORMATS["zeek"])
        text = (Path(folder) / "odd.log").read_bytes().decode()
        assert not re.search("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]", text)
        logs, troubles = read_all(Path(folder))
    assert troubles == []
    assert logs["odd"].to_pylist() == table.to_pylist()
    assert logs["odd"].schema.equals(table.schema, check_metadata=True)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_at_all_are_too_much_for_the_reader(rows: bytes) -> None:
    head = b"#fields\ta\tb\tc\n#types\tcount\tset[time]\tstring\n1\t1\tx\n"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "odd.log").write_bytes(head + rows)
        logs, _ = read_all(Path(folder))
        assert logs["odd"].num_rows >= 1


def _body(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().split(b"\n") if not line.startswith((b"#open", b"#close"))]


@pytest.mark.parametrize("letter", ["dns__d", "smb__smb2", "ssh__", "tls__tls1", "ntp", "http__http-"])
def test_logs_of_zeek_come_out_as_they_came_in(shared: Path, tmp_path: Path, letter: str) -> None:
    folders = [folder for folder in (shared / "conformance" / "zeek-logs").glob(f"{letter}*") if any(folder.iterdir())]
    assert folders
    for folder in folders:
        logs, troubles = read_all(folder)
        assert troubles == []
        write(tmp_path / folder.name, logs, FORMATS["zeek"])
        again, _ = read_all(tmp_path / folder.name)
        for name, table in logs.items():
            assert again[name].equals(table, check_metadata=True)
            assert _body(tmp_path / folder.name / f"{name}.log") == _body(folder / f"{name}.log")


def test_a_log_longer_than_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 1000)
    monkeypatch.setattr(limits, "LOG_BLOCK_BYTES", 1000)
    fields = [arrow_field("n", "count"), arrow_field("s", "string"), arrow_field("e", "enum")]
    cells = [(n, "\\" * (n % 7), f"\t{n % 3}") for n in range(5000)]
    columns = [pa.array(column, field.type) for column, field in zip(zip(*cells, strict=True), fields, strict=True)]
    table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
    write(tmp_path, {"odd": table}, FORMATS["zeek"])
    assert read_all(tmp_path)[0]["odd"].to_pylist() == table.to_pylist()


_TEXTS = st.one_of(
    st.sampled_from([b"", b"\t", b",", b"-", b"|", b"\\x0a", b"\\x00", b"\\xff", b"#", b"x"]), st.binary(max_size=4)
)
_KINDS = st.sampled_from(
    [b"count", b"time", b"set[bool]", b"vector[time]", b"set[set[int]]", b"string", b"addr", b"", b"?"]
)
_LINES = st.one_of(
    st.builds(lambda text: b"#separator " + text, _TEXTS),
    st.builds(
        lambda key, texts: b"\t".join([b"#" + key, *texts]),
        st.sampled_from([b"set_separator", b"empty_field", b"unset_field", b"path", b"fields", b"open"]),
        st.lists(_TEXTS, max_size=3),
    ),
    st.builds(lambda kinds: b"\t".join([b"#types", *kinds]), st.lists(_KINDS, max_size=3)),
    st.builds(
        b"\t".join, st.lists(st.sampled_from([b"1", b"T", b"-", b"", b"1,2", b"x", b"\\x2d"]) | _TEXTS, max_size=3)
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_LINES, max_size=12).map(b"\n".join))
def test_no_header_at_all_is_too_much_for_the_reader(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odd.log"
        path.write_bytes(content)
        try:
            logs, _ = read_all(path)
        except OpenError:
            return
        if content.count(b"#fields") == 1:
            assert all(table.column_names for table in logs.values())
