import struct

import pytest

from tests.parsers.capture.build import packets
from tests.parsers.capture.links.frames import INNER, packet_filter


@pytest.mark.parametrize(
    ("link", "frame"),
    [
        (0, struct.pack("<I", 7) + INNER),
        (108, struct.pack(">I", 16) + INNER),
        (109, struct.pack("<III", 7, 0, 0) + INNER),
        (117, packet_filter(INNER, 18)),
    ],
)
def test_another_address_family_is_left_out(link: int, frame: bytes) -> None:
    assert len(packets([frame], link=link)) == 0
