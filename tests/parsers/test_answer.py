"""The answer to a question about one log, while it is read and when it has been."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import budget, schema
from parsers.answer import Answer
from parsers.protocols import conn, dns
from parsers.query.question import QuestionError, Wording
from parsers.schema import Field, Record
from parsers.updates import Batch, Facts, NoSuchLog, Progress, Trouble, Update
from tests.parsers.query.answers import answered


def part(*rows: tuple[Any, ...], fields: str = "ts:time s:string") -> Batch:
    """Rows of a log named odd, which nobody knows."""
    made = [Field(name, kind, "") for name, kind in (word.split(":") for word in fields.split())]
    return Batch("odd", Record("odd", "", "", tuple(made)).table(rows))


def pieces(updates: Iterable[Update], log: str = "odd", captures: bool = False, **parts: Any) -> list[Any]:
    """The tables as rows, and the troubles as text."""
    found = Answer(log, Wording(**parts), captures).pieces(updates)
    return [piece.text if isinstance(piece, Trouble) else rows(piece) for piece in found]


def rows(table: pa.Table) -> list[tuple[Any, ...]]:
    cells = [column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in table.columns]
    return list(zip(*(column.to_pylist() for column in cells), strict=True))


class Reading:
    """Updates, and how many of them were asked for."""

    def __init__(self, *updates: Update) -> None:
        self.updates = updates
        self.read = 0

    def __iter__(self) -> Iterator[Update]:
        for update in self.updates:
            self.read += 1
            yield update


FIRST, SECOND = part((1, "a"), (2, "b")), part((3, "c"))


def test_rows_go_out_as_they_come() -> None:
    assert pieces([FIRST, Progress("bytes", 1, 2), SECOND], fields="s") == [[("a",), ("b",)], [("c",)], []]
    assert pieces([FIRST, SECOND], fields="s", where="ts > 0.000000001") == [[("b",)], [("c",)], []]
    assert pieces([FIRST, SECOND], where="s != b") == [[(1, "a")], [(3, "c")], []]


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ({"where": "ts > +1ns", "fields": "s"}, [("c",)]),
        ({"sort": "-s", "fields": "s"}, [("c",), ("b",), ("a",)]),
        ({"count_by": "s", "head": 2}, [(1, "a"), (1, "b")]),
    ],
)
def test_whatever_may_change_waits_for_the_last_row(parts: dict[str, Any], wanted: list[Any]) -> None:
    assert pieces([FIRST, SECOND], **parts) == [wanted]


@pytest.mark.parametrize(("head", "read"), [(0, 1), (1, 1), (2, 1), (3, 2), (4, 3)])
def test_nothing_is_read_beyond_the_last_row_that_is_wanted(head: int, read: int) -> None:
    for fields in (None, "s"):
        reading = Reading(FIRST, SECOND, part((4, "d")))
        found = [row for piece in pieces(reading, head=head, fields=fields) for row in piece]
        assert [row[-1] for row in found] == list("abcd")[:head]
        assert reading.read == read


def test_sorted_and_counted_all_is_read_before_the_first_is_cut_off() -> None:
    reading = Reading(FIRST, SECOND)
    assert pieces(reading, head=1, sort="-ts", fields="s") == [[("c",)]]
    assert reading.read == 2


def test_a_field_that_only_later_rows_have() -> None:
    later = part((3, 7), fields="ts:time n:count")
    assert pieces([FIRST, later], fields="n,s") == [[(None, "a"), (None, "b")], [(7, None)], []]
    assert pieces([FIRST, later, FIRST], where="n == 7") == [[], [(3, None, 7)], [], []]
    assert pieces([FIRST, later]) == [[(1, "a"), (2, "b")], [(3, None, 7)], []]
    assert pieces([FIRST, later, FIRST], count_by="n") == [[(4, None), (1, 7)]]


def test_a_field_that_no_row_has_is_told_when_all_is_read() -> None:
    reading = Reading(FIRST, SECOND)
    with pytest.raises(QuestionError, match="this log has no field nn"):
        pieces(reading, fields="nn")
    assert reading.read == 2


def test_what_is_wrong_whatever_comes_is_told_at_once() -> None:
    reading = Reading(FIRST, SECOND)
    with pytest.raises(QuestionError, match="two signs"):
        pieces(reading, where="n = 7", fields="s")
    assert reading.read == 1


def test_times_of_any_year_after_others() -> None:
    far = Batch("odd", Record("odd", "", "", (Field("ts", "time", "", far=True),)).table([(10**19,)]))
    near = part((1,), fields="ts:time")
    assert pieces([near, far], where="ts > 2200-01-01", fields="ts") == [[], [(10**16,)], []]
    assert pieces([near, far], sort="ts") == [[(0,), (10**16,)]]


def test_troubles_are_told_as_they_are_met() -> None:
    assert pieces([FIRST, Trouble("bad"), SECOND], fields="s") == [[("a",), ("b",)], "bad", [("c",)], []]


def test_other_logs_are_no_answer() -> None:
    answer = Answer("odd", Wording())
    found, rest = answer.pieces([Batch("conn", conn.RECORD.table([])), FIRST])
    assert isinstance(found, pa.Table)
    assert isinstance(rest, pa.Table)
    assert (rows(found), rows(rest)) == ([(1, "a"), (2, "b")], [])
    assert answer.readable


def test_a_log_that_is_known_and_not_there_is_empty() -> None:
    assert pieces([FIRST], "conn") == [[]]
    assert pieces([FIRST], "smb_files", count_by="action") == [[]]
    with pytest.raises(QuestionError, match="near: action"):
        pieces([FIRST], "smb_files", count_by="actio")


def test_a_log_that_nobody_knows_is_none() -> None:
    with pytest.raises(NoSuchLog, match="no log is called con"):
        pieces([FIRST], "con")


def nothing(text: str) -> Iterator[Update]:
    """What a reader does that finds other logs alone."""
    yield Trouble(text)
    raise NoSuchLog(text)


def test_a_reader_that_finds_other_logs() -> None:
    assert pieces(nothing("x"), "conn") == ["x", []]
    with pytest.raises(NoSuchLog, match="x"):
        pieces(nothing("x"), "con")


def test_a_log_of_a_capture_is_in_order_before_it_is_cut_off() -> None:
    row: list[Any] = [None] * len(conn.RECORD.fields)
    tables = [conn.RECORD.table([(ts, f"C{ts}", *row[2:])]) for ts in (3, 1, 2)]
    updates: list[Update] = [Facts(3, 1, 3), *(Batch("conn", table) for table in tables), Trouble("bad")]
    assert pieces(updates, "conn", captures=True, fields="uid", head=2) == ["bad", [("C1",), ("C2",)], []]
    assert pieces(updates, "dns", captures=True) == ["bad", []]


def test_what_is_asked_of_a_capture_is_checked_before_it_is_read() -> None:
    Answer("conn", Wording(fields="uid"), captures=True).check()
    Answer("odd", Wording(fields="uid")).check()
    with pytest.raises(QuestionError, match="no field uidd; near: uid"):
        Answer("dns", Wording(fields="uidd"), captures=True).check()
    with pytest.raises(NoSuchLog, match="no log is called dnss; of captures there are pe, files, http, conn, dns"):
        Answer("dnss", Wording(), captures=True).check()


def test_rows_that_nobody_wants_are_readable_all_the_same() -> None:
    answer = Answer("dns", Wording(where="query == nothing"))
    assert [len(piece) for piece in answer.pieces([Batch("dns", dns_rows())]) if isinstance(piece, pa.Table)] == [0, 0]
    assert answer.readable


def dns_rows() -> pa.Table:
    record = dns.PROTOCOL.records[0]
    return record.table([tuple([None] * len(record.fields))])


def test_the_types_of_an_answer_are_zeeks() -> None:
    (table,) = Answer("conn", Wording(count_by="id.orig_h,tunnel_parents")).pieces([])
    assert isinstance(table, pa.Table)
    assert schema.types(table) == {"count": "count", "id.orig_h": "addr", "tunnel_parents": "set[string]"}


WORDINGS = [
    Wording(),
    Wording(head=3),
    Wording(where="s in {a, b}", head=2),
    Wording(where="ts >= +2ns", fields="s"),
    Wording(where="s == -", fields="s,ts"),
    Wording(sort="-s,ts"),
    Wording(sort="s", head=2, fields="ts"),
    Wording(count_by="s"),
    Wording(where="has s", count_by="s,ts", head=3),
]


@pytest.mark.parametrize("memory", [0, 1 << 30])
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 5), st.none() | st.sampled_from(["a", "b", ""])), max_size=4)),
    st.sampled_from(WORDINGS),
)
def test_parts_give_the_answer_of_the_whole(memory: int, parts: list[list[tuple[Any, ...]]], wording: Wording) -> None:
    first, *rest = [part(*some) for some in [[], *parts]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "for_work", lambda: memory)
        found = Answer("odd", wording).pieces([first, *rest])
        made = schema.joined([piece for piece in found if isinstance(piece, pa.Table)])
    whole = part(*(row for some in parts for row in some)).table
    question = wording.understood(schema.types(whole))
    assert rows(made) == rows(answered(question, whole))
