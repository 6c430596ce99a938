"""Binary messages over TCP are brought together, however their bytes come."""

from collections.abc import Callable

import pytest

from parsers.protocols import framed
from parsers.protocols.analyzer import Context, Event, Gap, Protocol
from parsers.protocols.binpac import not_enforced
from parsers.protocols.framed import Framed, Frames
from tests.parsers.protocols.feeding import SECOND, START, Turn, connection, converse, data, each_way, run

Heard = list[tuple[bool, bytes, int]]


def reading(
    heard: Heard, act: Callable[[Framed, bytes], None] | None = None, *, partial: bool = False, gaps: bool = False
) -> Protocol:
    """A protocol of messages that begin with the number of bytes that follow; one of the number 255 is a fault."""

    class Reader(Framed):
        name = "reader"
        follows_partial = partial
        follows_gaps = gaps

        def __init__(self, context: Context) -> None:
            super().__init__(context)
            context.confirm(self.name, self.now)

        def read(self, is_orig: bool) -> Frames:
            length = (yield 1)[0]
            if length == 255:
                raise not_enforced("Message:length")
            message = yield length
            heard.append((is_orig, message, self.now))
            if act is not None:
                act(self, message)

    return Protocol("reader", (), Reader, tcp_ports=frozenset({80}))


@each_way
def test_messages_come_in_any_pieces(way: str) -> None:
    heard: Heard = []
    turns: list[Turn] = [(True, b"\3abc"), (False, b"\1x\0"), (True, b"\2de")]
    converse(reading(heard), turns, way)
    expected = [(True, b"abc"), (False, b"x"), (False, b""), (True, b"de")]
    assert [(is_orig, message) for is_orig, message, _ in heard] == expected


def test_a_message_s_time_is_that_of_its_last_byte() -> None:
    heard: Heard = []
    run(reading(heard), [data(True, b"\3a", START), data(True, b"bc\1x", START + SECOND, 1)])
    assert [ts for _, _, ts in heard] == [START + SECOND + 1000, START + SECOND + 3000]


def test_a_fault_is_told_and_ends_it() -> None:
    heard: Heard = []
    told = converse(reading(heard), [(True, b"\1a"), (True, b"\xff\1b"), (True, b"\1c")])
    assert told.service is None
    assert told.only("analyzer")["failure_reason"] == (
        "Binpac exception: binpac exception: &enforce violation : Message:length"
    )
    assert [message for _, message, _ in heard] == [b"a"]


def test_what_is_longer_than_what_may_be_held_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framed, "FRAME_BYTES", 4)
    told = converse(reading([]), [(True, b"\x09abcde")])
    assert "flowbuffer allocation failed" in told.only("analyzer")["failure_reason"]


@pytest.mark.parametrize(("gaps", "messages"), [(False, 1), (True, 3)])
def test_holes(gaps: bool, messages: int) -> None:
    heard: Heard = []
    fed: list[Event] = [data(True, b"\1a\3b"), Gap(True, 1, START), data(True, b"cd"), data(False, b"\1x")]
    run(reading(heard, gaps=gaps), fed)
    assert len(heard) == messages


@pytest.mark.parametrize(("partial", "messages"), [(False, 0), (True, 1)])
def test_openings_that_were_not_seen(partial: bool, messages: int) -> None:
    heard: Heard = []
    run(reading(heard, partial=partial), [data(True, b"\1a")], connection(partial=True))
    assert len(heard) == messages


def test_one_side_may_be_heard_no_more() -> None:
    heard: Heard = []
    protocol = reading(heard, lambda analyzer, _: analyzer.stop(False))
    converse(protocol, [(True, b"\1a"), (False, b"\1b"), (True, b"\1c")])
    assert [message for _, message, _ in heard] == [b"a", b"c"]


def test_another_protocol_takes_over_with_the_next_segment() -> None:
    outer: Heard = []
    inner: Heard = []
    carried = Protocol("inner", (), reading(inner).make)
    protocol = reading(outer, lambda analyzer, _: analyzer.hand_over("inner"))
    run((protocol, carried), [data(True, b"\1a\1b\1c\1d", step=4), data(False, b"\1e")])
    assert [message for _, message, _ in outer] == [b"a", b"b"]
    assert [message for _, message, _ in inner] == [b"c", b"d", b"e"]
