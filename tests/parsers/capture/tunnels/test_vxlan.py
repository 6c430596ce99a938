import pytest

from parsers.capture.tunnels.reading import ETHERNET
from parsers.capture.tunnels.vxlan import PROTOCOL
from tests.parsers.capture.build import ethernet
from tests.parsers.capture.tunnels.build import only, packet, read, vxlan

FRAME = ethernet(packet())


def test_the_frame_follows_the_header() -> None:
    assert only(PROTOCOL, vxlan(FRAME)) == (8, ETHERNET)
    assert only(PROTOCOL, vxlan(FRAME, flags=0xFF)) == (8, ETHERNET)


@pytest.mark.parametrize(
    ("payload", "why", "violates"),
    [
        (b"", "VXLAN header truncation", True),
        (vxlan(b"")[:7], "VXLAN header truncation", True),
        (vxlan(FRAME, flags=0xF7), "VXLAN 'I' flag not set", True),
        (vxlan(b""), "vxlan_empty_packet", False),
    ],
)
def test_refused(payload: bytes, why: str, *, violates: bool) -> None:
    assert only(PROTOCOL, payload) == why
    reading = read(PROTOCOL, payload, vxlan(FRAME))
    assert reading.violates.tolist() == [violates, False]
    assert reading.confirms.tolist() == [not violates, True]
