"""Packets whose checksums are wrong: which ones, what becomes of their connections, what is told."""

import struct
from pathlib import Path
from typing import Any

import pytest

from parsers.capture.decoding import decode
from parsers.capture.formats.registry import index
from parsers.capture.packets import CORRUPT, Packets
from parsers.capture.pipeline import updates
from parsers.source import LogSet
from tests.parsers.capture.build import SERVER, ethernet, fragment6, ipv4, ipv6, pcap, tcp, udp
from tests.parsers.capture.summed import header_summed, summed4, summed6, transport

ECHO = struct.pack(">BBHHH", 8, 0, 0, 1, 1) + b"odd"
ECHO6 = struct.pack(">BBHHH", 128, 0, 0, 1, 1) + b"odd"
VXLAN = b"\x08" + bytes(7) + bytes(20)
MAPPED = "::ffff:10.0.0.1"


def frame(ip: bytes) -> bytes:
    return ethernet(ip, 0x86DD if ip[0] >> 4 == 6 else 0x0800)


def decoded(*packets: bytes, wire: int | None = None, checksums: bool = True) -> Packets:
    data = memoryview(pcap(map(frame, packets), wire=wire))
    return decode(index(data), data, checksums=checksums)


def marks(*packets: bytes, wire: int | None = None) -> list[bool]:
    return [bool(flags & CORRUPT) for flags in decoded(*packets, wire=wire).flags.tolist()]


def spoilt(packet: bytes, place: int = -1) -> bytes:
    """The packet with one bit turned round."""
    made = bytearray(packet)
    made[place] ^= 4
    return bytes(made)


@pytest.mark.parametrize(
    "packet",
    [
        summed4(tcp(b"odd"), 6),
        summed4(tcp(b"even"), 6),
        summed4(udp(b"odd"), 17),
        summed4(ECHO, 1),
        summed6(tcp(b"odd"), 6),
        summed6(udp(b"odd"), 17),
        summed6(ECHO6, 58),
        summed6(udp(b"odd"), 17, struct.pack(">BBBBI", 17, 0, 1, 4, 0), 60),
    ],
)
def test_right_and_wrong(packet: bytes) -> None:
    assert marks(packet, spoilt(packet)) == [False, True]
    # In Ethernet's padding nothing counts, nor without the option.
    assert marks(packet + b"pad") == [False]
    assert not (decoded(spoilt(packet), checksums=False).flags & CORRUPT).any()


def test_ip_headers_with_options_too() -> None:
    plain = summed4(udp(b"odd"), 17)
    longer = header_summed(ipv4(plain[20:], options=b"\1\1\1\0"))
    found = decoded(plain, spoilt(plain, 8), longer, spoilt(longer, 20))
    assert (len(found), found.bad_headers) == (2, 2)
    assert [row[6] for row in found.weirds] == ["bad_IP_checksum"] * 2
    assert {row[2:6] for row in found.weirds} == {("10.0.0.1", 0, SERVER, 0)}


def test_a_length_that_was_left_to_the_card() -> None:
    packet = ipv4(udp(b"odd"), total=0)
    found = decoded(packet)
    assert (len(found), [row[6] for row in found.weirds]) == (0, ["ip_hdr_len_zero"])
    assert len(decoded(packet, checksums=False)) == 1


def test_udp_without_a_checksum() -> None:
    inside = ethernet(summed4(udp(b"x"), 17))
    assert marks(header_summed(ipv4(udp(b"odd"))), ipv6(udp(b"odd"))) == [False, True]
    # VXLAN leaves it out over IPv6, too.
    assert marks(ipv6(udp(VXLAN, dport=4789))) == [False]
    assert marks(ipv6(udp(VXLAN, dport=4790)), ipv6(udp(bytes(28), dport=4789))) == [True, True]
    # An IPv6 packet stays one, whatever its addresses.
    assert marks(ipv6(udp(b"odd"), src=MAPPED, dst=MAPPED)) == [True]
    assert marks(summed4(udp(VXLAN[:8] + inside, dport=4789), 17)) == [False, False]


def test_what_was_not_captured_is_not_looked_at() -> None:
    wrong = spoilt(summed4(tcp(b"payload"), 6))
    assert marks(wrong[:-2], wire=len(wrong) + 14) == [False]
    assert marks(spoilt(summed4(ECHO, 1))[:-1], wire=45) == [False]
    # Zeek asks of UDP that the frame be whole, of others that the packet be.
    assert marks(spoilt(summed4(udp(b"odd"), 17)), wire=60) == [False]
    assert marks(wrong, wire=80) == [True]


def test_a_header_whose_length_cannot_be_is_not_looked_at() -> None:
    assert marks(header_summed(ipv4(tcp(size=16), 6))) == [False]


def test_fragments() -> None:
    whole = summed4(udp(bytes(range(90))), 17)[20:]

    def pieces(payload: bytes) -> list[bytes]:
        return [
            header_summed(ipv4(payload[:48], more=True)),
            header_summed(ipv4(payload[48:], offset=48)),
        ]

    assert marks(*pieces(whole)) == [False]
    assert marks(*pieces(spoilt(whole))) == [True]
    six = summed6(udp(bytes(range(90))), 17)[40:]
    assert marks(ipv6(fragment6(six[:48], 0, more=True), 44), ipv6(fragment6(six[48:], 48, more=False), 44)) == [False]


def test_the_last_address_of_a_route_counts() -> None:
    final = bytes(15) + b"\x09"
    headers = struct.pack(">BBBBI", 17, 2, 0, 1, 0) + final
    addresses = ipv6(b"")[8:24] + final
    assert marks(ipv6(headers + transport(udp(b"odd"), 17, addresses), 43)) == [False]


def test_mobility_headers() -> None:
    # The sum of a right one is all ones: found by what is missing to it.
    blank = struct.pack(">BBBBHH", 59, 0, 0, 0, 0, 0)
    pseudo = ipv6(b"")[8:40] + struct.pack(">II", len(blank), 135)
    words = sum(struct.unpack(f">{len(pseudo + blank) // 2}H", pseudo + blank))
    right = blank[:4] + struct.pack(">H", -words % 0xFFFF) + blank[6:]
    found = decoded(ipv6(right, 135), ipv6(spoilt(right), 135), ipv6(spoilt(b"\x11" + right[1:]), 135))
    assert [row[6] for row in found.weirds] == ["bad_MH_checksum"] * 2
    assert len(decoded(ipv6(spoilt(right), 135), checksums=False).weirds) == 0


# What becomes of connections --------------------------------------------------------------------------------


def logs(tmp_path: Path, *packets: bytes, times: list[int] | None = None) -> LogSet:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(map(frame, packets), times=times or ()))
    found = LogSet()
    found.read(updates([path], checksums=True))
    return found


def rows(found: LogSet, log: str, *fields: str) -> list[tuple[Any, ...]]:
    table = found.tables[log]
    return list(zip(*(table.column(field).to_pylist() for field in fields), strict=True))


def reply(payload: bytes, protocol: int = 17) -> bytes:
    return summed4(payload, protocol, src=SERVER, dst="10.0.0.1")


def test_a_tcp_connection(tmp_path: Path) -> None:
    syn, answer = tcp(flags=2), tcp(sport=80, dport=40000, seq=5000, ack=1001, flags=18)
    request = tcp(b"GET / HTTP/1.0\r\n\r\n", seq=1001, ack=5001)
    found = logs(
        tmp_path,
        summed4(syn, 6),
        reply(answer, 6),
        *[spoilt(summed4(request, 6))] * 10,
        summed4(request, 6),
    )
    fields = ("history", "service", "orig_pkts", "orig_bytes", "resp_pkts")
    assert rows(found, "conn", *fields) == [("ShCCD", "http", 2, 18, 1)]
    assert rows(found, "weird", "name", "source") == [("bad_TCP_checksum", "TCP")]
    assert len(found.tables["http"]) == 1


def test_a_connection_of_nothing_else(tmp_path: Path) -> None:
    found = logs(
        tmp_path, *(spoilt(summed4(payload, proto)) for payload, proto in ((tcp(), 6), (udp(b"x"), 17), (ECHO, 1)))
    )
    fields = ("proto", "conn_state", "history", "orig_pkts", "duration")
    assert rows(found, "conn", *fields) == [
        ("tcp", "OTH", "C", 0, None),
        ("udp", "OTH", "C", 0, None),
        ("icmp", "OTH", None, 0, None),
    ]
    assert rows(found, "weird", "name", "source", "uid") == [
        (f"bad_{name}_checksum", name, uid)
        for name, (uid,) in zip(("TCP", "UDP", "ICMP"), rows(found, "conn", "uid"), strict=True)
    ]


def test_a_udp_connection(tmp_path: Path) -> None:
    wrong = spoilt(summed4(udp(b"abc", dport=9999), 17))
    found = logs(
        tmp_path,
        wrong,
        summed4(udp(b"abc", dport=9999), 17),
        spoilt(reply(udp(b"abcd", 9999, 5000))),
        *[wrong] * 9,
    )
    fields = ("history", "conn_state", "orig_pkts", "orig_bytes", "resp_pkts")
    assert rows(found, "conn", *fields) == [("CDcC", "S0", 1, 3, 0)]


def test_wrong_datagrams_keep_no_connection_alive(tmp_path: Path) -> None:
    right = summed4(udp(b"abc", dport=9999), 17)
    times = [1_700_000_000 + 30 * number for number in range(5)]
    assert len(logs(tmp_path, *[right] * 5, times=times).tables["conn"]) == 1
    found = logs(tmp_path, right, right, spoilt(right), spoilt(right), right, times=times)
    assert rows(found, "conn", "history", "orig_pkts") == [("DC", 2), ("CD", 1)]


def test_many_wrong_datagrams(tmp_path: Path) -> None:
    right = summed4(udp(b"abc", dport=9999), 17)
    times = [1_700_000_000 + number for number in range(200)]
    found = logs(tmp_path, *[right] * 70, *[spoilt(right)] * 130, times=times)
    assert rows(found, "conn", "history", "orig_pkts") == [("DCC", 70), ("CC", 0), ("CC", 0)]


def test_what_most_captures_of_ones_own_host_need_is_told(tmp_path: Path) -> None:
    right = summed4(udp(b"abc", dport=9999), 17)
    assert logs(tmp_path, *[right] * 20, spoilt(right)).troubles == []
    (trouble,) = logs(tmp_path, right, spoilt(right), spoilt(right, 8)).troubles
    assert "a.pcap: 2 of 3 packets were left out because their checksums are wrong" in trouble.text
    assert trouble.harmless


def test_tunnels_in_wrong_datagrams(tmp_path: Path) -> None:
    inside = ethernet(summed4(udp(b"x"), 17))
    outside = summed4(udp(VXLAN[:8] + inside, dport=4789), 17)
    assert len(logs(tmp_path, outside).tables["conn"]) == 2
    assert len(logs(tmp_path, spoilt(outside, 24)).tables["conn"]) == 1
