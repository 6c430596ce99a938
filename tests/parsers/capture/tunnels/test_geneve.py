import pytest

from parsers.capture.tunnels.geneve import PROTOCOL
from parsers.capture.tunnels.reading import ETHERNET, RAW
from tests.parsers.capture.build import ethernet
from tests.parsers.capture.tunnels.build import geneve, only, packet, packet6, read

FRAME = ethernet(packet())


@pytest.mark.parametrize(
    ("inner", "kind", "link"),
    [(FRAME, 0x6558, ETHERNET), (packet(), 0x0800, RAW), (packet6(), 0x86DD, RAW)],
)
@pytest.mark.parametrize("options", [0, 4, 252])
def test_the_frame_follows_the_options(inner: bytes, kind: int, link: int, options: int) -> None:
    assert only(PROTOCOL, geneve(inner, kind, bytes(options))) == (8 + options, link)


@pytest.mark.parametrize(
    ("payload", "why", "violates", "confirms"),
    [
        (geneve(b"")[:7], "Geneve header truncation", True, False),
        (geneve(FRAME, version=1), "geneve_invalid_version", False, False),
        (geneve(b"", options=bytes(8))[:-1], "Geneve option header truncation", True, False),
        (geneve(b"", options=bytes(8)), "geneve_empty_packet", False, True),
        (geneve(b"arp", 0x0806), "", False, True),
    ],
)
def test_refused(payload: bytes, why: str, *, violates: bool, confirms: bool) -> None:
    assert only(PROTOCOL, payload) == why
    reading = read(PROTOCOL, payload)
    assert (reading.violates[0], reading.confirms[0]) == (violates, confirms)
