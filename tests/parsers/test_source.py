from typing import Any

import pyarrow as pa
import pytest

from parsers import limits
from parsers.schema import arrow_field
from parsers.source import LogSet
from parsers.updates import Batch, Facts, Progress, Trouble, Update


def batch(log: str, *rows: tuple[Any, ...], names: str = "ts uid", replaces: bool = False) -> Batch:
    """Rows of text columns behind a time."""
    fields = [arrow_field(name, "time" if name == "ts" else "string") for name in names.split()]
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(fields)]
    return Batch(log, pa.Table.from_arrays(columns, schema=pa.schema(fields)), replaces)


def rows(logs: LogSet, log: str) -> list[tuple[Any, ...]]:
    table = logs.table(log)
    cells = [column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in table.columns]
    return list(zip(*(column.to_pylist() for column in cells), strict=True))


def test_rows_grow_batch_by_batch() -> None:
    logs = LogSet()
    logs.apply(batch("conn", (2, "b")))
    assert rows(logs, "conn") == [(2, "b")]
    logs.apply(batch("conn", (1, "a")))
    assert rows(logs, "conn") == [(2, "b"), (1, "a")]
    logs.apply(batch("conn", (3, "c"), replaces=True))
    assert rows(logs, "conn") == [(3, "c")]
    assert list(logs.tables) == logs.names == ["conn"]


def test_tabs_stand_in_the_order_of_the_story() -> None:
    logs = LogSet()
    for log in ("weird", "ssl", "dns", "analyzer", "conn", "pe"):
        logs.apply(batch(log))
    assert logs.names == ["pe", "conn", "dns", "ssl", "analyzer", "weird"]


def test_what_is_known_of_the_whole() -> None:
    logs = LogSet()
    assert (logs.facts, logs.progress, logs.troubles, logs.complete) == (None, None, [], False)
    facts, progress, trouble = Facts(2, 1, 5), Progress("packets", 1, 2), Trouble("cut off")
    for update in (facts, progress, trouble):
        logs.apply(update)
    assert (logs.facts, logs.progress, logs.troubles) == (facts, progress, [trouble])
    logs.settle()
    assert (logs.progress, logs.complete) == (None, True)


def test_rows_of_a_capture_end_in_the_order_of_time_whatever_order_they_come_in() -> None:
    batches = [batch("conn", (5, "b"), (1, "z")), batch("conn", (5, "a")), batch("conn", (None, "n"), (3, "c"))]
    for order in (batches, batches[::-1]):
        logs = LogSet()
        logs.read([Facts(5, 1, 5), *order])
        assert rows(logs, "conn") == [(1, "z"), (3, "c"), (5, "a"), (5, "b"), (None, "n")]
        assert logs.table("conn").column("ts").num_chunks == 1


def test_rows_of_one_connection_at_one_time_stay_as_they_came() -> None:
    logs = LogSet()
    logs.read([Facts(3, 1, 1), batch("dns", (1, "a", "first"), (1, "a", "then"), names="ts uid query")])
    assert [row[2] for row in rows(logs, "dns")] == ["first", "then"]


def test_logs_on_disk_keep_their_order() -> None:
    logs = LogSet()
    logs.read([batch("conn", (5, "b"), (1, "a"))])
    assert rows(logs, "conn") == [(5, "b"), (1, "a")]


def test_a_log_without_times() -> None:
    logs = LogSet()
    logs.read([Facts(1, 1, 1), batch("odd", ("x",), names="name")])
    assert rows(logs, "odd") == [("x",)]


def test_what_memory_does_not_hold_looks_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = [batch("conn", (number % 7, str(number))) for number in range(20)] + [batch("dns", (1, "a"))]
    captured: list[Update] = [Facts(20, 0, 6), *batches]
    for told in (captured, batches):
        held, shelved = LogSet(), LogSet(_most=100)
        for update in told:
            held.apply(update)
            shelved.apply(update)
            assert all(rows(held, log) == rows(shelved, log) for log in held.names)
        assert sum(each.size for each in shelved._logs.values()) <= 100
        held.settle()
        shelved.settle()
        assert all(rows(held, log) == rows(shelved, log) for log in held.names)


def test_without_room_elsewhere_memory_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    logs = LogSet(_most=100)
    logs.read([Facts(9, 0, 6), *(batch("conn", (9 - number, "a")) for number in range(9))])
    assert [row[0] for row in rows(logs, "conn")] == list(range(1, 10))
    (trouble,) = logs.troubles
    assert trouble.harmless
    assert "No space left on device" in trouble.text


def test_without_room_to_put_rows_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    logs = LogSet(_most=100)
    for number in range(9):
        logs.apply(Facts(9, 0, 6))
        logs.apply(batch("conn", (9 - number, "a")))
    monkeypatch.setattr("os.pwrite", full)
    logs.settle()
    assert [row[0] for row in rows(logs, "conn")] == list(range(1, 10))
    assert (len(logs.troubles), logs.complete) == (1, True)


def test_columns_that_only_some_files_have() -> None:
    logs = LogSet()
    logs.read([batch("conn", (1, "a")), batch("conn", (2, "b", "x"), names="ts uid more")])
    assert rows(logs, "conn") == [(1, "a", None), (2, "b", "x")]


def test_a_log_that_grows_by_single_rows_stays_in_few_pieces() -> None:
    logs = LogSet()
    for number in range(300):
        logs.apply(batch("conn", (number, str(number))))
        earlier = logs.table("conn")
    assert earlier.column("uid").num_chunks == 1
    logs.apply(batch("conn", *((n, "more") for n in range(limits.LOG_BATCH_ROWS))))
    logs.apply(batch("conn", (1, "last")))
    logs.apply(batch("conn", (2, "of all")))
    table = logs.table("conn")
    assert (len(earlier), len(table), table.column("uid").num_chunks) == (300, limits.LOG_BATCH_ROWS + 302, 3)
    assert table.slice(0, 300).equals(earlier)
    assert table.column("uid")[-1].as_py() == "of all"


def test_a_frame_is_made_once_for_the_same_rows() -> None:
    logs = LogSet()
    logs.apply(batch("conn", (1, "a")))
    frame = logs.frame("conn")
    assert logs.frame("conn") is frame
    assert list(frame["uid"]) == ["a"]
    logs.apply(batch("dns", (1, "a")))
    assert logs.frame("conn") is frame
    logs.apply(batch("conn", (2, "b")))
    assert list(logs.frame("conn")["uid"]) == ["a", "b"]
    assert list(frame["uid"]) == ["a"]
