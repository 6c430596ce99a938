import struct

import pytest

from parsers import limits
from tests.parsers.capture.build import packets
from tests.parsers.capture.links.frames import INNER, nflog

PAYLOAD = struct.pack("<HH", 4 + len(INNER), 9) + INNER


def frame(values: bytes, family: int = 2, version: int = 0) -> bytes:
    return struct.pack(">BBH", family, version, 1) + values


def test_it_is_read() -> None:
    assert len(packets([nflog(INNER), frame(PAYLOAD)], link=239)) == 2


@pytest.mark.parametrize(
    "values",
    [
        frame(PAYLOAD, family=7),
        frame(PAYLOAD, version=1),
        frame(b""),
        frame(struct.pack("<HHI", 8, 5, 7)),
        frame(struct.pack("<HHI", 3, 5, 7) + PAYLOAD),
        frame(struct.pack("<HHI", 0xFFFF, 5, 7) + PAYLOAD),
        frame(struct.pack("<HH", 4, 5) * limits.LINK_HEADERS + PAYLOAD),
    ],
)
def test_what_holds_no_packet_is_left_out(values: bytes) -> None:
    assert len(packets([values], link=239)) == 0
