"""Whatever bytes a file holds, it is read."""

import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import limits
from parsers.export.folder import write
from parsers.export.registry import FORMATS
from parsers.schema import arrow_field
from parsers.updates import OpenError
from tests.parsers.zeek.logs import read_all


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_at_all_are_too_much_for_the_reader(rows: bytes) -> None:
    head = b"#fields\ta\tb\tc\n#types\tcount\tset[time]\tstring\n1\t1\tx\n"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "odd.log").write_bytes(head + rows)
        logs, _ = read_all(Path(folder))
        assert logs["odd"].num_rows >= 1


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
