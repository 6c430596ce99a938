"""Parquet files as they lie on a disk: whole, in parts, damaged."""

import gzip
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from parsers import limits
from parsers.schema import arrow_type, zeek_type
from parsers.updates import OpenError, Progress
from parsers.zeek.reader import read
from tests.parsers.export.tables import table, written
from tests.parsers.zeek.logs import gathered

MANY = table(
    ts=("time", [n * 1_000_000_000 for n in range(3000)]), s=("string", [f"{n * 7919 % 10007}" for n in range(3000)])
)


def _read(path: Path) -> tuple[pa.Table, list[str]]:
    tables, troubles = gathered(read(path))
    (made,) = tables.values()
    return made, troubles


def _grouped(rows: int = 1000) -> bytes:
    """Many rows in groups, as others would write them."""
    file = pa.BufferOutputStream()
    parquet.write_table(MANY, file, row_group_size=rows, compression="none", write_page_checksum=True)
    return bytes(file.getvalue())


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("dns.parquet", "dns"),
        ("dns.2024-01-02.parquet", "dns"),
        ("dns/part-0.parquet", "dns"),
        ("dns/part-00000-2b1c-c000.snappy.parquet", "dns"),
        ("dns/data_0.parquet", "dns"),
        ("dns/00000000.parquet", "dns"),
        ("dns/day=2024-01-02/part-0.parquet", "dns"),
    ],
)
def test_the_log_s_name_is_that_of_the_file_or_of_the_folder_of_its_parts(tmp_path: Path, name: str, log: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_grouped())
    assert list(gathered(read(path))[0]) == [log]


def test_the_log_s_name_is_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "dns.parquet"
    path.write_bytes(written("parquet", MANY, "../odd"))
    assert list(gathered(read(path))[0]) == ["_._odd"]


def test_few_rows_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PARQUET_ROWS", 700)
    path = tmp_path / "x.parquet"
    path.write_bytes(_grouped())
    updates = list(read(path))
    assert gathered(updates)[0]["x"].equals(MANY)
    size = path.stat().st_size
    progress = [update for update in updates if isinstance(update, Progress)]
    assert progress == [Progress("bytes", size * n // 3, size) for n in (1, 2, 3)]


def test_a_log_without_rows_has_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(written("parquet", MANY.slice(0, 0), "x"))
    made, troubles = _read(path)
    assert (made.num_rows, made.schema, troubles) == (0, MANY.schema, [])


def test_damage_costs_one_group_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    damaged = bytearray(_grouped())
    place = parquet.read_metadata(pa.BufferReader(bytes(damaged))).row_group(1).column(1).data_page_offset + 200
    damaged[place] ^= 1
    path.write_bytes(damaged)
    made, (trouble,) = _read(path)
    assert made.equals(pa.concat_tables([MANY.slice(0, 1000), MANY.slice(2000)]))
    assert trouble.startswith("x.parquet: rows 1,001 to 2,000 cannot be read: ")
    assert trouble.endswith("; get the file again")


def test_nothing_but_damage(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1" + bytes(len(_grouped(3000)) - 4 - 2000) + _grouped(3000)[-2000:])
    with pytest.raises(OpenError, match=r"x\.parquet: rows 1 to 3,000 cannot be read: "):
        list(read(path))


def test_more_than_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PARQUET_BYTES", 10_000)
    path = tmp_path / "x.parquet"
    path.write_bytes(_grouped())
    made, troubles = _read(path)
    assert made.equals(MANY.slice(0, 1000))
    assert troubles == ["x.parquet: holds more than 0 GiB; rows after 1,000 are left out"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_grouped()[:-100], "that is cut off"),
        (b"PAR1", "that cannot be read"),
        (b"PAR1" + bytes(100) + b"PAR1", "that cannot be read"),
        (b"PARE" + bytes(100) + b"PARE", "that is encrypted"),
        (gzip.compress(_grouped()), "that is packed once more"),
        (written("parquet", pa.table({})), "without columns"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(OpenError) as caught:
        list(read(path))
    assert str(caught.value).startswith(f"{path}: a Parquet file {why}")
    assert "\n" not in str(caught.value)


_SMALL = written("parquet", MANY.slice(0, 20), "x")


@settings(max_examples=150, deadline=None)
@given(
    st.integers(4, len(_SMALL)),
    st.lists(st.tuples(st.integers(4, len(_SMALL) - 1), st.integers(1, 255)), max_size=3),
    st.integers(0, 40),
)
def test_damage_is_never_too_much(end: int, flips: list[tuple[int, int]], doubled: int) -> None:
    damaged = bytearray(_SMALL)
    for place, bits in flips:
        damaged[place] ^= bits
    damaged[end:end] = damaged[end - doubled : end]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        path.write_bytes(damaged)
        try:
            tables, _ = gathered(read(path))
        except OpenError:
            return
    for made in tables.values():
        made.validate(full=True)
        assert all(field.type == arrow_type(zeek_type(field)) for field in made.schema)
