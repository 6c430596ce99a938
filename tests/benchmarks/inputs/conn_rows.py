"""Any number of rows of conn, made in a moment."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parsers.protocols.conn import RECORD

_START = 1_700_000_000_000_000_000  # nanoseconds
_STATES = ("SF", "S0", "RSTO", "REJ", "OTH", "S1", "SF")
_HISTORIES = ("ShADadFf", "S", "ShADaR", "Sr", "Dd", "ShADad")
_SERVICES = ("ssl", "http", "dns", None)
_PORTS = (443, 80, 53, 22)

Ints = npt.NDArray[np.int64]


def conn_rows(count: int) -> pa.Table:
    """So many connections, ten milliseconds apart, with every column that the log has."""
    number = np.arange(count, dtype=np.int64)
    noise = number * 2_654_435_761 % (1 << 40)
    made: dict[str, Any] = {
        "ts": _START + number * 10_000_000 + noise % 9_000_000,
        "uid": _uids(noise, number),
        "id.orig_h": _coded(
            [f"10.{a}.{b}.{c}" for a in range(3) for b in range(20) for c in range(1, 200)], noise >> 3
        ),
        "id.orig_p": (1024 + noise % 60_000).astype(np.uint16),
        "id.resp_h": _coded([f"203.0.{a}.{b}" for a in range(113, 120) for b in range(1, 250)], noise >> 7),
        "id.resp_p": np.array(_PORTS, np.uint16)[number % len(_PORTS)],
        "proto": _coded(["tcp", "udp"], (number % len(_PORTS) == 2).astype(np.int64)),
        "service": _coded(_SERVICES, number),
        "duration": noise % 997 * 7_000_003,
        "orig_bytes": (noise % 5003).astype(np.uint64),
        "resp_bytes": (noise % 9_000_001).astype(np.uint64),
        "conn_state": _coded(_STATES, noise >> 11),
        "local_orig": np.ones(count, np.bool_),
        "local_resp": np.zeros(count, np.bool_),
        "missed_bytes": np.zeros(count, np.uint64),
        "history": _coded(_HISTORIES, noise >> 13),
        "orig_pkts": (noise % 17).astype(np.uint64),
        "orig_ip_bytes": (noise % 5003 + 40).astype(np.uint64),
        "resp_pkts": (noise % 6007).astype(np.uint64),
        "resp_ip_bytes": (noise % 9_000_001 + 40).astype(np.uint64),
        "ip_proto": np.array([6, 6, 17, 6], np.uint64)[number % len(_PORTS)],
    }
    arrays = [_column(field, made.get(field.name), count) for field in RECORD.arrow]
    return pa.Table.from_arrays(arrays, schema=RECORD.arrow)


def _column(field: pa.Field, cells: Any, count: int) -> pa.Array:
    if cells is None:
        return pa.nulls(count, field.type)
    made = cells if isinstance(cells, pa.Array) else pa.array(cells)
    return made if made.type == field.type else made.cast(field.type)


def _coded(values: tuple[str | None, ...] | list[str], places: Ints) -> pa.Array:
    """A column of repeated values; None is a cell that is not set."""
    codes = (places % len(values)).astype(np.int32)
    known = [value for value in values if value is not None]
    unset = codes >= len(known) if len(known) < len(values) else None
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=unset), pa.array(known))


def _uids(noise: Ints, number: Ints) -> pa.Array:
    """Identifiers as long as Zeek's, no two alike: letters drawn from a number, octet by octet."""
    letters = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUV", np.uint8)
    length = 17
    octets = np.empty((len(number), length), np.uint8)
    octets[:, 0] = ord("C")
    for place in range(1, length):
        source, shift = (noise, 5 * (place - 1)) if place <= 8 else (number, 5 * (place - 9))
        octets[:, place] = letters[source >> shift & 31]
    offsets = np.arange(0, (len(number) + 1) * length, length, dtype=np.int32)
    return pa.StringArray.from_buffers(len(number), pa.py_buffer(offsets), pa.py_buffer(octets))
