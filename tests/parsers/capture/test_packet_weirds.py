"""What is weird in packets that do not get as far as a connection."""

import struct

import numpy as np
import pytest

from parsers.capture.packet_weirds import PacketWeirds
from parsers.limits import LINK_HEADERS, WEIRD_QUIET, WEIRD_SAMPLING, WEIRD_THRESHOLD
from parsers.protocols.weird import RECORD
from tests.parsers.capture.build import (
    CLIENT,
    CLIENT6,
    SERVER,
    SERVER6,
    ethernet,
    fragment6,
    ipv4,
    ipv6,
    packets,
    tcp,
    udp,
)
from tests.parsers.capture.links.frames import MACS, llc, mpls, pppoe, snap
from tests.parsers.capture.tunnels.build import gre, packet, vxlan

Told = tuple[str, str | None, str | None, str | None, str | None]
_CELLS = [RECORD.names.index(name) for name in ("name", "source", "addl", "id.orig_h", "id.resp_h")]
FLOW, FLOW6 = (CLIENT, SERVER), (CLIENT6, SERVER6)
NOBODY = (None, None)


def told(frames: list[bytes], *, link: int = 1, wire: int | None = None) -> list[Told]:
    """Name, analyser, more words and addresses of all that is weird."""
    rows = packets(frames, link=link, wire=wire).weirds
    return [(row[_CELLS[0]], row[_CELLS[1]], *(row[cell] for cell in _CELLS[2:])) for row in rows]


QUERY = udp(b"query")
WHOLE = ipv4(QUERY)
IP6_BAD_VERSION = b"\x55" + WHOLE[1:]


@pytest.mark.parametrize(
    ("ip", "name"),
    [
        (WHOLE[:19], "truncated_IP"),
        (ipv6(QUERY)[:39], "truncated_IP"),
        (IP6_BAD_VERSION, "unknown_ip_version"),
        (ipv4(QUERY, total=200), "truncated_IP_len"),
        (ipv4(QUERY, total=12), "invalid_IP_header_size"),
        (b"\x4f" + ipv4(b"", total=60)[1:] + bytes(20), "internally_truncated_header"),
        (b"\x41" + WHOLE[1:], "IPv4_min_header_size"),
        (ipv4(QUERY, total=0), "ip_hdr_len_zero"),
        (ipv6(struct.pack(">BB", 17, 4) + bytes(38) + QUERY, 0, length=10), "invalid_IP_header_size"),
    ],
)
def test_ip_headers(ip: bytes, name: str) -> None:
    kind = 0x86DD if ip[0] >> 4 == 6 else 0x0800
    wire = 100 if name == "internally_truncated_header" else None
    assert told([ethernet(ip, kind)], wire=wire) == [(name, "IP", None, *NOBODY)]


def backbone(frame: bytes, headers: int) -> bytes:
    """A frame inside so many others, each of them by two headers (IEEE 802.1ah)."""
    for _ in range(headers // 2):
        frame = MACS + struct.pack(">HI", 0x88E7, 1) + frame
    return frame


def test_headers_inside_headers() -> None:
    few, many = (backbone(ethernet(WHOLE), headers) for headers in (LINK_HEADERS - 3, LINK_HEADERS - 1))
    assert told([few]) == []
    assert told([many]) == [("max_packet_analyzer_depth_exceeded", "ETHERNET", None, *NOBODY)]


@pytest.mark.parametrize(
    ("ip", "wire", "expected"),
    [
        (ipv4(b"1234567"), None, ("truncated_header", "UDP", None, *FLOW)),
        (ipv6(b"1234567", 58), None, ("truncated_header", "ICMP", None, *FLOW6)),
        (ipv4(tcp(), 6)[:39], 54, ("internally_truncated_header", "TCP", None, *FLOW)),
        (ipv4(b"", 59), None, ("ipv6_no_next", "IP", None, *FLOW)),
        (ipv6(b"", 59), None, ("ipv6_no_next", "IP", None, *FLOW6)),
        (ipv6(struct.pack(">BBBBI", 59, 0, 1, 4, 0), 60), None, ("ipv6_no_next", "IP", None, *FLOW6)),
        (ipv6(struct.pack(">BBIH", 17, 0, 0, 0), 135), None, ("mobility_piggyback", "IP", None, *FLOW6)),
    ],
)
def test_what_is_behind_ip(ip: bytes, wire: int | None, expected: Told) -> None:
    assert told([ethernet(ip, 0x86DD if ip[0] >> 4 == 6 else 0x0800)], wire=wire) == [expected]


def route(kind: int, length: int, left: int = 1) -> bytes:
    """A routing header to the server."""
    return struct.pack(">BBBBI", 17, length, kind, left, 0) + bytes(length * 8)


@pytest.mark.parametrize(
    ("headers", "following", "names"),
    [
        (route(0, 0, 0), 43, ["routing0_hdr"]),
        (route(0, 3), 43, ["odd_routing0_len", "routing0_hdr"]),
        (route(2, 1), 43, ["bad_routing2_len"]),
        (route(9, 0), 43, ["unknown_routing_type"]),
        (b"\x2b" + route(2, 2)[1:] + route(0, 0), 43, ["multiple_routing_headers"]),
        (struct.pack(">BBBBI", 17, 0, 5, 9, 0), 60, ["bad_ipv6_dest_opt_len"]),
        (struct.pack(">BBBBI", 17, 0, 201, 4, 0), 60, ["bad_home_addr_len"]),
        (b"\x11\4" + (b"\xc9\x10" + bytes(16)) * 2 + b"\1\0", 60, ["multiple_home_addr_opts"]),
    ],
)
def test_extension_headers(headers: bytes, following: int, names: list[str]) -> None:
    found = told([ethernet(ipv6(headers + QUERY, following), 0x86DD)])
    assert [(name, source) for name, source, *_ in found] == [(name, None) for name in names]


LONG = udp(bytes(range(200)))


def fragments(*pieces: tuple[int, bytes, bool]) -> list[bytes]:
    return [ethernet(ipv4(piece, offset=offset, more=more)) for offset, piece, more in pieces]


@pytest.mark.parametrize(
    ("frames", "names"),
    [
        (fragments((0, LONG[:104], True), (104, LONG[104:], False)), []),
        (fragments((0, LONG[:40], True)), ["excessively_small_fragment"]),
        (fragments((0, LONG[:104], True), (64, LONG[64:144], True)), ["fragment_overlap"]),
        (fragments((0, LONG[:104], True), (64, bytes(80), True)), ["fragment_inconsistency"]),
        (
            fragments((104, LONG[104:], False), (104, LONG[104:] + b"more", False)),
            ["fragment_size_inconsistency", "fragment_overlap"],
        ),
        (fragments((104, LONG[104:], False), (208, LONG[:64], True)), ["fragment_size_inconsistency"]),
        (fragments((65_000, b"x", False)), ["excessively_large_fragment"]),
        ([ethernet(ipv4(LONG[:104], offset=8)[:60])], ["incompletely_captured_fragment"]),
        (
            [ethernet(ipv4(LONG[:104], more=True)), ethernet(ipv4(LONG[104:], 6, offset=104))],
            ["fragment_protocol_inconsistency"],
        ),
        ([ethernet(ipv6(fragment6(bytes(7), 0, more=True), 44), 0x86DD)], ["excessively_small_fragment"]),
    ],
)
def test_fragments(frames: list[bytes], names: list[str]) -> None:
    found = told(frames, wire=300)
    assert [name for name, *_ in found] == names
    assert all(ends in (FLOW, FLOW6) for *_, source, target in found for ends in [(source, target)])


def test_a_fragment_that_was_not_to_be_one() -> None:
    fixed = bytearray(ipv4(LONG[:104], more=True))
    fixed[6] |= 0x40
    assert [name for name, *_ in told([ethernet(bytes(fixed))])] == ["fragment_with_DF"]


@pytest.mark.parametrize(
    ("frame", "link", "name", "analyzer"),
    [
        (MACS + bytes(20), 1, "truncated_llc_header", "LLC"),
        (MACS + b"\x08\0xx", 1, "truncated_ethernet_frame", "ETHERNET"),
        (MACS + b"\x05\xff" + bytes(20), 1, "undefined_ether_type", "ETHERNET"),
        (MACS + b"\x89\3" + bytes(16), 1, "truncated_link_header_cfp", "ETHERNET"),
        (MACS + b"\0\x20\xff\xff" + bytes(30), 1, "no_suitable_analyzer_found", "NOVELL_802_3"),
        (MACS + b"\0\2\x42\x42\0", 1, "truncated_llc_header", "LLC"),
        (MACS + b"\0\6" + llc(b"")[:6], 1, "truncated_snap_header", "SNAP"),
        (ethernet(b"\0\7\x08\0", 0x8100), 1, "truncated_VLAN_header", "VLAN"),
        (ethernet(b"\0\7\x05\xff" + bytes(9), 0x8100), 1, "undefined_vlan_protocol", "VLAN"),
        (ethernet(WHOLE, tags=(0x8100,) * 3), 1, "triple_tagged_vlan_unsupported", "VLAN"),
        (ethernet(b"\0\1\x08\0\6\4" + bytes(10), 0x0806), 1, "truncated_ARP", "ARP"),
        (ethernet(mpls(b""), 0x8847), 1, "truncated_link_header", "MPLS"),
        (ethernet(pppoe(WHOLE) + b"tail", 0x8864), 1, "pppoe_extra_data_after_payload", "PPPOE"),
        (ethernet(pppoe(WHOLE, length=200), 0x8864), 1, "pppoe_truncated_payload", "PPPOE"),
        (ethernet(pppoe(b""), 0x8864), 1, "truncated_pppoe_header", "PPPOE"),
        (bytes(16), 113, "truncated_Linux_SLL_header", "LINUXSLL"),
        (bytes(20), 276, "truncated_Linux_SLL2_header", "LINUXSLL2"),
        (bytes(4), 0, "null_analyzer_failed", "NULL"),
        (b"\xff\3\0", 9, "truncated_ppp_hdlc_header", "PPP"),
        (bytes(21), 10, "FDDI_analyzer_failed", "FDDI"),
        (b"\2\1\0\0" + bytes(8), 239, "unknown_nflog_version", "NFLOG"),
        (b"\2\0\0\0\3\0\1\0" + bytes(8), 239, "nflog_bad_tlv_len", "NFLOG"),
        (b"\2\0\0\0\x08\0\1\0" + bytes(4), 239, "nflog_no_pcap_payload", "NFLOG"),
        (b"\x08" + bytes(23), 105, "truncated_802_11_header", "IEEE802_11"),
        (b"\x08" + bytes(30), 105, "truncated_802_11_llc_header", "IEEE802_11"),
        (b"\x08\x40" + bytes(29), 105, "truncated_802_11_llc_header", "IEEE802_11"),
        (b"\x88" + bytes(32), 105, "truncated_802_11_llc_header", "IEEE802_11"),
        (b"\0\0\x40\0", 127, "truncated_radiotap_header", "IEEE802_11_RADIO"),
    ],
)
def test_link_layers(frame: bytes, link: int, name: str, analyzer: str) -> None:
    (found,) = told([frame], link=link)
    assert found[:2] == (name, analyzer)
    assert found[3:] == NOBODY


def test_frames_that_are_as_they_should_be() -> None:
    padded = ethernet(ipv4(udp(b""))) + bytes(18)
    arp = ethernet(b"\0\1\x08\0\6\4\0\1" + bytes(20), 0x0806) + bytes(18)
    assert told([ethernet(WHOLE), ethernet(WHOLE, tags=(0x88A8, 0x8100)), padded, arp, snap(WHOLE)]) == []
    assert told([ethernet(pppoe(WHOLE), 0x8864)]) == []


def test_a_length_that_runs_over_is_told() -> None:
    (found,) = told([b"\2\0\0\0\0\1\1\0" + bytes(4)], link=239)
    assert found == ("nflog_bad_tlv_len", "NFLOG", "(256 > 8)", *NOBODY)


def test_tunnels() -> None:
    def on(inner: bytes, port: int = 4789) -> bytes:
        return ethernet(ipv4(udp(inner, 5555, port)))

    assert told([ethernet(ipv4(packet()[:-1], 4))]) == [("truncated_inner_IP", "IPTUNNEL", None, *FLOW)]
    assert told([ethernet(ipv4(gre(packet(), flags=2), 47))]) == [("unknown_gre_version", "GRE", "version=2", *FLOW)]
    assert told([on(vxlan(b""))]) == [("vxlan_empty_packet", "VXLAN", None, *FLOW)]
    assert told([on(vxlan(ethernet(WHOLE[:19])))]) == [("truncated_IP_in_tunnel", "IP", None, *NOBODY)]
    deep = packet()
    for _ in range(5):
        deep = ipv4(deep, 4)
    assert told([ethernet(deep)]) == [("exceeded_tunnel_max_depth_in_tunnel", "IPTUNNEL", None, *FLOW)]


def test_masses_are_sampled() -> None:
    weirds, count = PacketWeirds(), 3 * WEIRD_SAMPLING
    clock = np.arange(count) * (WEIRD_QUIET // (2 * WEIRD_SAMPLING))
    whose = np.arange(count, dtype=np.int32) % 2
    oddities = weirds.of(np.arange(count), np.zeros(count, np.bool_))
    oddities.tell(np.arange(count), "some_net", "A")
    oddities.tell(np.arange(count), "some_flow", "A", (whose, whose + 2))
    rows = weirds.rows(clock, ["a", "b", "c", "d"])
    of = {"some_net": [], "some_flow": []}  # type: dict[str, list[tuple[int, str | None]]]
    for row in rows:
        of[row[_CELLS[0]]].append((row[0], row[2]))
    # The counting begins anew at two thirds of the time; the sample in between is one of a thousand.
    assert len(of["some_net"]) == WEIRD_THRESHOLD + 1 + WEIRD_THRESHOLD
    assert len([ts for ts, source in of["some_flow"] if source == "a"]) == 2 * WEIRD_THRESHOLD
    assert rows == sorted(rows, key=lambda row: row[0])
