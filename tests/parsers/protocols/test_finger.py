"""Finger: what is weird about its lines."""

from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import End, Event
from parsers.protocols.finger import FINGER
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run

QUESTION: Turn = (True, b"/W ann@example.org\r\n")
ANSWER: Turn = (False, b"Login: ann\r\nNo plan.\r\n")


def talk(*turns: Turn, way: str = "whole", trailing: bytes = b"") -> Told:
    return converse(FINGER, turns, way, connection(resp_p=79), trailing)


def weirds(told: Told) -> list[tuple[str, str]]:
    return [(row["name"], row["source"]) for row in told.rows.get("weird", ())]


@each_way
def test_a_question_that_was_put_in_order_is_called_partial(way: str) -> None:
    told = talk(QUESTION, ANSWER, way=way, trailing=b"and more")
    assert told.service is None
    assert weirds(told) == [("partial_finger_request", "FINGER")]


def test_it_is_told_when_the_client_has_closed() -> None:
    fed: list[Event] = [data(*QUESTION), data(*ANSWER), End(False, START + SECOND)]
    assert run(FINGER, fed, connection(resp_p=79)).rows == {}


@each_way
def test_lines_that_are_too_long(way: str) -> None:
    told = talk((True, b"a" * 1001), (False, b"b" * 1000 + b"\r\n" + b"c" * 1001), way=way)
    long = ("contentline_size_exceeded", "CONTENTLINE")
    assert weirds(told) == [long, long, long, ("partial_finger_request", "FINGER")]


@each_way
def test_a_nul_is_weird_where_it_is_asked(way: str) -> None:
    told = talk((True, b"a\0n\0n\r\n"), (False, b"a\0n\r\n"), way=way)
    assert weirds(told) == [("NUL_in_line", "CONTENTLINE"), ("partial_finger_request", "FINGER")]


def test_a_line_that_ends_with_cr_alone() -> None:
    told = talk((True, b"ann\rbob\n"))
    assert weirds(told)[0] == ("line_terminated_with_single_CR", "CONTENTLINE")


def test_a_connection_to_another_port_is_none() -> None:
    assert converse(FINGER, [QUESTION, ANSWER], to=connection(resp_p=80)).rows == {}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=2000)), max_size=8))
def test_no_bytes_make_it_fail(turns: list[Turn]) -> None:
    talk(*turns)
