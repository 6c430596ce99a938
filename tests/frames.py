"""Logs built by hand: the story of one download, and tables of any size."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from parsers import schema
from parsers.protocols.registry import RECORDS
from parsers.updates import Batch, Facts, Update

SECOND = 1_000_000_000
START = 1_602_536_538 * SECOND  # 2020-10-12 21:02:18
CLIENT, SERVER = "10.10.12.101", "192.0.2.133"
UID, FUID, OTHER = "CDownload1", "FMalware1", "COther1"
FINGERPRINT = "ab" * 32


def table(log: str, *rows: dict[str, Any]) -> pa.Table:
    """Rows of a known log; fields that are not named are unset."""
    record = RECORDS[log]
    assert not {name for row in rows for name in row} - set(record.names)
    return record.table([tuple(row.get(name) for name in record.names) for row in rows])


def plain(zeek_types: dict[str, str], *rows: tuple[Any, ...]) -> pa.Table:
    """Rows of a log that nobody knows."""
    fields = [schema.arrow_field(name, zeek_type) for name, zeek_type in zeek_types.items()]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(fields)
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def ends(uid: str, client_port: int, port: int, seconds: float = 0) -> dict[str, Any]:
    """The fields that nearly every log opens with."""
    return {
        "ts": START + int(seconds * SECOND),
        "uid": uid,
        "id.orig_h": CLIENT,
        "id.orig_p": client_port,
        "id.resp_h": SERVER,
        "id.resp_p": port,
    }


def story() -> dict[str, pa.Table]:
    """A program that was downloaded over HTTP, what led to it, and an encrypted connection of the same machine."""
    web, tls = ends(UID, 49979, 80), ends(OTHER, 49980, 443, 5)
    asked = ends("CLookup1", 51000, 53, -1) | {"id.resp_h": "10.10.12.1"}
    return {
        "pe": table(
            "pe",
            {
                "ts": START + SECOND,
                "id": FUID,
                "machine": "I386",
                "compile_ts": 708_000_000 * SECOND,
                "subsystem": "WINDOWS_GUI",
                "section_names": [".text", ".rsrc"],
            },
        ),
        "files": table(
            "files",
            web
            | {
                "fuid": FUID,
                "source": "HTTP",
                "mime_type": "application/x-dosexec",
                "seen_bytes": 629_760,
                "total_bytes": 629_760,
                "missing_bytes": 0,
                "sha256": "6b" * 32,
            },
            web | {"fuid": "FPage1", "source": "HTTP", "mime_type": "text/html", "seen_bytes": 90, "missing_bytes": 10},
        ),
        "http": table(
            "http",
            web
            | {
                "method": "GET",
                "host": "evil.example",
                "uri": "/a/b/c/Xehmigm.exe",
                "status_code": 200,
                "response_body_len": 629_760,
                "resp_fuids": [FUID],
                "resp_mime_types": ["application/x-dosexec"],
            },
            web | {"method": "GET", "host": "evil.example", "uri": "/", "status_code": 404, "resp_fuids": ["FPage1"]},
        ),
        "conn": table(
            "conn",
            asked | {"proto": "udp", "service": "dns", "conn_state": "SF"},
            web
            | {"proto": "tcp", "service": "http", "duration": 29_213_554_000, "conn_state": "RSTO", "orig_bytes": 300},
            tls | {"proto": "tcp", "service": "ssl", "duration": 1_000_000, "conn_state": "SF", "orig_bytes": 517},
        ),
        "dns": table(
            "dns",
            asked | {"query": "evil.example", "qtype_name": "A", "rcode_name": "NOERROR", "answers": [SERVER]},
            asked | {"ts": START + 60 * SECOND, "uid": "CLookup2", "query": "late.example", "answers": [SERVER]},
        ),
        "ssl": table("ssl", tls | {"server_name": "c2.example", "version": "TLSv12", "cert_chain_fps": [FINGERPRINT]}),
        "x509": table(
            "x509",
            {"ts": START + 5 * SECOND, "fingerprint": FINGERPRINT, "certificate.subject": "CN=c2.example"},
        ),
    }


def updates(tables: dict[str, pa.Table] | None = None, packets: int = 1_546) -> Iterator[Update]:
    """What a reader tells of some logs."""
    yield Facts(packets, START - SECOND, START + 704 * SECOND)
    for log, rows in (tables or story()).items():
        yield Batch(log, rows)


def many(rows: int) -> pa.Table:
    """So many connections, all columns of them made by arithmetic."""
    numbers = np.arange(rows, dtype=np.int64)
    repeated = pa.array(["10.0.0.1", "10.0.0.2", "10.0.0.3"])
    codes = pa.array((numbers % 3).astype(np.int32))
    addresses = pa.DictionaryArray.from_arrays(codes, repeated)
    columns = {
        "ts": ("time", pa.array(START + numbers * 1_000_000).cast(schema.arrow_type("time"))),
        "uid": ("string", pa.array(numbers).cast(pa.string())),
        "id.orig_h": ("addr", addresses),
        "id.orig_p": ("port", pa.array((numbers % 65536).astype(np.uint16))),
        "id.resp_h": ("addr", addresses),
        "id.resp_p": ("port", pa.array((numbers % 1024).astype(np.uint16))),
        "orig_bytes": ("count", pa.array((numbers * 7919 % 100_003).astype(np.uint64))),
    }
    fields = [schema.arrow_field(name, zeek_type) for name, (zeek_type, _) in columns.items()]
    return pa.Table.from_arrays([array for _, array in columns.values()], schema=pa.schema(fields))
