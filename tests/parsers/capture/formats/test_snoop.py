import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.capture.formats.snoop import index
from parsers.updates import OpenError
from tests.parsers.capture.build import START, ethernet, ipv4, udp
from tests.parsers.capture.formats.build import snoop

FRAMES = [ethernet(ipv4(udp(b"x" * n))) for n in (1, 20, 300)]


@pytest.mark.parametrize("padding", [0, 16])
def test_index(padding: int) -> None:
    data = snoop(FRAMES, padding=padding)
    found = index(memoryview(data))
    assert [data[o : o + c] for o, c in zip(found.offset, found.captured, strict=True)] == FRAMES
    assert found.ts.tolist() == [(START + i) * 10**9 + i * 1000 for i in range(3)]
    assert found.wire.tolist() == [len(frame) for frame in FRAMES]
    assert not found.troubles


@pytest.mark.parametrize(("datalink", "link"), [(0, 1), (4, 1), (2, 6), (8, 10), (14, 0), (16, 122), (18, 123)])
def test_link_types(datalink: int, link: int) -> None:
    found = index(memoryview(snoop(FRAMES, datalink=datalink)))
    assert found.link.tolist() == [link] * 3
    assert found.links == {link}


@pytest.mark.parametrize(
    ("record", "what"),
    [
        (
            struct.pack(">6I", 60, 60, 0, 0, START, 0) + bytes(60),
            "packet 4, at byte {at}, claims a length of 60, which",
        ),
        (
            struct.pack(">6I", 60, 60, 80, 0, START, 0) + bytes(60),
            "packet 4, at byte {at}, claims a length of 60, which",
        ),
        (
            struct.pack(">6I", 60, 60, 84, 0, START, 0) + bytes(59),
            "the capture is cut off in packet 4, at byte {end}; ",
        ),
        (bytes(3), "the capture is cut off in packet 4, at byte {end}; the 3 packets before it are shown"),
    ],
)
def test_what_is_said_of_damage(record: bytes, what: str) -> None:
    data = snoop(FRAMES)
    found = index(memoryview(data + record))
    assert len(found) == 3
    assert found.troubles[0].text.startswith(what.format(at=len(data), end=len(data + record)))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"snoopy", "not a snoop capture"),
        (snoop([])[:12], "cut off in its header, at byte 12"),
        (snoop([], version=3), "version 3"),
        (snoop([], datalink=5), "datalink type 5"),
    ],
)
def test_what_is_no_capture_that_can_be_read(data: bytes, what: str) -> None:
    with pytest.raises(OpenError, match=what):
        index(memoryview(data))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_behind_a_header(data: bytes) -> None:
    found = index(memoryview(snoop([]) + data))
    assert (found.offset + found.captured <= len(data) + 16).all()
