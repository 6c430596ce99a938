import struct

import pytest

from tests.parsers.capture.build import packets
from tests.parsers.capture.links.frames import INNER, llc, ppi, radiotap, wireless


@pytest.mark.parametrize(
    ("link", "frame"),
    [
        (127, struct.pack("<BBHI", 0, 0, 0xFFFF, 0) + wireless(llc(INNER))),
        (127, radiotap(b"")),
        (119, bytes(144) + wireless(llc(INNER))),
        (192, ppi(INNER, 147)),
        (192, ppi(INNER, 0xFFFFFFFE)),
        (192, struct.pack("<BBHI", 0, 0, 0, 192) + INNER),
    ],
)
def test_what_leads_nowhere_is_left_out(link: int, frame: bytes) -> None:
    assert len(packets([frame], link=link)) == 0


def test_a_wrapper_in_a_wrapper() -> None:
    assert len(packets([ppi(ppi(radiotap(wireless(llc(INNER))), 127), 192)], link=192)) == 1
