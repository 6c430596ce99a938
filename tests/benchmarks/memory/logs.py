"""A folder of Zeek's logs of any size, written in a moment, of which every answer is known."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Fields: TypeAlias = tuple[tuple[str, str], ...]

_START = 1_700_000_000
_BLOCK = 1 << 17
# Steps through all numbers below a prime in an order that looks like none.
_STEP, _PRIME = 7_368_787, 8_999_993
_LEAST = 1_000_000
# Hosts have names that come again and again.
_NAMES, _FIRST_NAME = 50_000, 10_000
# A connection in so many is HTTP's, and one in so many was looked up.
_HTTP, _DNS = 4, 5
_FOURS = np.array([f"{number:04d}".encode() for number in range(10_000)]).view(np.uint8).reshape(-1, 4)
_CONNECTION: Fields = (
    ("ts", "time"),
    ("uid", "string"),
    ("id.orig_h", "addr"),
    ("id.orig_p", "port"),
    ("id.resp_h", "addr"),
)


@dataclass(frozen=True, slots=True)
class Logs:
    """So many connections; every fourth is in http.log, every fifth in dns.log."""

    conns: int

    def uid(self, row: int) -> str:
        return f"C{row:016d}"

    def host(self, row: int) -> str:
        """The host that an HTTP connection asks for."""
        return f"h{named(row)}.example"

    def sent(self, row: int) -> int:
        """The bytes that the side which opened a connection sent."""
        return int(scattered(row))

    def query(self, row: int) -> str:
        """The name that was looked up."""
        return f"q{named(row)}.example"

    def filtered(self) -> int:
        """How many connections to port 853 have no answer (S0)."""
        return len(range(49, self.conns, 70))

    def largest(self, count: int) -> list[tuple[str, int]]:
        """The uids and bytes of those that sent most, of equal ones the first."""
        sent = scattered(np.arange(self.conns))
        rows = np.lexsort((np.arange(self.conns), -sent))[:count]
        return [(self.uid(int(row)), int(sent[row])) for row in rows]

    def last_queries(self, count: int) -> list[str]:
        """The names that come last in order."""
        asked = np.sort(named(np.arange(0, self.conns, _DNS)))[::-1][:count]
        return [f"q{number}.example" for number in asked.tolist()]

    def write(self, folder: Path) -> int:
        """Write the logs; their size."""
        folder.mkdir(parents=True, exist_ok=True)
        conn: Fields = (*_CONNECTION, ("id.resp_p", "port"), ("proto", "enum"), ("service", "string"))
        conn = (*conn, ("duration", "interval"), ("orig_bytes", "count"), ("resp_bytes", "count"))
        conn = (*conn, ("conn_state", "string"), ("history", "string"))
        named: Fields = (*_CONNECTION, ("id.resp_p", "port"))
        self._write(folder, "conn", conn, 1, _conn)
        self._write(folder, "http", (*named, ("method", "string"), ("host", "string"), ("uri", "string")), _HTTP, _http)
        self._write(folder, "dns", (*named, ("proto", "enum"), ("query", "string")), _DNS, _dns)
        return sum(path.stat().st_size for path in folder.iterdir())

    def _write(
        self,
        folder: Path,
        log: str,
        fields: Fields,
        every: int,
        rows: Callable[[Ints], list[npt.NDArray[np.uint8]]],
    ) -> None:
        names, kinds = ("\t".join(column) for column in zip(*fields, strict=True))
        with (folder / f"{log}.log").open("wb") as file:
            file.write(b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n")
            file.write(f"#path\t{log}\n#fields\t{names}\n#types\t{kinds}\n".encode())
            for start in range(0, self.conns, _BLOCK * every):
                numbers = np.arange(start, min(start + _BLOCK * every, self.conns), every)
                file.write(np.concatenate(rows(numbers), axis=1).data)


def scattered(numbers: Ints | int) -> Ints:
    """Seven digits for each number, in no order that one sees."""
    return np.asarray(numbers) * _STEP % _PRIME + _LEAST


def named(numbers: Ints | int) -> Ints:
    """The number in the name of a host."""
    return scattered(numbers) % _NAMES + _FIRST_NAME


def _connection(rows: Ints) -> list[npt.NDArray[np.uint8]]:
    """Time, uid, both ends; a tenth of a millisecond apart."""
    host = rows % 9973
    return [
        _digits(_START + rows // 10_000, 10),
        _text(rows, "."),
        _digits(rows % 10_000 * 100, 6),
        _text(rows, "\tC"),
        _digits(rows, 16),
        _text(rows, "\t10.1.1"),
        _digits(host // 100, 2),
        _text(rows, ".1"),
        _digits(host % 100, 2),
        _text(rows, "\t4"),
        _digits(rows % 10_000, 4),
        _text(rows, "\t192.0.2.1\t"),
        _digits(np.where(rows % 10 == 9, 853, 443), 3),
    ]


def _conn(rows: Ints) -> list[npt.NDArray[np.uint8]]:
    answered = np.frombuffer(b"SFS0", np.uint8).reshape(2, 2)[(rows % 7 == 0).astype(int)]
    return [
        *_connection(rows),
        _text(rows, "\ttcp\t-\t0.512000\t"),
        _digits(scattered(rows), 7),
        _text(rows, "\t123456\t"),
        answered,
        _text(rows, "\tShADadFf\n"),
    ]


def _http(rows: Ints) -> list[npt.NDArray[np.uint8]]:
    return [*_connection(rows), _text(rows, "\tGET\th"), _digits(named(rows), 5), _text(rows, ".example\t/\n")]


def _dns(rows: Ints) -> list[npt.NDArray[np.uint8]]:
    return [*_connection(rows), _text(rows, "\tudp\tq"), _digits(named(rows), 5), _text(rows, ".example\n")]


def _digits(numbers: Ints, width: int) -> npt.NDArray[np.uint8]:
    """Four at a time, which are looked up."""
    parts = []
    for left in range(width, 0, -4):
        numbers, four = np.divmod(numbers, 10_000)
        parts.append(_FOURS[four][:, max(4 - left, 0) :])
    return np.concatenate(parts[::-1], axis=1)


def _text(rows: Ints, text: str) -> npt.NDArray[np.uint8]:
    return np.broadcast_to(np.frombuffer(text.encode(), np.uint8), (len(rows), len(text)))
