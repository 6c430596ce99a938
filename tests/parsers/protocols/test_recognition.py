"""What the first bytes of a stream show."""

from collections.abc import Callable
from typing import Any

import pytest

from parsers.limits import RECOGNITION_BYTES, RECOGNITION_CHUNKS
from parsers.protocols.analyzer import Context, Data, Gap, Protocol
from parsers.protocols.recognition import Recognition
from parsers.protocols.roster import Roster
from tests.parsers.protocols.feeding import START, data


def _nothing(context: Context) -> Any:
    return context


def known(recognise: Callable[[bytes, bytes], bool], proto: str = "tcp") -> Recognition:
    protocol = Protocol("talk", (), _nothing, recognise=recognise, transports=frozenset({proto}))
    candidates = Roster([protocol]).candidates(proto)
    assert candidates is not None
    return Recognition(candidates, lambda _, error: pytest.fail(str(error)), is_udp=proto == "udp")


def shown(recognition: Recognition, *fed: Data) -> list[bool]:
    return [bool(recognition.deliver(piece)) for piece in fed]


def test_each_side_shows_a_protocol_once() -> None:
    recognition = known(lambda orig, resp: orig.startswith(b"hello") or resp.startswith(b"hi"))
    fed = [data(True, b"he"), data(True, b"llo"), data(True, b"!"), data(False, b"hi"), data(False, b"!")]
    assert shown(recognition, *fed) == [False, True, False, True, False]


def test_what_both_sides_show_together_is_shown_once() -> None:
    recognition = known(lambda orig, resp: orig == b"a" and resp.startswith(b"b"))
    assert shown(recognition, data(True, b"a"), data(False, b"b"), data(False, b"c")) == [False, True, False]


def test_what_was_missed_comes_at_the_time_of_now_and_the_rest_at_its_own() -> None:
    recognition = known(lambda _, resp: resp.endswith(b"cd"))
    recognition.deliver(data(True, b"ask"))
    recognition.gap(Gap(True, 3, START))
    last = data(False, b"abcdef", START + 9, step=2)
    ((_, seen, segment),) = recognition.deliver(last)
    assert recognition.missed(last, seen, segment) == [
        Data(True, b"ask", [3], [START + 1009]),
        Gap(True, 3, START),
        Data(False, b"ab", [2], [START + 1009]),
        Data(False, b"cd", [2], [START + 1009]),
        Data(False, b"ef", [2], [START + 2009]),
    ]


def test_the_segment_that_exceeds_the_bound_is_the_last() -> None:
    recognition = known(lambda orig, _: b"magic" in orig)
    assert shown(recognition, data(True, b"x" * RECOGNITION_BYTES), data(True, b"magic")) == [False, True]
    assert recognition.is_over


def test_too_many_segments_end_it() -> None:
    recognition = known(lambda *_: False)
    recognition.deliver(data(True, b"x" * (RECOGNITION_CHUNKS + 1), step=1))
    assert recognition.is_over


def test_a_datagram_is_looked_at_alone() -> None:
    recognition = known(lambda orig, resp: orig == b"?" or resp == b"?", "udp")
    assert shown(recognition, data(True, b"x"), data(True, b"?"), data(False, b"?")) == [False, True, True]
