import pytest

from parsers.capture.tunnels.ip import PROTOCOL
from parsers.capture.tunnels.reading import RAW
from tests.parsers.capture.build import ipv4, ipv6
from tests.parsers.capture.tunnels.build import only, packet, packet6


@pytest.mark.parametrize(("inner", "number"), [(packet(), 4), (packet6(), 41)])
def test_the_packet_begins_at_once(inner: bytes, number: int) -> None:
    assert only(PROTOCOL, inner, number) == (0, RAW)


@pytest.mark.parametrize(
    ("inner", "number", "why"),
    [
        (packet(bytes(40)), 41, "invalid_inner_IP_version"),
        (packet6(), 4, "invalid_inner_IP_version"),
        (packet()[:19], 4, "invalid_inner_IP_version"),
        (packet6()[:39], 41, "truncated_inner_IP"),
        (packet()[:-1], 4, "truncated_inner_IP"),
        (packet6()[:-1], 41, "truncated_inner_IP"),
        (packet() + b"x", 4, "inner_IP_payload_length_mismatch"),
        (packet6() + b"x", 41, "inner_IP_payload_length_mismatch"),
        (ipv4(b"offloaded", total=0), 4, "inner_IP_payload_length_mismatch"),
        (ipv6(b"jumbo", length=0), 41, "inner_IP_payload_length_mismatch"),
        (b"", 4, "invalid_inner_IP_version"),
        (b"", 41, "truncated_inner_IP"),
    ],
)
def test_only_a_packet_as_long_as_it_says(inner: bytes, number: int, why: str) -> None:
    assert only(PROTOCOL, inner, number) == why
