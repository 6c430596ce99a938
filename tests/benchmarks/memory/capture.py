"""A capture of any size, written in a moment: one exchange over and over, each time later and between other hosts."""

import hashlib
import struct
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.benchmarks.inputs.made import START
from tests.demo import names
from tests.demo.wire import Conversation, Host, Wire

_CLIENT, _SERVER, _RESOLVER = Host("10.0.0.0"), Host("203.0.113.1"), Host("203.0.113.2")
_PORT = 40_000
# One exchange is over before the next one begins; time is in microseconds.
_APART = 1000
_BODY = b"PK\x03\x04\x14\0\0\0" + bytes(29_992)
# Exchanges that are written at a time.
_BLOCK = 1 << 12
_RECORD, _ETHERNET = 16, 14
_SOURCE, _TARGET = 12, 16


@dataclass(frozen=True)
class Capture:
    """So many look-ups, each with a download behind it."""

    exchanges: int

    sha1 = hashlib.sha1(_BODY).hexdigest()

    @property
    def packets(self) -> int:
        return self.exchanges * len(self._exchange)

    @cached_property
    def _exchange(self) -> list[bytes]:
        """The records of one exchange, all at its start."""
        wire = Wire()
        wire.udp(START, _CLIENT, _PORT, _RESOLVER, 53, names.question(1, "files.example"))
        wire.udp(START, _RESOLVER, 53, _CLIENT, _PORT, names.answer(1, "files.example", [_SERVER.address], 300))
        talk = Conversation(wire, _CLIENT, _PORT, _SERVER, 80, START)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: {len(_BODY)}\r\n\r\n"
        talk.ask(b"GET /a.zip HTTP/1.1\r\nHost: files.example\r\n\r\n", head.encode() + _BODY)
        talk.close()
        return [struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame for _, frame in wire.packets]

    def write(self, path: Path) -> int:
        """Write the capture; its size."""
        records = self._exchange
        starts = [0, *accumulate(map(len, records))][:-1]
        once = np.frombuffer(b"".join(records), np.uint8)
        with path.open("wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1))
            for begin in range(0, self.exchanges, _BLOCK):
                numbers = np.arange(begin, min(begin + _BLOCK, self.exchanges))
                rows = np.tile(once, (len(numbers), 1))
                client = (int.from_bytes(_CLIENT.packed) + numbers).astype(">u4")
                for place, (start, record) in enumerate(zip(starts, records, strict=True)):
                    time = START + numbers * _APART + place * (_APART // 2 // len(records))
                    _put(rows, start, (time // 1_000_000).astype("<u4"))
                    _put(rows, start + 4, (time % 1_000_000).astype("<u4"))
                    end = _SOURCE if _sent_by_client(record) else _TARGET
                    _put(rows, start + _RECORD + _ETHERNET + end, client)
                file.write(rows.data)
        return path.stat().st_size


def _sent_by_client(record: bytes) -> bool:
    start = _RECORD + _ETHERNET + _SOURCE
    return record[start : start + 4] == _CLIENT.packed


def _put(rows: npt.NDArray[np.uint8], start: int, cells: npt.NDArray[np.uint32]) -> None:
    rows[:, start : start + 4] = cells[:, None].view(np.uint8)
