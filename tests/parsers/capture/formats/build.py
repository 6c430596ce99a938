"""Captures of the less usual formats, made for tests."""

import struct
from collections.abc import Iterable

from tests.parsers.capture.build import START


def old_pcap(
    frames: Iterable[bytes],
    *,
    order: str = "<",
    magic: int = 0xA1B2C3D4,
    version: tuple[int, int] = (2, 4),
    link: int = 1,
    extra: int = 0,
    wire_first: bool = False,
    cut: int = 0,
) -> bytes:
    """A pcap of another version, with `extra` bytes behind each record's header; each frame has lost `cut` bytes."""
    parts = [struct.pack(order + "IHHiIII", magic, *version, 0, 0, 65535, link)]
    for i, frame in enumerate(frames):
        lengths = (len(frame), len(frame) + cut)
        ordered = reversed(lengths) if wire_first else lengths
        parts.append(struct.pack(order + "IIII", START + i, i, *ordered) + bytes(extra) + frame)
    return b"".join(parts)


def snoop(frames: Iterable[bytes], *, version: int = 2, datalink: int = 4, padding: int = 0) -> bytes:
    """A snoop capture; its records are filled up to whole words, and by `padding` bytes more."""
    parts = [b"snoop\0\0\0" + struct.pack(">II", version, datalink)]
    for i, frame in enumerate(frames):
        fill = bytes(-len(frame) % 4 + padding)
        length = 24 + len(frame) + len(fill)
        parts.append(struct.pack(">6I", len(frame), len(frame), length, 0, START + i, i) + frame + fill)
    return b"".join(parts)
