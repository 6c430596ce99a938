"""Packets written down by hand, one call each, and the connections that come of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from parsers.capture.flows import TCP, UDP, group
from parsers.capture.packets import BROKEN, Packets
from parsers.capture.tracker import Tracked, connections
from parsers.files.analysis import Files
from parsers.protocols.analyzer import Data, End, Event, Gap, Reset, Rows
from parsers.protocols.conn import RECORD
from parsers.protocols.dispatch import dispatch

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
CLIENT, SERVER = "10.0.0.1", "192.0.2.7"
# Where the two sides' sequence numbers begin.
ORIG_ISN, RESP_ISN = 1000, 0xFFFFFF00
_FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "!": 128}

_COLUMNS: tuple[tuple[str, type], ...] = (
    ("ts", np.int64),
    ("src", np.int32),
    ("dst", np.int32),
    ("proto", np.uint8),
    ("sport", np.uint16),
    ("dport", np.uint16),
    ("ip_len", np.uint32),
    ("length", np.uint32),
    ("captured", np.uint32),
    ("offset", np.int64),
    ("seq", np.uint32),
    ("ack", np.uint32),
    ("flags", np.uint8),
    ("window", np.uint16),
    ("scale", np.int16),
)


@dataclass
class P:
    """A packet: `>` from the client or `<` from the server and TCP's flags as letters, then relative numbers.

    It comes `at` so many seconds after the start; None is ten milliseconds after the one before.
    """

    what: str
    seq: int = 0
    ack: int = 0
    data: bytes = b""
    at: float | None = None
    window: int = 8192
    held: int | None = None
    ports: tuple[int, int] = (40000, 80)
    hosts: tuple[str, str] = (CLIENT, SERVER)
    proto: int = TCP
    isn: tuple[int, int] = field(default=(ORIG_ISN, RESP_ISN))
    scale: int = -1


def packets(said: Iterable[P]) -> Packets:
    """The packets as a decoder would leave them."""
    rows: list[tuple[int, ...]] = []
    names: dict[str, int] = {}
    data = bytearray()
    now = START - SECOND // 100
    for p in said:
        now = now + SECOND // 100 if p.at is None else START + round(p.at * SECOND)
        here, there = (0, 1) if p.what[0] == ">" else (1, 0)
        src, dst = (names.setdefault(p.hosts[side], len(names)) for side in (here, there))
        flags = sum(_FLAGS[letter] for letter in p.what[1:])
        held = len(p.data) if p.held is None else p.held
        seq, ack = (p.isn[here] + p.seq) & 0xFFFFFFFF, (p.isn[there] + p.ack) & 0xFFFFFFFF
        ack = ack if flags & 16 else 0
        if p.proto == UDP:
            seq = ack = len(p.data) + 8
        ip_len = len(p.data) + 40
        ports = p.ports[here], p.ports[there]
        sent = len(p.data), held, len(data), seq, ack, flags, p.window, p.scale
        rows.append((now, src, dst, p.proto, *ports, ip_len, *sent))
        data += bytes(20) if flags & BROKEN else p.data[:held]
    table = np.array(rows, np.int64).reshape(-1, len(_COLUMNS)).T
    columns: dict[str, Any] = {name: cells.astype(kind) for (name, kind), cells in zip(_COLUMNS, table, strict=True)}
    columns["clock"] = np.maximum.accumulate(columns["ts"])
    columns["number"] = np.arange(len(rows), dtype=np.int64)
    columns["parent"] = np.full(len(rows), -1, np.int32)
    return Packets(**columns, addresses=list(names), data=memoryview(bytes(data)), extra=b"")


def track(said: Iterable[P], size: int = 1_000_000) -> list[Tracked]:
    """The connections, by the time of their first packet."""
    made = packets(said)
    flows = group(made)
    found = [tracked for shard in flows.shards(size) for tracked in connections(made, flows, shard)]
    return sorted(found, key=lambda tracked: tracked.connection.start)


def rows(said: Iterable[P]) -> list[dict[str, Any]]:
    """Their rows in conn.log, without their last cells, which are those of frames."""
    return [dict(zip(RECORD.names, tracked.row(None), strict=False)) for tracked in track(said)]


def row(said: Iterable[P]) -> dict[str, Any]:
    """The row of the only connection."""
    (only,) = rows(said)
    return only


def analysed(said: Iterable[P]) -> dict[str, Any]:
    """The row of the only connection after the protocols' analysers have had their say."""
    (tracked,) = track(said)
    found = Rows()
    service = dispatch(tracked.connection, tracked.events(), found, Files(found), None, tracked.last)
    return dict(zip(RECORD.names, tracked.row(service), strict=False))


def told(said: Iterable[P]) -> list[str]:
    """The events of all connections in short: >bytes, >[hole], >. for an end, >! for a RST."""
    return [short(event) for tracked in track(said) for event in tracked.events()]


def short(event: Event) -> str:
    side = ">" if event.is_orig else "<"
    if isinstance(event, Data):
        return side + event.data.decode("latin-1")
    if isinstance(event, Gap):
        return f"{side}[{event.length}]"
    return side + ("!" if isinstance(event, Reset) else ".")


def opened(**rest: Any) -> list[P]:
    """A handshake."""
    return [P(">S", **rest), P("<SA", 0, 1, **rest), P(">A", 1, 1, **rest)]


def datagram(what: str, data: bytes = b"", ports: tuple[int, int] = (40000, 9999), **rest: Any) -> P:
    return P(what, data=data, ports=ports, proto=UDP, **rest)


__all__ = [
    "Data",
    "End",
    "Gap",
    "P",
    "analysed",
    "datagram",
    "opened",
    "packets",
    "row",
    "rows",
    "short",
    "told",
    "track",
]
