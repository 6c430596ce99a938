"""Parquet files that others wrote: types are those of Zeek's log of that name, or the nearest."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from parsers.schema import FAR_TIME, REPEATED, arrow_type, zeek_type
from parsers.zeek.reader import read
from tests.parsers.zeek.logs import gathered, values

SECONDS = 1_602_536_538
WHEN = SECONDS * 1_000_000_000 + 461_329_000


def opened(folder: Path, made: pa.Table, log: str = "odd") -> tuple[pa.Table, list[str]]:
    """A file of that table, read."""
    parquet.write_table(made, folder / f"{log}.parquet")
    tables, troubles = gathered(read(folder / f"{log}.parquet"))
    return tables[log], troubles


@pytest.mark.parametrize(
    ("column", "kind", "expected"),
    [
        (pa.array([WHEN // 1000], pa.timestamp("us")), "time", WHEN),
        (pa.array([SECONDS], pa.timestamp("s", tz="Europe/Paris")), "time", SECONDS * 10**9),
        (pa.array([date(2020, 10, 12)]), "time", 1_602_460_800 * 10**9),
        (pa.array([1500], pa.duration("ms")), "interval", 1_500_000_000),
        (pa.array([time(0, 0, 1, 5)]), "interval", 1_000_005_000),
        (pa.array([time(0, 0, 1)], pa.time32("s")), "interval", 1_000_000_000),
        (pa.array([1], pa.int8()), "int", 1),
        (pa.array([1], pa.uint32()), "count", 1),
        (pa.array([1.5], pa.float32()), "double", 1.5),
        (pa.array([Decimal("1.5")]), "double", 1.5),
        (pa.array([True]), "bool", True),
        (pa.array(["a"], pa.large_string()), "string", "a"),
        (pa.array(["a"]).dictionary_encode(), "string", "a"),
        (pa.array([b"\xff\n"]), "string", "\\xff\n"),
        (pa.array([b"ab"], pa.binary(2)), "string", "ab"),
        (pa.array([None]), "string", None),
        (pa.array([["a", None]], pa.large_list(pa.string())), "vector[string]", ["a", None]),
        (pa.array([[1, 2]], pa.list_(pa.int32(), 2)), "vector[int]", [1, 2]),
        (pa.array([[["a"]]]), "vector[string]", ["['a']"]),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), "string", "[('k', 1)]"),
    ],
    ids=str,
)
def test_types_are_the_nearest(tmp_path: Path, column: pa.Array, kind: str, expected: Any) -> None:
    made, troubles = opened(tmp_path, pa.table({"x": column}))
    assert (values(made, "x"), zeek_type(made.schema[0]), troubles) == ([expected], kind, [])
    assert made.schema[0].type == arrow_type(kind)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([WHEN / 1e9]),
        pa.array([WHEN // 1_000_000 + 1, WHEN // 1_000_000]).slice(1),
        pa.array([Decimal("1602536538.461329")]),
        pa.array([WHEN], pa.timestamp("ns")),
        pa.array([f"{WHEN / 1e9:.6f}"]),
        pa.array(["2020-10-12T21:02:18.461329Z"]),
    ],
    ids=lambda column: str(column.type),
)
def test_times_in_all_spellings(tmp_path: Path, column: pa.Array) -> None:
    made, troubles = opened(tmp_path, pa.table({"ts": column}), "conn")
    expected = WHEN // 1_000_000 * 1_000_000 if column.type == pa.int64() else WHEN
    assert (values(made, "ts"), troubles) == ([expected], [])


def test_a_log_of_zeek_has_zeek_s_types(tmp_path: Path) -> None:
    # As pandas and Polars make of JSON.
    made, troubles = opened(
        tmp_path,
        pa.table(
            {
                "ts": [WHEN / 1e9, None],
                "id.orig_h": ["10.0.0.1", None],
                "id.orig_p": [80, None],
                "duration": [0.5, 1e-6],
                "orig_bytes": [1.0, None],
                "local_orig": ["true", "F"],
                "tunnel_parents": [["C1"], None],
                "mine": [1, 2],
            }
        ),
        "conn",
    )
    assert [zeek_type(field) for field in made.schema] == [
        *("time", "addr", "port", "interval", "count", "bool", "set[string]", "int")
    ]
    assert [field.type for field in made.schema] == [
        *(arrow_type(kind) for kind in ("time", "addr", "port", "interval", "count", "bool", "set[string]", "int"))
    ]
    assert made.to_pylist()[0]["local_orig"] is True
    assert values(made, "duration") == [500_000_000, 1000]
    assert troubles == []


def test_records_in_records_are_fields_with_points(tmp_path: Path) -> None:
    rows = [{"id": {"orig_h": "10.0.0.1", "orig_p": 80}, "id.orig_p": 1}, {"id": None, "id.orig_p": 2}]
    made, _ = opened(tmp_path, pa.Table.from_pylist(rows), "conn")
    assert made.to_pylist() == [
        {"id.orig_h": "10.0.0.1", "id.orig_p": 80, "id.orig_p_2": 1},
        {"id.orig_h": None, "id.orig_p": None, "id.orig_p_2": 2},
    ]
    assert made.schema[0].type == REPEATED


def test_cells_that_do_not_fit_are_told(tmp_path: Path) -> None:
    made, troubles = opened(tmp_path, pa.table({"id.orig_p": [80, -1, 70000], "ts": ["x", "-", None]}), "conn")
    assert made.to_pylist() == [{"id.orig_p": port, "ts": None} for port in (80, None, None)]
    assert troubles == [
        "conn.parquet: 2 cells of id.orig_p are no port; shown as unset",
        "conn.parquet: 1 cells of ts are no time; shown as unset",
    ]


def test_a_file_may_say_wrong_things_of_itself(tmp_path: Path) -> None:
    said = pa.schema(
        [
            pa.field("a", pa.string(), metadata={"zeek": "count"}),
            pa.field("b\x1b", pa.int64(), metadata={"zeek": "\x00\xff[[".encode("latin-1")}),
            pa.field("c", pa.list_(pa.int64()), metadata={"zeek": "addr"}),
        ]
    )
    made, troubles = opened(tmp_path, pa.table([["7", "x"], [1, 2], [[1], []]], schema=said))
    assert made.to_pylist() == [{"a": 7, "b\x1b": "1", "c": "1"}, {"a": None, "b\x1b": "2", "c": "(empty)"}]
    assert troubles == ["odd.parquet: 1 cells of a are no count; shown as unset"]


def test_times_of_any_year(tmp_path: Path) -> None:
    far = datetime(9999, 12, 31, tzinfo=UTC)
    made, _ = opened(tmp_path, pa.table({"x": pa.array([far], pa.timestamp("us", tz="UTC"))}))
    assert (made.schema[0].type, made.to_pylist()) == (FAR_TIME, [{"x": far}])
    made, troubles = opened(tmp_path, pa.table({"x": pa.array([253_402_300_799_000, 0, 1 << 60], pa.timestamp("ms"))}))
    assert made.schema[0].type == FAR_TIME
    assert values(made, "x") == [253_402_300_799 * 10**9, 0, None]
    assert troubles == ["odd.parquet: 1 cells of x are no time; shown as unset"]
