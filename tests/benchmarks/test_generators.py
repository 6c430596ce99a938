"""What the generators put in is what zeektui reads, and the same bytes come each time."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
import pytest

from parsers import query, schema
from parsers.export import parquet
from parsers.opening import updates
from parsers.protocols.conn import RECORD
from parsers.source import LogSet
from tests.benchmarks.inputs.conn_rows import conn_rows
from tests.benchmarks.inputs.connections import connections
from tests.benchmarks.inputs.downloads import downloads
from tests.benchmarks.inputs.handshakes import handshakes
from tests.benchmarks.inputs.lookups import lookups
from tests.benchmarks.inputs.made import Made


def read(path: Path) -> LogSet:
    logs = LogSet()
    logs.read(updates([path]))
    return logs


@pytest.mark.parametrize(
    "make",
    [
        lambda: connections(60),
        lambda: downloads(2, 200_000),
        lambda: lookups(40),
        lambda: handshakes(6, hosts=2),
    ],
    ids=["connections", "downloads", "lookups", "handshakes"],
)
def test_a_capture_holds_the_rows_that_were_put_in(make: Callable[[], Made], tmp_path: Path) -> None:
    made = make()
    path = tmp_path / "made.pcap"
    path.write_bytes(made.capture)
    assert make().capture == path.read_bytes()
    logs = read(path)
    assert {log: len(logs.table(log)) for log in made.rows} == dict(made.rows)
    assert logs.troubles == []


def test_connections_end_in_several_ways(tmp_path: Path) -> None:
    path = tmp_path / "made.pcap"
    path.write_bytes(connections(12).capture)
    conn = read(path).table("conn")
    assert set(conn["conn_state"].to_pylist()) == {"SF", "S0", "REJ"}
    assert pc.sum(pc.equal(conn["service"].cast("string"), "http")).as_py() == 6


def test_downloads_come_whole_however_they_are_sent(tmp_path: Path) -> None:
    made = downloads(2, 100_000)
    path = tmp_path / "made.pcap"
    path.write_bytes(made.capture)
    files = read(path).table("files")
    assert files["sha1"].to_pylist() == made.sha1
    # Nobody says beforehand how long it is that comes in chunks.
    assert files["total_bytes"].to_pylist() == [100_000, None]


def test_rows_of_conn_are_all_of_its_columns_and_survive_a_file(tmp_path: Path) -> None:
    table = conn_rows(1000)
    assert table.schema.equals(RECORD.arrow, check_metadata=True)
    assert len(table["uid"].unique()) == 1000
    with (tmp_path / "conn.parquet").open("wb") as file:
        parquet.write(file, "conn", table, whole=True)
    found = read(tmp_path).table("conn")
    assert found["uid"].to_pylist() == table["uid"].to_pylist()
    kept = query.rows(query.parse("id.resp_p == 22 and service == -", schema.types(table)), table)
    assert len(kept) == 250
