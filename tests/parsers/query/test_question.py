"""What is asked of a log: how it is written, what is wrong with it, what the answer is."""

from typing import Any

import pytest

from parsers.query.errors import UnknownFieldError
from parsers.query.question import QuestionError, Wording
from parsers.schema import Field, Record
from tests.parsers.query.answers import answered

RECORD = Record(
    "log",
    "",
    "",
    (
        Field("ts", "time", ""),
        Field("id.orig_h", "addr", ""),
        Field("id.orig_p", "port", ""),
        Field("id.resp_h", "addr", ""),
        Field("id.resp_p", "port", ""),
        Field("proto", "enum", ""),
        Field("bytes", "count", ""),
        Field("names", "set[string]", ""),
        Field("hosts", "vector[addr]", ""),
    ),
)
ROWS: list[tuple[Any, ...]] = [
    (1_000_000_000, "10.0.0.9", 1, "192.0.2.1", 80, "tcp", 5, ["a", "b"], None),
    (2_000_000_000, "10.0.0.10", 2, "192.0.2.1", 443, "tcp", None, ["a"], None),
    (3_000_000_000, "10.0.0.9", 3, "192.0.2.2", 53, "udp", 7, [], None),
    (4_000_000_000, "10.0.0.9", 3, "192.0.2.1", 80, "tcp", 5, None, None),
]


def answer(**parts: Any) -> dict[str, list[Any]]:
    return dict(answered(Wording(**parts).understood(RECORD.types), RECORD.table(ROWS)).to_pydict())


def wrong(**parts: Any) -> QuestionError:
    with pytest.raises(QuestionError) as caught:
        answer(**parts)
    return caught.value


def test_nothing_asked_is_everything() -> None:
    assert answered(Wording().understood(RECORD.types), RECORD.table(ROWS)).equals(RECORD.table(ROWS))


@pytest.mark.parametrize(
    "text", ["bytes,id.orig_p", "bytes, id.orig_p", " bytes id.orig_p ", "bytes,,id.orig_p,", "bytes\tid.orig_p"]
)
def test_fields_in_the_order_that_is_asked_for(text: str) -> None:
    assert list(answer(fields=text).items()) == [("bytes", [5, None, 7, 5]), ("id.orig_p", [1, 2, 3, 3])]


def test_wiresharks_names_are_those_of_columns() -> None:
    assert list(answer(fields="ip.src,ip.dst")) == ["id.orig_h", "id.resp_h"]
    assert list(answer(fields="ip.addr")) == ["id.orig_h", "id.resp_h"]
    assert answer(count_by="ip.dst", head=1) == {"count": [3], "id.resp_h": ["192.0.2.1"]}


def test_the_parts_in_their_order() -> None:
    assert answer(where="bytes > 0", sort="-bytes,id.orig_p", head=2, fields="id.orig_p") == {"id.orig_p": [3, 1]}
    assert answer(where="ts < +2s", fields="id.orig_p") == {"id.orig_p": [1, 2]}
    assert answer(head=0, fields="bytes") == {"bytes": []}


def test_the_largest_first_and_unset_ones_last() -> None:
    assert answer(sort="-bytes", fields="id.orig_p") == {"id.orig_p": [3, 1, 3, 2]}
    assert answer(sort="bytes", fields="id.orig_p") == {"id.orig_p": [1, 3, 3, 2]}


def test_what_is_counted_is_sorted_cut_and_chosen_from() -> None:
    assert answer(count_by="id.orig_h") == {"count": [3, 1], "id.orig_h": ["10.0.0.9", "10.0.0.10"]}
    assert answer(count_by="id.orig_h", sort="-id.orig_h", head=1, fields="id.orig_h,count") == {
        "id.orig_h": ["10.0.0.10"],
        "count": [1],
    }
    assert answer(where="proto == tcp", count_by="proto,id.resp_p", head=1)["id.resp_p"] == [80]


def test_each_member_of_a_set_counts() -> None:
    assert answer(count_by="names") == {"count": [2, 1, 1, 1], "names": [["a"], ["b"], [], None]}


@pytest.mark.parametrize(
    ("parts", "part", "message", "place"),
    [
        ({"where": "bytes = 5"}, "where", "compare with == (two signs)", 6),
        ({"where": "byte == 5"}, "where", "this log has no field byte; near: bytes", 0),
        ({"fields": "ts,byte"}, "fields", "this log has no field byte; near: bytes", 3),
        ({"fields": "xyz"}, "fields", f"this log has no field xyz; it has {', '.join(RECORD.names)}", 0),
        ({"fields": "referrer"}, "fields", "this log has no referrer; http has it", 0),
        ({"fields": "ts,bytes,ts"}, "fields", "ts is named twice", 9),
        ({"fields": "ip.addr,ip.src"}, "fields", "id.orig_h is named twice", 8),
        ({"fields": "tcp.srcport"}, "fields", "tcp.srcport is id.orig_p of tcp alone: name id.orig_p", 0),
        ({"fields": ""}, "fields", "this names no field", 0),
        ({"fields": " , "}, "fields", "this names no field", 0),
        ({"sort": "ts,-byte"}, "sort", "this log has no field byte; near: bytes", 4),
        ({"sort": "-"}, "sort", "this log has no field -; it has", 0),
        ({"count_by": "byte"}, "count-by", "this log has no field byte; near: bytes", 0),
        ({"count_by": "names,ts,hosts"}, "count-by", "names and hosts hold several values each: count by one", 0),
        ({"count_by": "proto", "sort": "-ts"}, "sort", "ts is gone once rows are counted; there is count, proto", 1),
        ({"count_by": "proto", "fields": "ts"}, "fields", "ts is gone once rows are counted; there is count", 0),
    ],
)
def test_what_is_wrong(parts: dict[str, str], part: str, message: str, place: int) -> None:
    found = wrong(**parts)
    assert (found.part, found.error.start) == (part, place)
    assert found.error.message.startswith(message)


def test_a_name_that_may_still_come_is_told_apart() -> None:
    assert isinstance(wrong(where="byte == 5").error, UnknownFieldError)
    assert isinstance(wrong(fields="byte").error, UnknownFieldError)
    assert not isinstance(wrong(where="bytes = 5").error, UnknownFieldError)
    assert not isinstance(wrong(count_by="proto", sort="ts").error, UnknownFieldError)


@pytest.mark.parametrize(
    ("parts", "needs_all"),
    [
        ({}, False),
        ({"where": "bytes > 1", "head": 1, "fields": "ts"}, False),
        ({"sort": "ts"}, True),
        ({"count_by": "ts"}, True),
        ({"where": "not (bytes > 1 or ts > +1s and has ts)"}, True),
        ({"where": "ts > 1 or has ts"}, False),
    ],
)
def test_whether_the_last_row_may_decide(parts: dict[str, Any], needs_all: bool) -> None:
    assert Wording(**parts).understood(RECORD.types).needs_all == needs_all
