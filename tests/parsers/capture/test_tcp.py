"""TCP connections: what conn.log says of each course."""

from typing import Any

import pytest

from tests.parsers.capture.dialogue import SECOND, P, opened, row, rows, told, track

GET, OK = b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"


def asked() -> list[P]:
    """A handshake, a question and its answer: 18 and 19 bytes."""
    return [*opened(), P(">PA", 1, 1, GET), P("<A", 1, 19), P("<PA", 1, 19, OK), P(">A", 19, 20)]


COURSES = [
    pytest.param([P(">S")], "S0", "S", id="no answer"),
    pytest.param([P(">S"), P("<RA", 0, 1)], "REJ", "Sr", id="refused"),
    pytest.param(opened(), "S1", "ShA", id="open"),
    pytest.param(
        [*asked(), P(">FA", 19, 20), P("<FA", 20, 20), P(">A", 20, 21)], "SF", "ShADadFf", id="closed in order"
    ),
    pytest.param([*asked(), P(">RA", 19, 20)], "RSTO", "ShADadR", id="originator resets"),
    pytest.param([*asked(), P("<R", 20)], "RSTR", "ShADadr", id="responder resets"),
    pytest.param([*asked(), P(">FA", 19, 20), P("<A", 20, 20)], "S2", "ShADadF", id="originator closes"),
    pytest.param([*asked(), P("<FA", 20, 19), P(">A", 19, 21)], "S3", "ShADadf", id="responder closes"),
    pytest.param([P(">S"), P(">R", 1)], "RSTOS0", "SR", id="SYN, then reset"),
    pytest.param([P(">S"), P(">FA", 1)], "SH", "SF", id="SYN, then FIN"),
    pytest.param([P("<SA", 0, 1), P("<R", 1)], "RSTRH", "^hr", id="SYN-ACK, then reset"),
    pytest.param([P(">A", 1, 1, b"x"), P("<A", 1, 2)], "OTH", "Da", id="midstream"),
    pytest.param([P(">FRA", 1, 1)], "OTH", "I", id="FIN and RST"),
    pytest.param([P(">SF", 0)], "SH", "Q", id="SYN and FIN"),
    pytest.param([P(">S"), P(">S", 0, at=1)], "S0", "S", id="SYN again"),
    pytest.param([*opened(), P(">SA", 9, 1)], "S1", "ShA", id="SYN-ACK within: numbers begin anew"),
    pytest.param([*asked(), P(">PA", 1, 1, GET)], "S1", "ShADadT", id="sent again"),
    pytest.param([*asked(), P("<A", 20, 19, window=0)], "S1", "ShADadw", id="window closed"),
]


@pytest.mark.parametrize(("said", "state", "history"), COURSES)
def test_state_and_history(said: list[P], state: str, history: str) -> None:
    found = row(said)
    assert (found["conn_state"], found["history"]) == (state, history)


def test_every_cell() -> None:
    found = row([*asked(), P(">FA", 19, 20), P("<FA", 20, 20), P(">A", 20, 21)])
    uid = found.pop("uid")
    assert uid.startswith("C")
    assert len(uid) == 18
    assert found == {
        "ts": 1_700_000_000 * SECOND,
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 40000,
        "id.resp_h": "192.0.2.7",
        "id.resp_p": 80,
        "proto": "tcp",
        "service": None,
        # The last ACK does not count: both sides had closed.
        "duration": 80_000_000,
        "orig_bytes": 18,
        "resp_bytes": 19,
        "conn_state": "SF",
        "local_orig": True,
        "local_resp": True,
        "missed_bytes": 0,
        "history": "ShADadFf",
        "orig_pkts": 6,
        "orig_ip_bytes": 6 * 40 + 18,
        "resp_pkts": 4,
        "resp_ip_bytes": 4 * 40 + 19,
        "tunnel_parents": None,
        "ip_proto": 6,
        "community_id": "1:gA1d5KlvUxLLxlFSyjRx7xQUB54=",
    }


def test_one_packet_has_no_duration_and_no_bytes() -> None:
    found = row([P(">PA", 1, 1, GET)])
    assert (found["duration"], found["orig_bytes"], found["resp_bytes"]) == (None, None, None)
    assert found["orig_pkts"] == 1


@pytest.mark.parametrize(("count", "letters"), [(1, "t"), (9, "t"), (10, "tt"), (99, "tt"), (100, "ttt")])
def test_repetitions_are_counted_by_tens(count: int, letters: str) -> None:
    again = [P("<PA", 1, 19, OK) for _ in range(count)]
    assert row([*asked(), *again])["history"] == "ShADad" + letters


def test_a_second_fin_counts_when_it_lies_elsewhere() -> None:
    same = [P(">FA", 19, 20), P(">FA", 19, 20)]
    other = [P(">FA", 19, 20), P(">FA", 19, 20, b"x")]
    assert row([*asked(), *same])["history"] == "ShADadF"
    assert row([*asked(), *other])["history"].startswith("ShADadF")
    assert row([*asked(), *other])["history"].count("F") == 2


def test_a_keepalive_is_no_data() -> None:
    found = row([*asked(), P(">A", 18, 20), P("<A", 20, 19)])
    assert (found["history"], found["missed_bytes"]) == ("ShADad", 0)


class TestWhoIsTheOriginator:
    @pytest.mark.parametrize(
        ("ports", "flags", "orig_port", "history"),
        [
            pytest.param((40000, 80), "<SA", 40000, "^h", id="SYN-ACK from a server port"),
            pytest.param((40000, 41000), "<SA", 41000, "H", id="SYN-ACK from elsewhere: perhaps a scan"),
            pytest.param((40000, 80), "<A", 40000, "^a", id="midstream from a server port"),
            pytest.param((443, 80), "<A", 443, "^a", id="both are server ports: the lower one serves"),
            pytest.param((80, 443), "<A", 443, "A", id="both, the other way"),
            pytest.param((443, 80), "<SA", 80, "H", id="both, with a SYN"),
            pytest.param((40000, 80), "<S", 80, "S", id="a SYN is believed"),
        ],
    )
    def test_first_packet(self, ports: tuple[int, int], flags: str, orig_port: int, history: str) -> None:
        found = row([P(flags, 0, 1, ports=ports)])
        assert (found["id.orig_p"], found["history"]) == (orig_port, history)

    def test_nobody_serves_on_the_broadcast_address(self) -> None:
        found = row([P("<A", 1, 1, hosts=("255.255.255.255", "10.0.0.1"))])
        assert (found["id.orig_p"], found["history"]) == (80, "A")

    def test_syn_ack_with_traffic_after_it_was_an_answer(self) -> None:
        ports = (40000, 41000)
        said = [P("<SA", 0, 1, ports=ports), P(">A", 1, 1, ports=ports), P(">PA", 1, 1, b"hello", ports=ports)]
        found = row(said)
        assert (found["id.orig_p"], found["history"]) == (40000, "^hAD")
        assert (found["orig_pkts"], found["resp_pkts"]) == (2, 1)

    def test_syn_ack_with_a_reset_after_it_stays(self) -> None:
        ports = (40000, 41000)
        found = row([P("<SA", 0, 1, ports=ports), P(">R", 1, ports=ports)])
        assert (found["id.orig_p"], found["history"]) == (41000, "Hr")

    def test_syn_after_its_syn_ack(self) -> None:
        ports = (40000, 41000)
        found = row([P("<SA", 0, 1, ports=ports), P(">S", 0, ports=ports), P(">A", 1, 1, ports=ports)])
        assert (found["id.orig_p"], found["conn_state"], found["history"]) == (40000, "S1", "Hs^A")


class TestHoles:
    def test_what_is_acknowledged_and_not_there_is_missed(self) -> None:
        said = [*opened(), P(">PA", 1, 1, b"ab"), P(">PA", 9, 1, b"cd"), P("<A", 1, 11)]
        found = row(said)
        assert (found["missed_bytes"], found["history"], found["orig_bytes"]) == (6, "ShADaG", 10)

    def test_not_in_a_connection_without_its_start(self) -> None:
        found = row([P(">A", 1, 1, b"ab"), P("<A", 1, 3, b"x"), P(">A", 9, 2, b"cd"), P("<A", 2, 11)])
        assert found["missed_bytes"] == 0
        assert "G" not in found["history"]

    def test_what_was_cut_off_is_missed(self) -> None:
        said = [*opened(), P(">PA", 1, 1, GET, held=4), P("<A", 1, 19)]
        assert row(said)["missed_bytes"] == 18

    def test_without_acknowledgements_nothing_is_known_to_be_missed(self) -> None:
        said = [*opened(), *(P(">PA", 101 + 1000 * i, 1, bytes(1000)) for i in range(30)), P("<A", 1, 30101)]
        assert row(said)["missed_bytes"] == 0


class TestTheNextConnection:
    def test_a_syn_after_a_close_begins_another(self) -> None:
        end = [P(">FA", 19, 20), P("<FA", 20, 20), P(">A", 20, 21)]
        again = opened(isn=(7000, 9000))
        assert [r["history"] for r in rows([*asked(), *end, *again])] == ["ShADadFf", "ShA"]

    def test_a_syn_with_another_number_begins_another(self) -> None:
        said = [P(">S"), P(">S", isn=(7000, 9000))]
        assert [r["conn_state"] for r in rows(said)] == ["S0", "S0"]

    def test_a_packet_long_after_a_close_begins_another(self) -> None:
        end = [P(">FA", 19, 20), P("<FA", 20, 20), P(">A", 20, 21)]
        assert len(rows([*asked(), *end, P(">R", 20, at=5)])) == 1
        assert [r["history"] for r in rows([*asked(), *end, P(">R", 20, at=6)])] == ["ShADadFf", "R"]

    def test_a_close_waits_for_data_that_is_not_acknowledged(self) -> None:
        # The server's bytes stay unacknowledged: its FIN does not close, and the late packet is one of the same.
        said = [*opened(), P("<PA", 1, 1, OK), P("<FA", 20, 1), P(">FA", 1, 1), P("<A", 21, 2)]
        late = P("<A", 21, 2, at=30)
        assert len(rows([*said, late])) == 1
        assert len(rows([*said, P(">A", 2, 21), late])) == 2


def gaps(*seconds: float, **rest: Any) -> list[P]:
    """Plain packets at these times."""
    return [P(">A", 1, 1, at=second, **rest) for second in seconds]


class TestSilence:
    @pytest.mark.parametrize(
        ("said", "count"),
        [
            pytest.param([*opened(), *gaps(299)], 1, id="established, under five minutes"),
            pytest.param([*opened(), *gaps(301)], 2, id="established, over five minutes"),
            pytest.param([*opened(), *gaps(299, 598)], 1, id="counted from the last packet"),
            pytest.param([*opened(ports=(40000, 22)), *gaps(3599, ports=(40000, 22))], 1, id="SSH, under an hour"),
            pytest.param([*opened(ports=(40000, 22)), *gaps(3601, ports=(40000, 22))], 2, id="SSH, over an hour"),
            pytest.param([P(">S"), P(">S", at=4)], 1, id="unanswered, four seconds"),
            pytest.param([P(">S"), P(">S", at=6)], 2, id="unanswered, six seconds"),
        ],
    )
    def test_how_long(self, said: list[P], count: int) -> None:
        assert len(rows(said)) == count

    @pytest.mark.parametrize(
        ("asked", "answered", "count"),
        [
            pytest.param(b"SSH-2.0-a\r\n" + bytes(600), b"SSH-2.0-b\r\n" + bytes(600), 1, id="SSH on another port"),
            pytest.param(b"SSH-2.0-a\r\n", b"SSH-2.0-b\r\n", 2, id="banners alone"),
            pytest.param(b"USER a\r\n", b"220 ready\r\n", 1, id="FTP on another port"),
            pytest.param(GET, OK, 2, id="neither"),
        ],
    )
    def test_interactive_by_content(self, asked: bytes, answered: bytes, count: int) -> None:
        said = [*opened(), P("<PA", 1, 1, answered), P(">PA", 1, 1 + len(answered), asked)]
        assert len(rows([*said, P("<A", 1 + len(answered), 1 + len(asked), at=3000)])) == count

    def test_half_closed_by_a_reset_after_a_fin(self) -> None:
        # Each look comes six seconds after the one before, and wants five seconds of silence.
        said = [*opened(), P(">FA", 1, 1), P("<A", 1, 2), P(">R", 2, 1, at=1)]
        assert len(rows([*said, P("<A", 1, 2, at=5)])) == 1
        assert len(rows([*said, P("<A", 1, 2, at=20)])) == 2

    def test_timers_fire_only_when_a_packet_comes(self) -> None:
        other = [P(">S", ports=(1, 2), at=at) for at in (7.9, 8.0)]
        said = [*opened(), P(">FA", 1, 1), P("<A", 1, 2), P(">R", 2, 1, at=4)]
        late = P("<A", 1, 2, at=11.5)
        assert len([r for r in rows([*said, late]) if r["id.orig_p"] == 40000]) == 2
        assert len([r for r in rows([*said, *other, late]) if r["id.orig_p"] == 40000]) == 1

    def test_a_clock_that_runs_back(self) -> None:
        said = [*opened(at=100.0), P(">A", 1, 1, at=50), P(">A", 1, 1, at=100)]
        found = row(said)
        assert found["duration"] is None or found["duration"] >= 0


def test_a_header_that_cannot_be_read_opens_a_connection_and_counts_for_nothing() -> None:
    found = row([P(">S!")])
    assert (found["conn_state"], found["history"], found["orig_pkts"], found["orig_ip_bytes"]) == ("OTH", None, 0, 0)


def test_identifiers_do_not_depend_on_shards() -> None:
    pairs = [((1000 + i, 80), ("10.0.0.1", f"10.1.0.{i}")) for i in range(20)]
    said = [packet for ports, hosts in pairs for packet in opened(ports=ports, hosts=hosts)]
    whole = [tracked.connection.uid for tracked in track(said)]
    parts = [tracked.connection.uid for tracked in track(said, size=3)]
    assert whole == parts
    assert len(set(whole)) == 20


def test_an_old_acknowledgement_after_sequence_numbers_have_wrapped() -> None:
    said = [*opened(), P("<PA", 1, 1, b"x" * 200), P(">A", 1, 201), P("<PA", 201, 1, b"x" * 100), P(">A", 1, 301)]
    late = [P(">A", 1, 201), P("<PA", 301, 1, b"x"), P(">A", 1, 302)]
    found = row([*said, *late])
    assert (found["resp_bytes"], found["missed_bytes"], found["history"]) == (301, 0, "ShAd")


def test_what_was_acknowledged_before_it_came_goes_nowhere() -> None:
    """Of a connection without its beginning, the first byte that is acknowledged unseen is no hole either."""
    said = [P(">A", 2, 1), P("<SA", 0, 1), P(">A", 1, 1), P(">PA", 1, 1, b"x"), P("<A", 1, 3), P(">PA", 2, 1, b"y")]
    assert told(said) == []
