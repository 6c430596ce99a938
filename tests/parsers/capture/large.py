"""A capture of many packets, made in a moment."""

import struct

import numpy as np

from tests.parsers.capture.build import START, ethernet, ipv4, pcap, udp

# Enough for some seconds of work of several workers.
LARGE_PACKETS = 300_000
_ADDRESS = 16 + 14 + 12


def many(count: int, hosts: int = 500) -> bytes:
    """A capture of `count` datagrams, a millisecond apart, which come from `hosts` addresses in turn."""
    frame = ethernet(ipv4(udp(b"x" * 20, dport=9999)))
    record = struct.pack("<IIII", START, 0, len(frame), len(frame)) + frame
    rows = np.tile(np.frombuffer(record, np.uint8), (count, 1))
    number = np.arange(count)
    seconds, milliseconds = np.divmod(number, 1000)
    rows[:, 0:4] = (START + seconds).astype("<u4")[:, None].view(np.uint8)
    rows[:, 4:8] = (milliseconds * 1000).astype("<u4")[:, None].view(np.uint8)
    rows[:, _ADDRESS + 2 : _ADDRESS + 4] = (number % hosts).astype(">u2")[:, None].view(np.uint8)
    return pcap([]) + rows.tobytes()
