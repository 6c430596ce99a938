"""What names of rotated logs say, in all the forms that sensors and those around them give."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.zeek.rotation import rotated

NINE = datetime(2020, 10, 12, 21, tzinfo=UTC)
MIDNIGHT = datetime(2020, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "log", "start"),
    [
        ("conn.log", "conn", None),
        ("conn", "conn", None),
        ("conn.2020-10-12-21-00-00.log", "conn", NINE),
        ("conn.20-10-12_21.00.00.log", "conn", NINE),
        ("conn-20-10-12_21.00.00.log", "conn", NINE),
        ("conn.21:00:00-22:00:00.log.gz", "conn", NINE),
        ("conn.21:00:00-current.log", "conn", NINE),
        ("conn.21:00:00-22:00:00-logger-1.log.gz", "conn", NINE),
        ("conn.21_00_00-22_00_00.log", "conn", NINE),
        ("conn.21%3A00%3A00-22%3A00%3A00.log", "conn", NINE),
        ("analyzer.21:00:00_21:49:27.log", "analyzer", NINE),
        ("conn__2020-10-12-21-00-00__2020-10-12-22-00-00__.log", "conn", NINE),
        ("conn__2020-10-12-21-00-00__2020-10-12-22-00-00__log_suffix=logger-1__.log.zst", "conn", NINE),
        ("conn_20201012_21:00:00-22:00:00+0000.log.gz", "conn", NINE),
        ("conn_red_20201012_21:00:00-22:00:00+0000.log.lz4", "conn_red", NINE),
        ("conn-logger-1.2020-10-12-21-00-00.log.xz", "conn", NINE),
        ("conn-logger-2.log", "conn", None),
        ("known_certs.2020-10-12.log", "known_certs", MIDNIGHT),
        ("http_20201012.json.bz2", "http", MIDNIGHT),
        ("conn.log-20201012.gz", "conn", MIDNIGHT),
        ("conn.log.3.gz", "conn", None),
        ("conn.00001.log", "conn", None),
        ("x509.parquet", "x509", None),
        ("http.log.json", "http", None),
        ("s7comm_2.ndjson", "s7comm_2", None),
        ("modbus_register_change.jsonl", "modbus_register_change", None),
        ("conn.2020-13-45-99-00-00.log", "conn", None),
        (".log", ".log", None),
    ],
)
def test_the_log_and_when_it_begins(name: str, log: str, start: datetime | None) -> None:
    found = rotated(name)
    assert found.log == log
    assert found.start(["logger", "2020-10-12"]) == (start and start.timestamp())


def test_a_time_without_a_day_takes_that_of_its_folder() -> None:
    name = rotated("conn.21:00:00-22:00:00.log")
    assert name.start(["20201012"]) == NINE.timestamp()
    assert name.start(["logs"]) is None
    assert name.start(["logs"], MIDNIGHT.date()) == NINE.timestamp()


@pytest.mark.parametrize(
    ("name", "is_bare", "turn", "packed"),
    [
        ("conn.log", True, 0, ""),
        ("conn.log.gz", True, 0, "gz"),
        ("conn.json", True, 0, ""),
        ("conn.log.2", False, 2, ""),
        ("conn.log.12.zst", False, 12, "zst"),
        ("conn.00:00:00-01:00:00.log", False, 0, ""),
        ("conn.log-20201012", False, 0, ""),
    ],
)
def test_what_tells_files_of_one_log_apart(name: str, is_bare: bool, turn: int, packed: str) -> None:
    found = rotated(name)
    assert (found.is_bare, found.turn, found.packed) == (is_bare, turn, packed)


@given(st.text(st.sampled_from("conn.log-_:20149T+gz"), max_size=40), st.lists(st.text(max_size=12), max_size=3))
def test_any_name(name: str, folders: list[str]) -> None:
    found = rotated(name)
    assert bool(found.log) == bool(name)
    found.start(folders)
