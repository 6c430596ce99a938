"""pcapng files made for tests, block by block."""

import struct

from tests.parsers.capture.build import START

SECTION, INTERFACE, OLD, SIMPLE, NAMES, STATISTICS, ENHANCED, SECRETS = 0x0A0D0D0A, 1, 2, 3, 4, 5, 6, 10


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    size = 12 + len(padded(body))
    return struct.pack(order + "II", kind, size) + padded(body) + struct.pack(order + "I", size)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + padded(value)


def section(order: str = "<", *, length: int = -1, major: int = 1, minor: int = 0, options: bytes = b"") -> bytes:
    return block(SECTION, struct.pack(order + "IHHq", 0x1A2B3C4D, major, minor, length) + options, order)


def interface(
    link: int = 1,
    order: str = "<",
    *,
    snaplen: int = 0,
    resolution: int | None = None,
    offset: int | None = None,
    options: bytes | None = None,
) -> bytes:
    if options is None:
        options = option(2, b"eth0", order)
        options += b"" if resolution is None else option(9, bytes((resolution,)), order)
        options += b"" if offset is None else option(14, struct.pack(order + "q", offset), order)
        options += option(0, b"", order)
    return block(INTERFACE, struct.pack(order + "HHI", link, 0, snaplen) + options, order)


def enhanced(
    frame: bytes,
    order: str = "<",
    *,
    number: int = 0,
    ticks: int = START * 1_000_000,
    wire: int | None = None,
    options: bytes = b"",
) -> bytes:
    """An enhanced packet block of interface `number`."""
    words = (number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame) if wire is None else wire)
    return block(ENHANCED, struct.pack(order + "5I", *words) + padded(frame) + options, order)


def simple(frame: bytes, order: str = "<", *, wire: int | None = None) -> bytes:
    """A simple packet block, of the first interface."""
    return block(SIMPLE, struct.pack(order + "I", len(frame) if wire is None else wire) + frame, order)


def old(frame: bytes, order: str = "<", *, number: int = 0, ticks: int = START * 1_000_000) -> bytes:
    """A packet block of the kind that is obsolete."""
    words = (number, 0xFFFF, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
    return block(OLD, struct.pack(order + "HH4I", *words) + frame, order)
