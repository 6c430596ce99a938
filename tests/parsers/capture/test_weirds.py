"""What is weird in the packets of connections."""

from random import Random

import pytest

from parsers.capture import windows
from parsers.capture.columns import columns
from parsers.capture.flows import group
from parsers.limits import STORM_PACKETS, WEIRD_THRESHOLD
from parsers.protocols import weird
from tests.parsers.capture.build import ethernet, ipv4, udp
from tests.parsers.capture.build import packets as decoded
from tests.parsers.capture.dialogue import CLIENT, SERVER, P, opened, packets, track

BIG = bytes(1000)


def names(*said: P) -> list[str]:
    """The names of what is weird on the connections of these packets."""
    return [row[weird.RECORD.names.index("name")] for tracked in track(said) for row in tracked.weirds]


HALF_CLOSED = (*opened(), P(">FA", 1, 1), P("<A", 1, 2))
RESET = (*opened(), P(">R", 1))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([*opened(), P(">A", 1, 1, b"x"), P("<FA", 1, 2), P(">FA", 2, 2), P("<A", 2, 3)], []),
        ([P(">S"), P(">A", 1, 1, b"x")], ["possible_split_routing", "data_before_established"]),
        ([P(">S"), P(">FA", 1, 1)], ["inappropriate_FIN"]),
        ([P(">S", data=b"x")], ["SYN_with_data"]),
        ([P(">SU")], ["baroque_SYN"]),
        ([P(">SR")], ["TCP_christmas", "spontaneous_RST"]),
        ([P(">S", scale=14)], []),
        ([P(">S", scale=255)], ["TCP_scale_range"]),
        ([P(">SU", scale=255)], ["baroque_SYN"]),
        ([P(">SA", ports=(40000, 50000))], ["connection_originator_SYN_ack"]),
        ([P(">S"), P("<SA", 0, 5)], ["bad_SYN_ack"]),
        ([P(">S", isn=(5, 5)), P("<S", isn=(5, 5))], ["simultaneous_open"]),
        ([P("<SA", 0, 1)], ["unsolicited_SYN_response"]),
        ([P(">S"), P(">SA", 0, 1)], ["repeated_SYN_with_ack"]),
        ([P(">S"), P(">S", 9)], ["SYN_seq_jump"]),
        ([*opened(), P(">S", 90)], ["active_connection_reuse"]),
        ([*HALF_CLOSED, P(">S", 90)], ["active_connection_reuse"]),
        ([*HALF_CLOSED, P("<FA", 1, 2), P(">A", 2, 2), P(">S", 90)], ["premature_connection_reuse"]),
        ([*opened(), P("<A", 1, 1, b"x"), P("<SA", 0, 1)], ["SYN_inside_connection"]),
        ([*HALF_CLOSED, P(">FA", 5, 1)], ["FIN_advanced_last_seq"]),
        ([*opened(), P("<FA", 1, 1), P("<SA", 0, 1)], ["SYN_after_close"]),
        ([*RESET, P(">A", 1, 1, b"x")], ["data_after_reset"]),
        ([*RESET, P(">FA", 1, 1)], ["FIN_after_reset"]),
        ([*opened(), P("<R", 1), P("<SA", 0, 1)], ["SYN_after_reset"]),
        ([P(">A", 1, 1), P(">S", 0)], ["SYN_after_partial"]),
        ([P(">F", 1)], ["spontaneous_FIN"]),
        ([*opened(), P(">A", -5, 1, b"abc")], ["TCP_seq_underflow_or_misorder"]),
        ([*opened(), P(">A", 1, -5)], ["TCP_ack_underflow_or_misorder"]),
        ([*opened(), P(">A", 1, 1, BIG, held=10)], ["truncated_tcp_payload"]),
        ([P("<A!")], ["bad_TCP_header_len"]),
        ([*opened(), *(P(">R", 1, at=1) for _ in range(STORM_PACKETS + 1))], ["RST_storm"] * 2),
    ],
)
def test_what_is_weird_in_flags(said: list[P], found: list[str]) -> None:
    assert names(*said) == found


def test_too_much_above_a_hole() -> None:
    found = names(P(">S"), *(P(">A", 1002 + 1000 * i, 0, BIG) for i in range(18)))
    assert found.count("above_hole_data_without_any_acks") == 1


def test_masses_are_sampled() -> None:
    assert names(P(">S"), *(P(">A", 1 + i, 1, b"x") for i in range(500))).count("data_before_established") == (
        WEIRD_THRESHOLD
    )


def test_who_began_is_told_as_it_was_taken_then() -> None:
    (tracked,) = track([P("<SA", 0, 1, ports=(40000, 50000)), P(">A", 1, 1, b"x", ports=(40000, 50000))])
    assert tracked.connection.orig_h == CLIENT
    (row,) = tracked.weirds
    assert row[2:7] == (SERVER, 50000, CLIENT, 40000, "connection_originator_SYN_ack")


def offers(*windows: tuple[int, int, int], scales: tuple[int, int] = (-1, -1)) -> list[str]:
    """What is weird where the client sends these (sequence number, acknowledgement, window)."""
    isn = (0, 0)
    handshake = [P(">S", isn=isn, scale=scales[0]), P("<SA", 0, 1, isn=isn, scale=scales[1])]
    return names(*handshake, *(P(">A", seq, ack, window=window, isn=isn) for seq, ack, window in windows))


@pytest.mark.parametrize(
    ("sent", "scales", "taken_back"),
    [
        ([(1, 1, 500), (1, 100, 401)], (-1, -1), 0),
        ([(1, 1, 500), (1, 100, 400)], (-1, -1), 1),
        ([(1, 1, 500), (1, 100, 400), (1, 200, 299)], (-1, -1), 2),
        # A packet that comes late says nothing.
        ([(1, 100, 500), (1, 1, 500), (1, 200, 400)], (-1, -1), 0),
        ([(1, 100, 500), (1, 1, 500), (1, 200, 399)], (-1, -1), 1),
        ([(2, 100, 500), (1, 100, 300)], (-1, -1), 0),
        # Bits that are shifted out are no recision.
        ([(1, 1, 500), (1, 1001, 400)], (3, 3), 0),
        ([(1, 1, 500), (1, 1000, 375)], (3, 3), 0),
        ([(1, 1, 500), (1, 1001, 374)], (3, 3), 1),
        ([(1, 1, 500), (1, 501, 100)], (3, -1), 0),
        ([(1, 1, 500), (1, 401, 99)], (3, -1), 1),
    ],
)
def test_windows_that_are_taken_back(
    sent: list[tuple[int, int, int]], scales: tuple[int, int], taken_back: int
) -> None:
    assert offers(*sent, scales=scales).count("window_recision") == taken_back


@pytest.mark.parametrize("seed", range(4))
def test_every_window_that_is_taken_back_is_in_a_flow_that_shrinks(seed: int) -> None:
    dice = Random(seed)
    for _ in range(60):
        isn = dice.choice((1000, 0x80000000, 0xFFFFFF00)), 5
        said = opened(isn=isn, scale=dice.choice((-1, 0, 2))) if dice.random() < 0.8 else []
        seq = ack = 1
        for _ in range(20):
            seq, ack = seq + dice.randrange(-5, 50), ack + dice.randrange(-5, 50)
            said.append(P(dice.choice("><") + "A", max(seq, 0), max(ack, 0), window=dice.randrange(900, 1000), isn=isn))
        made = packets(said)
        flows = group(made)
        c = columns(made, flows, 0, len(made))
        if list(windows.recisions(c, 0, len(made))):
            assert windows.shrinking(c, flows.bounds, made.proto == 6) == {0}


def test_a_datagram_that_says_another_length_than_ip() -> None:
    made = decoded([ethernet(ipv4(udp(b"query"))), ethernet(ipv4(udp(b"query", length=12)))])
    assert made.seq.tolist() == [13, 13]
    assert made.ack.tolist() == [13, 12]
