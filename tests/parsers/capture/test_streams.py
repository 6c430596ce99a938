"""What analysers are fed, and in which order."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.capture.tcp import Tcp
from parsers.limits import CHUNK_BYTES, UNACKED_BYTES
from parsers.protocols.analyzer import Data
from tests.parsers.capture.dialogue import SECOND, START, P, datagram, opened, rows, short, told, track


def data(said: list[P]) -> list[Data]:
    return [event for tracked in track(said) for event in tracked.events() if isinstance(event, Data)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([P(">A", 1, 1, b"ab"), P(">A", 3, 1, b"cd"), P("<A", 1, 5)], [">abcd"], id="in order"),
        pytest.param(
            [P(">A", 1, 1, b"ab"), P("<A", 1, 3, b"x"), P(">A", 3, 2, b"cd")], [">ab", "<x", ">cd"], id="turns"
        ),
        pytest.param([P(">A", 3, 1, b"cd"), P(">A", 1, 1, b"ab"), P("<A", 1, 5)], [">abcd"], id="swapped"),
        pytest.param([P(">A", 1, 1, b"ab"), P(">A", 1, 1, b"XYcd")], [">abcd"], id="the first bytes win"),
        pytest.param([P(">A", 3, 1, b"cd"), P(">A", 1, 1, b"abXYef")], [">abcdef"], id="behind a hole too"),
        pytest.param([P(">A", 1, 1, b"ab"), P("<A", 1, 3), P(">A", 2, 1, b"Xc")], [">abc"], id="partly acknowledged"),
        pytest.param([P(">A", 1, 1, b"ab"), P("<A", 1, 3), P(">A", 1, 1, b"ab")], [">ab"], id="sent again"),
        pytest.param([P(">A", 5, 1, b"ef"), P("<A", 1, 7)], [">[4]", ">ef"], id="hole at the start"),
        pytest.param([P(">A", 5, 1, b"ef"), P("<A", 1, 3), P("<A", 1, 7)], [">[2]", ">[2]", ">ef"], id="hole in parts"),
        pytest.param([P(">A", 5, 1, b"ef")], [], id="nothing goes on behind a hole that nobody acknowledged"),
        pytest.param([P(">A", 1, 1, b"abcd", held=2), P("<A", 1, 5)], [">[4]"], id="cut off"),
        pytest.param(
            [P(">A", 1, 1, b"ab"), P("<A", 1, 3), P(">FA", 3, 1), P("<FA", 1, 4), P(">A", 4, 2)],
            [">ab", ">.", "<."],
            id="ends",
        ),
        pytest.param([P(">A", 1, 1, b"ab"), P("<A", 1, 3), P(">R", 3)], [">ab", ">!", ">."], id="reset"),
        pytest.param(
            [P(">FA", 1, 1), P("<A", 1, 2, b"ab"), P(">R", 2), P("<A", 3, 2, b"cd"), P(">R", 2)],
            [">.", "<ab", ">!", "<cd", ">!"],
            id="what was on its way may come after a reset",
        ),
        pytest.param([P(">FA", 1, 1, b"ab"), P("<A", 1, 4)], [">ab", ">."], id="data beside a FIN"),
        pytest.param([P(">RA", 1, 1, b"why"), P("<A", 1, 1)], [">."], id="data beside a RST is none"),
        pytest.param(
            [P(">FA", 5, 1, b"ef"), P("<A", 1, 8)], [">[4]", ">ef", ">."], id="an end waits for what comes before it"
        ),
    ],
)
def test_tcp(said: list[P], expected: list[str]) -> None:
    assert told([*opened(), *said]) == expected


def test_data_beside_a_syn() -> None:
    assert told([P(">S", 0, 0, b"ab"), P("<SA", 0, 3), P(">A", 3, 1)]) == [">ab"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([P(">A", 100, 1, b"ab"), P(">A", 102, 1, b"cd")], [">abcd"], id="begins where it is met"),
        pytest.param([P(">A", 100, 1, b"ab"), P("<A", 1, 102, b"x")], [">ab", "<x"], id="the other side at its ACK"),
        pytest.param(
            [P(">A", 100, 1, b"ab"), P("<A", 5, 102, b"x"), P(">A", 102, 6)], [">ab", "<x"], id="and so does the other"
        ),
    ],
)
def test_without_its_start(said: list[P], expected: list[str]) -> None:
    assert told(said) == expected


def test_one_side_only() -> None:
    said = [P(">A", 1 + 1000 * i, 1, bytes([65 + i]) * 1000) for i in range(26)]
    assert "".join(told(said)) == ">" + "".join(chr(65 + i) * 1000 for i in range(26))


def test_one_side_only_with_a_hole_gives_up_after_a_while() -> None:
    said = [P(">A", 1, 1, b"ab"), *(P(">A", 11 + 1000 * i, 1, bytes(1000)) for i in range(30)), P(">A", 3, 1, bytes(8))]
    assert told(said) == [">ab"]


def test_segments_keep_their_places_and_times() -> None:
    said = [*opened(), P(">A", 1, 1, b"ab", at=1), P(">A", 3, 1, b"cde", at=2), P("<A", 1, 6, at=3)]
    (event,) = data(said)
    assert (event.ends, event.times) == ([2, 5], [START + SECOND, START + 2 * SECOND])
    assert [event.time_of(place) for place in (0, 1, 2, 4)] == [START + SECOND] * 2 + [START + 2 * SECOND] * 2


def test_a_segment_that_waited_has_the_time_at_which_it_went_on() -> None:
    said = [*opened(), P(">A", 3, 1, b"cd", at=1), P(">A", 1, 1, b"ab", at=2), P("<A", 1, 5, at=3)]
    (event,) = data(said)
    assert (event.data, event.times) == (b"abcd", [START + 2 * SECOND] * 2)


def test_long_stretches_are_cut() -> None:
    size = CHUNK_BYTES // 4
    said = [
        packet for i in range(9) for packet in (P(">A", 1 + i * size, 1, bytes(size)), P("<A", 1, 1 + (i + 1) * size))
    ]
    assert [len(event.data) // size for event in data([*opened(), *said])] == [4, 4, 1]


def test_data_that_nobody_acknowledges_is_not_kept_for_ever() -> None:
    size = UNACKED_BYTES // 8
    start = [*opened(), P(">A", 1, 1, b"a"), P("<A", 1, 2)]
    said = [P(">A", 2 + i * size, 1, bytes(size)) for i in range(12)]
    assert sum(len(event.data) for event in data([*start, *said])) == 1 + 9 * size


def test_sequence_numbers_that_begin_anew() -> None:
    isn = (0xFFFFFFF0, 5)
    said = [P(">A", 1 + 10 * i, 1, b"0123456789", isn=isn) for i in range(5)]
    assert told([*opened(isn=isn), *said]) == [">" + "0123456789" * 5]


def test_datagrams() -> None:
    said = [datagram(">", b"a"), datagram("<", b"b"), datagram(">", b""), datagram(">", b"cdef", held=2)]
    assert told(said) == [">a", "<b", ">", ">cd"]


def test_nothing_of_other_protocols() -> None:
    assert told([P(">", data=b"abc", proto=1), P(">", data=b"abc", proto=89)]) == []


# Segments of one side in some order, with the other side's acknowledgements at random.
TEXT = bytes(range(97, 123)) * 4
PIECES = st.lists(st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 40)), max_size=12)


@settings(max_examples=60)
@given(PIECES, st.permutations(range(0, len(TEXT), 8)))
def test_all_segments_in_any_order_give_the_stream(extra: list[tuple[int, int]], order: list[int]) -> None:
    spans = [(start, 8) for start in order]
    for place, span in enumerate(extra):
        spans.insert(place * 2, span)
    said = [P(">A", 1 + start, 1, TEXT[start : start + size]) for start, size in spans]
    assert b"".join(event.data for event in data([*opened(), *said])) == TEXT


LETTERS = ["S", "SA", "A", "PA", "FA", "F", "R", "RA", "FR", "SF", "", "!"]
ANY = st.builds(
    P,
    st.builds(str.__add__, st.sampled_from("><"), st.sampled_from(LETTERS)),
    st.one_of(st.integers(0, 30), st.integers(0, 2**32)),
    st.one_of(st.integers(0, 30), st.integers(0, 2**32)),
    st.binary(max_size=12),
    st.one_of(st.none(), st.floats(0, 700)),
    st.sampled_from([0, 1000]),
    st.sampled_from([None, 0]),
    ports=st.sampled_from([(40000, 80), (80, 40000), (40000, 40001)]),
)


@settings(max_examples=100)
@given(st.lists(ANY, max_size=20), st.lists(st.sampled_from(["opened", "none"]), max_size=1))
def test_any_packets(said: list[P], start: list[str]) -> None:
    said = [*(opened() if start else []), *said]
    found = rows(said)
    told(said)
    assert sum(r["orig_pkts"] + r["resp_pkts"] for r in found) == sum("!" not in p.what for p in said)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 6), st.booleans()), max_size=30))
def test_the_quick_way_changes_nothing(steps: list[tuple[bool, int, int, bool]]) -> None:
    said = opened()
    sent = [1, 1]
    for is_orig, jump, size, acks in steps:
        side = 0 if is_orig else 1
        seq = sent[side] + (jump if jump == 3 else 0)
        said.append(P("><"[side] + "PA", seq, sent[1 - side] if acks else 1, b"abcdef"[:size]))
        sent[side] = seq + size
    quick = [(tracked.row(None), [short(event) for event in tracked.events()]) for tracked in track(said)]
    with patch.object(Tcp, "_note_smooth"):
        whole = [(tracked.row(None), [short(event) for event in tracked.events()]) for tracked in track(said)]
    assert quick == whole
