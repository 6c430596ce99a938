import ipaddress
import struct

import pytest

from parsers.capture.extensions import follow
from parsers.capture.headers import AH, DSTOPTS, ESP, FRAGMENT, HOPOPTS, MOBILITY, ROUTING
from tests.parsers.capture.build import CLIENT6, SERVER6, ethernet, ipv6, packets, payloads, udp

ELSEWHERE = ipaddress.ip_address("2001:db8:5::5").packed
HELLO = udp(b"hello")


def options(following: int, body: bytes = b"\1\4\0\0\0\0") -> bytes:
    return bytes((following, len(body) // 8)) + body


def routing(following: int, kind: int, addresses: bytes, left: int = 1) -> bytes:
    return struct.pack(">BBBBI", following, len(addresses) // 8, kind, left, 0) + addresses


def home(following: int, address: bytes = ELSEWHERE) -> bytes:
    return options(following, b"\0\1\2\0\0" + b"\xc9\x10" + address + b"\0" * 7)


def ends(packet: bytes) -> tuple[str, str, bytes]:
    found = packets([ethernet(packet)])
    assert len(found) == 1
    return found.addresses[found.src[0]], found.addresses[found.dst[0]], payloads(found)[0]


@pytest.mark.parametrize(
    ("body", "first"),
    [
        (options(17), HOPOPTS),
        (options(17), DSTOPTS),
        (options(DSTOPTS) + options(17), HOPOPTS),
        (routing(17, 4, b"", 0), ROUTING),
        (routing(17, 0, ELSEWHERE, 0), ROUTING),
        (routing(17, 0, ELSEWHERE[:8]), ROUTING),
        (bytes((17, 4)) + bytes(22), AH),
        (bytes((17, 0)) + bytes(6), AH),
    ],
)
def test_headers_are_followed_to_the_transport(body: bytes, first: int) -> None:
    assert ends(ipv6(body + HELLO, first)) == (CLIENT6, SERVER6, b"hello")


def test_a_routing_header_names_the_final_destination() -> None:
    end = str(ipaddress.ip_address(ELSEWHERE))
    assert ends(ipv6(routing(17, 0, bytes(16) + ELSEWHERE) + HELLO, ROUTING))[1] == end
    assert ends(ipv6(routing(17, 2, ELSEWHERE) + HELLO, ROUTING))[1] == end
    assert ends(ipv6(routing(17, 2, ELSEWHERE * 2) + HELLO, ROUTING))[1] == SERVER6
    twice = routing(ROUTING, 0, ELSEWHERE) + routing(17, 0, bytes(16))
    assert ends(ipv6(twice + HELLO, ROUTING))[1] == end


def test_a_mobile_node_is_known_by_its_home_address() -> None:
    assert ends(ipv6(home(17) + HELLO, DSTOPTS))[0] == str(ipaddress.ip_address(ELSEWHERE))
    assert ends(ipv6(options(17, b"\xc9\x04\0\0\0\0") + HELLO, DSTOPTS))[0] == CLIENT6
    assert ends(ipv6(options(17, b"\x05\x20\0\0\0\0") + HELLO, DSTOPTS))[0] == CLIENT6
    assert ends(ipv6(options(17, b"\0\0\0\0\0\x05") + HELLO, DSTOPTS))[0] == CLIENT6


@pytest.mark.parametrize("first", [ESP, MOBILITY])
def test_nothing_is_seen_behind_esp_and_mobility(first: int) -> None:
    assert len(packets([ethernet(ipv6(bytes((17, 0)) + bytes(30), first))])) == 0


def test_no_next_header_ends_the_packet() -> None:
    assert len(packets([ethernet(ipv6(options(59) + HELLO, DSTOPTS))])) == 0


def test_a_header_that_is_cut_off_is_taken_for_a_protocol() -> None:
    found = packets([ethernet(ipv6(bytes((17, 7)) + bytes(6) + HELLO, HOPOPTS))])
    assert found.proto.tolist() == [HOPOPTS]


def test_headers_longer_than_the_packet_are_broken() -> None:
    assert len(packets([ethernet(ipv6(options(17) + HELLO, HOPOPTS, length=4))])) == 0


def test_where_the_last_header_names_what_follows() -> None:
    chain = follow(ipv6(options(FRAGMENT), HOPOPTS))
    assert (chain.size, chain.last, chain.following, chain.naming) == (48, HOPOPTS, FRAGMENT, 40)
    assert follow(ipv6(b"", FRAGMENT)).naming == 6
