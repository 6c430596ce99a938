"""UDP, ICMP and other protocols: what makes one connection, and who began it."""

import struct
from itertools import pairwise

import pytest

from tests.parsers.capture.dialogue import P, analysed, datagram, row, rows


def dns(flags: int, questions: int = 1) -> bytes:
    return struct.pack(">6H", 7, flags, questions, 0, 0, 0)


QUERY, REPLY = dns(0x0100), dns(0x8180)
STATUS = dns(2 << 11)
NTP_CLIENT, NTP_SERVER = b"\x23" + bytes(47), b"\x24" + bytes(47)
DNS, HIGH = (40000, 53), (40000, 9999)


@pytest.mark.parametrize(
    ("said", "state", "history", "sent"),
    [
        pytest.param([datagram(">", b"abc"), datagram(">", b"d")], "S0", "D", (4, 0), id="asked"),
        pytest.param([datagram(">", b"abc"), datagram("<", b"de")], "SF", "Dd", (3, 2), id="answered"),
        pytest.param([datagram("<", b"de", DNS), datagram("<", b"f", DNS)], "SHR", "^d", (0, 3), id="answers only"),
        pytest.param([datagram(">", b""), datagram("<", b"")], "SF", "Dd", (0, 0), id="empty"),
    ],
)
def test_udp(said: list[P], state: str, history: str, sent: tuple[int, int]) -> None:
    found = row(said)
    assert (found["conn_state"], found["history"]) == (state, history)
    assert (found["orig_bytes"], found["resp_bytes"]) == sent
    assert found["id.orig_p"] == 40000


class TestRolesTurnRound:
    def test_the_first_dns_message_is_a_reply(self) -> None:
        said = [datagram(">", dns(0x8180, 0), DNS, hosts=("10.0.0.1", "10.0.0.2"))]
        found = analysed(said)
        assert (found["id.orig_h"], found["history"], found["conn_state"]) == ("10.0.0.2", "D^", "S0")
        # The packet itself still counts for the side that it was thought to come from.
        assert (found["orig_pkts"], found["resp_pkts"]) == (1, 0)
        # The analyser of the first responder's port stays.
        assert found["service"] == "dns"

    def test_later_packets_count_for_the_side_that_they_come_from(self) -> None:
        ports = (53, 53)
        found = analysed([datagram(">", REPLY, ports), datagram("<", QUERY, ports), datagram(">", REPLY, ports)])
        assert (found["history"], found["conn_state"]) == ("D^d", "SF")
        assert (found["orig_pkts"], found["resp_pkts"]) == (2, 1)

    def test_a_group_never_asked(self) -> None:
        found = analysed([datagram(">", REPLY, (5353, 5353), hosts=("10.0.0.1", "224.0.0.251"))])
        assert (found["id.orig_h"], found["history"]) == ("10.0.0.1", "D")

    def test_an_ntp_server_speaks_first(self) -> None:
        found = analysed([datagram(">", NTP_SERVER, (123, 123)), datagram("<", NTP_CLIENT, (123, 123))])
        assert (found["id.orig_h"], found["history"]) == ("192.0.2.7", "D^")

    def test_an_ntp_client_speaks_first(self) -> None:
        found = analysed([datagram(">", NTP_CLIENT, (40000, 123)), datagram("<", NTP_SERVER, (40000, 123))])
        assert (found["id.orig_h"], found["history"]) == ("10.0.0.1", "Dd")

    def test_short_messages_turn_nothing(self) -> None:
        assert analysed([datagram(">", NTP_SERVER[:40], (40000, 123))])["history"] == "D"
        assert analysed([datagram(">", REPLY[:11], DNS)])["history"] == "D"


@pytest.mark.parametrize(
    ("message", "ports", "history"),
    [
        pytest.param(STATUS, DNS, "DX", id="an operation that is not looked into"),
        pytest.param(STATUS, (137, 137), "D", id="NetBIOS has others"),
        pytest.param(dns(0x0100, 26), DNS, "D", id="too many questions"),
        pytest.param(STATUS, HIGH, "D", id="not DNS"),
    ],
)
def test_dns_that_is_given_up(message: bytes, ports: tuple[int, int], history: str) -> None:
    assert analysed([datagram(">", message, ports), datagram(">", message, ports)])["history"] == history


@pytest.mark.parametrize(
    ("ports", "times", "count"),
    [
        pytest.param(HIGH, (0, 59), 1, id="under a minute"),
        pytest.param(HIGH, (0, 60), 2, id="a minute"),
        pytest.param(HIGH, (0, 50, 100, 150), 1, id="counted from the last one"),
        pytest.param(DNS, (0, 0.1, 10), 2, id="DNS, quiet for nine seconds when its ten are over"),
        pytest.param(DNS, (0, 2, 10), 1, id="DNS, not quiet enough"),
        pytest.param(DNS, (0, 2, 10, 20), 2, id="DNS, looked at again ten seconds later"),
        pytest.param(DNS, (0, 9.9), 1, id="DNS, before its ten seconds"),
    ],
)
def test_silence(ports: tuple[int, int], times: tuple[float, ...], count: int) -> None:
    assert len(rows([datagram(">", b"", ports, at=at) for at in times])) == count


@pytest.mark.parametrize(
    ("messages", "count"),
    [
        pytest.param([dns(0x0100, 26), b"", b""], 1, id="it is none"),
        pytest.param([dns(0x0100, 25), b"", b""], 2, id="it may be"),
        pytest.param([dns(2 << 11, 26), b"", b""], 2, id="an operation that is not looked into"),
        pytest.param([dns(0x0100, 26), b""], 2, id="found out by the packet before the silence"),
        pytest.param([bytes(10_241), dns(0x0100, 26), b"", b""], 2, id="found out too late"),
    ],
)
def test_what_is_no_dns_may_be_silent_for_longer(messages: list[bytes], count: int) -> None:
    *before, last = messages
    said = [datagram(">", message, DNS, at=0.1 * place) for place, message in enumerate(before)]
    assert len(rows([*said, datagram(">", last, DNS, at=20)])) == count


def test_dns_is_looked_at_when_any_packet_comes() -> None:
    said = [datagram(">", b"", DNS, at=at) for at in (0, 0.5)]
    other = [datagram(">", b"", HIGH, at=at) for at in (9, 11)]
    late = datagram(">", b"", DNS, at=14)
    assert len([r for r in rows([*said, *other, late]) if r["id.resp_p"] == 53]) == 2


def test_icmp() -> None:
    said = [P(">", data=bytes(56), ports=(8, 0), proto=1), P("<", data=bytes(56), ports=(0, 0), proto=1)]
    found = row([said[0], P("<", data=bytes(56), ports=(8, 0), proto=1)])
    assert (found["proto"], found["conn_state"], found["history"], found["ip_proto"]) == ("icmp", "OTH", None, 1)
    assert (found["id.orig_p"], found["id.resp_p"]) == (8, 0)
    assert (found["orig_bytes"], found["resp_bytes"]) == (56, 56)


def test_other_protocols() -> None:
    found = row([P(">", data=b"abc", proto=89), P("<", data=b"abc", proto=89)])
    assert (found["proto"], found["ip_proto"], found["id.orig_p"], found["id.resp_p"]) == (
        "unknown_transport",
        89,
        0,
        0,
    )
    assert (found["orig_bytes"], found["orig_pkts"], found["resp_pkts"]) == (0, 1, 1)


@pytest.mark.parametrize("proto", [2, 4, 41, 47])
def test_tunnels_and_igmp_are_no_connections(proto: int) -> None:
    assert rows([P(">", data=b"abc", proto=proto)]) == []


@pytest.mark.parametrize("gaps", [(), (10,), (63, 64, 65), (64, 130, 131, 400), tuple(range(60, 300, 7))])
def test_a_silence_ends_a_long_run_wherever_it_is(gaps: tuple[int, ...]) -> None:
    at, said = 0.0, []
    for number in range(500):
        at += 60 if number in gaps else 59.9
        said.append(datagram(">", b"x", HIGH, at=at))
    sizes = [found["orig_pkts"] for found in rows(said)]
    assert sizes == [stop - start for start, stop in pairwise((0, *gaps, 500))]
