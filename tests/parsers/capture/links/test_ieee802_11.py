import struct

import pytest

from parsers import limits
from tests.parsers.capture.build import packets
from tests.parsers.capture.links.frames import ARP, INNER, MACS, SAID, aggregate, llc, said, snap, wireless

QOS, ENCRYPTED, AGGREGATED = 0x88, 0x40, 0x80


@pytest.mark.parametrize(
    "frame",
    [
        # A beacon, an acknowledgement, data frames without data.
        wireless(llc(INNER), 0x80),
        wireless(llc(INNER), 0xD4),
        wireless(llc(INNER), 0x48),
        wireless(llc(INNER), 0xC8),
        wireless(llc(INNER), flags=ENCRYPTED),
        wireless(llc(INNER), QOS, flags=ENCRYPTED),
        wireless(aggregate(INNER), QOS, ENCRYPTED, AGGREGATED),
        wireless(llc(INNER, ARP)),
        wireless(b"\x42\x42\3" + INNER),
    ],
)
def test_frames_without_a_readable_packet_are_left_out(frame: bytes) -> None:
    assert len(packets([frame], link=105)) == 0


def test_the_bytes_that_align_a_payload() -> None:
    assert said(packets([wireless(b"\0\0" + llc(INNER), QOS)], link=105)) == [SAID]


def test_aggregated_frames_stay_in_order_among_others() -> None:
    alone = wireless(llc(INNER))
    several = wireless(aggregate(INNER, INNER + b"\1\2", INNER), QOS, qos=AGGREGATED)
    found = packets([alone, several, alone, several], link=105)
    assert found.number.tolist() == [0, 1, 1, 1, 2, 3, 3, 3]
    assert found.offset.tolist() == sorted(found.offset.tolist())


def test_one_aggregated_frame_that_is_no_packet_does_not_hide_the_others() -> None:
    body = aggregate(INNER) + bytes(-len(snap(INNER)) % 4)
    other = snap(bytes(30), ARP)
    assert said(packets([wireless(body + other + aggregate(INNER), QOS, qos=AGGREGATED)], link=105)) == [SAID] * 2


@pytest.mark.parametrize("length", [0, 5, 0xFFFF])
def test_aggregated_frames_of_wrong_lengths(length: int) -> None:
    body = MACS + struct.pack(">H", length) + llc(INNER)
    assert len(packets([wireless(body, QOS, qos=AGGREGATED)], link=105)) == 0


def test_aggregated_frames_are_bounded() -> None:
    body = aggregate(*[INNER] * (limits.AGGREGATED_FRAMES + 5))
    assert len(packets([wireless(body, QOS, qos=AGGREGATED)], link=105)) == limits.AGGREGATED_FRAMES
