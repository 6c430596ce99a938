"""What is read, as the screen is shown it."""

import pyarrow as pa

from parsers.protocols.registry import RECORDS
from parsers.updates import LIVE, Batch, Facts, OpenError, Progress, Waiting
from tests.frames import START, plain, story, updates
from tui.reading import Reading, Snapshot


def test_a_snapshot_does_not_change_when_more_is_read() -> None:
    rows = plain({"ts": "time"}, (START,))
    reading = Reading(iter([Batch("a", rows), Batch("a", rows)]))
    steps = reading.steps()
    next(steps)
    before = reading.snapshot()
    assert before is not None
    for _ in steps:
        pass
    after = reading.snapshot()
    assert after is not None
    assert (before.rows, before.complete) == ({"a": 1}, False)
    assert (after.rows, after.complete) == ({"a": 2}, True)


def test_what_has_come_is_shown_while_the_rows_are_put_in_order() -> None:
    reading = Reading(updates())
    for _ in reading.steps():
        with reading._lock:
            shown = reading.snapshot()
    assert shown is not None
    assert list(shown.rows) == list(story())


def test_stopping_takes_no_more() -> None:
    reading = Reading(updates())
    steps = reading.steps()
    next(steps)
    next(steps)
    reading.stop()
    for _ in steps:
        pass
    snapshot = reading.snapshot()
    assert snapshot is not None
    assert snapshot.complete
    assert len(snapshot.rows) <= 2


def test_an_error_of_the_reader_is_a_trouble() -> None:
    def told():  # type: ignore[no-untyped-def]
        yield Facts(3, None, None)
        raise OpenError("a.pcap: gone")

    reading = Reading(told())  # type: ignore[no-untyped-call]
    for _ in reading.steps():
        pass
    snapshot = reading.snapshot()
    assert snapshot is not None
    assert [trouble.text for trouble in snapshot.troubles] == ["a.pcap: gone"]


def test_the_span_is_that_of_the_facts_or_of_the_rows() -> None:
    rows = plain({"ts": "time"}, (START + 5,), (None,), (START,))
    assert Snapshot({"a": rows}).span == (START, START + 5)
    assert Snapshot({"a": rows}, facts=Facts(1, 7, 9)).span == (7, 9)
    assert Snapshot({"a": pa.table({"ts": ["text"]})}).span is None
    assert Snapshot({"a": rows}).day == START // (86_400 * 10**9)
    assert Snapshot().day is None


def test_logs_without_rows_come_last_and_have_tables_once_they_are_asked_for() -> None:
    rows = plain({"ts": "time"}, (START,))
    shown = Snapshot({"dns": rows}).with_empty(["conn", "dns", "nobody knows it"])
    assert list(shown.rows.items()) == [("dns", 1), ("conn", 0), ("nobody knows it", 0)]
    assert shown.table("dns") is rows
    assert shown.table("conn").schema == RECORDS["conn"].arrow
    assert shown.table("conn") is Snapshot().with_empty(["conn"]).table("conn")


def test_the_row_of_packet_filter_is_not_worth_the_first_screen() -> None:
    rows = plain({"ts": "time"}, (START,))
    reading = Reading(iter([Facts(1, START, START), Batch("packet_filter", rows), Batch("dns", rows)]))
    assert [reading.has_rows for _ in reading.steps()] == [False, False, True, True, True]


def test_logs_of_a_folder_are_unfinished_until_all_is_read() -> None:
    rows = plain({"ts": "time"}, (START,))
    reading = Reading(iter([Batch("a", rows), Waiting(("a", "b")), Waiting(())]))
    told = []
    for _ in reading.steps():
        snapshot = reading.snapshot()
        assert snapshot is not None
        told.append(snapshot.unfinished)
    assert (told[:3], told[-1]) == ([("a",), ("a", "b"), ("a",)], ())
    assert Snapshot({"a": rows}, progress=Progress(LIVE, 0, 0)).unfinished == ()
    assert Snapshot({"a": rows}, facts=Facts(1, None, None)).unfinished == ()
