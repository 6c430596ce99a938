"""What matters of a row, on one line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from parsers import escape, schema
from parsers.evidence.values import span_text, time_text, value_of, writer

_LONGEST = 400
_HEX_DIGITS = 12
_GENERIC_CELLS = 6
_URI = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line, safe on a terminal; `matters` tells the bright ones from the dim ones."""

    text: str
    matters: bool = True


class Cells:
    """The cells of one row by name; a column that the log does not have is unset."""

    def __init__(self, table: pa.Table, row: int) -> None:
        self._table, self._row = table, row
        self._names = frozenset(table.column_names)

    def __getitem__(self, name: str) -> Any:
        return value_of(self._table.column(name), self._row) if name in self._names else None

    def text(self, name: str) -> str:
        """A string cell, control characters escaped; nothing for an unset one."""
        value = self[name]
        return "" if value is None else escape.cell(str(value)[:_LONGEST])


def summary(log: str, table: pa.Table, row: int) -> tuple[Part, ...]:
    """What matters of a log's row, the brightest first."""
    told = _SUMMARIES.get(log)
    parts = told(Cells(table, row)) if told else ()
    return tuple(part for part in parts if part.text) or _generic(table, row)


def _pe(cells: Cells) -> tuple[Part, ...]:
    compiled = cells["compile_ts"]
    sections = cells["section_names"] or []
    return (
        Part(cells.text("machine")),
        Part(cells.text("subsystem")),
        Part(f"compiled {time_text(compiled)[:10]}" if compiled is not None else "", matters=False),
        Part(" ".join(escape.cell(name[:_LONGEST]) for name in sections if name), matters=False),
    )


def _files(cells: Cells) -> tuple[Part, ...]:
    digest = next((name for name in ("sha256", "sha1", "md5") if cells[name]), "")
    return (
        Part(cells.text("mime_type") or cells.text("source")),
        Part(_size(cells)),
        Part(cells.text("filename")),
        Part(f"{digest} {cells.text(digest)[:_HEX_DIGITS]}" if digest else "", matters=False),
    )


def _size(cells: Cells) -> str:
    seen, total, missing = (cells[name] for name in ("seen_bytes", "total_bytes", "missing_bytes"))
    if seen is None:
        return ""
    if missing:
        return f"{seen:,} bytes, {missing:,} missing"
    if total is not None and seen < total:
        return f"{seen:,} of {total:,} bytes"
    return f"{seen:,} bytes, whole"


def _http(cells: Cells) -> tuple[Part, ...]:
    uri = _shortened(cells.text("uri"))
    host = "" if "://" in uri[:8] else cells.text("host")
    status = cells["status_code"]
    return (
        Part(" ".join(filter(None, (cells.text("method"), host + uri)))),
        Part(f"→ {status}" if status is not None else "no reply"),
        Part(cells.text("user_agent"), matters=False),
    )


def _shortened(uri: str) -> str:
    """A long path without its middle, so that what was fetched is still seen."""
    if len(uri) <= _URI:
        return uri
    path, mark, query = uri.partition("?")
    name = path.rpartition("/")[2]
    start = path.split("/", 2)[1] if path.startswith("/") else ""
    short = f"/{start}/…/{name}{mark}{query}" if path.count("/") > 2 else uri
    return short if len(short) <= _URI else f"{short[: _URI - 20]}…{short[-19:]}"


def _conn(cells: Cells) -> tuple[Part, ...]:
    duration = cells["duration"]
    return (
        Part(f"{_endpoint(cells, 'orig')} → {_endpoint(cells, 'resp')}"),
        Part(" ".join(filter(None, (cells.text("proto"), cells.text("service"))))),
        Part(cells.text("conn_state"), matters=False),
        Part(span_text(duration) if duration is not None else "", matters=False),
        Part(_transferred(cells), matters=False),
    )


def _transferred(cells: Cells) -> str:
    sent, received = cells["orig_bytes"], cells["resp_bytes"]
    return "" if sent is None or received is None else f"{sent:,} bytes sent, {received:,} received"


def _endpoint(cells: Cells, side: str) -> str:
    address = cells.text(f"id.{side}_h")
    return f"[{address}]:{cells.text(f'id.{side}_p')}" if ":" in address else f"{address}:{cells.text(f'id.{side}_p')}"


def _dns(cells: Cells) -> tuple[Part, ...]:
    answers = ", ".join(escape.cell(answer[:_LONGEST]) for answer in (cells["answers"] or [])[:8] if answer)
    code = cells.text("rcode_name")
    outcome = f"→ {answers}" if answers else (f"→ {code}" if code else "no reply")
    return Part(cells.text("query")), Part(cells.text("qtype_name"), matters=False), Part(outcome)


def _ssl(cells: Cells) -> tuple[Part, ...]:
    established = cells["established"]
    return (
        Part(cells.text("server_name") or "no server name"),
        Part(cells.text("version")),
        Part(cells.text("cipher"), matters=False),
        Part("" if established or established is None else "not established"),
    )


def _x509(cells: Cells) -> tuple[Part, ...]:
    until = cells["certificate.not_valid_after"]
    issuer = cells.text("certificate.issuer")
    return (
        Part(cells.text("certificate.subject")),
        Part(f"issued by {issuer}" if issuer else "", matters=False),
        Part(f"until {time_text(until)[:10]}" if until is not None else "", matters=False),
    )


_COMMON = ("ts", "uid", "fuid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p")


def _generic(table: pa.Table, row: int) -> tuple[Part, ...]:
    """The first cells that are set and that not every log has."""
    parts: list[Part] = []
    for field in table.schema:
        name, scalar = field.name, table.column(field.name)[row]
        if name not in _COMMON and scalar.is_valid and len(parts) < _GENERIC_CELLS:
            shown = writer(schema.zeek_type(field), elements=_GENERIC_CELLS)(scalar)[:_LONGEST]
            parts.append(Part(f"{escape.cell(name)} {shown}", matters=not parts))
    return tuple(parts) or (Part("nothing is set", matters=False),)


_SUMMARIES: dict[str, Callable[[Cells], tuple[Part, ...]]] = {
    "pe": _pe,
    "files": _files,
    "http": _http,
    "conn": _conn,
    "dns": _dns,
    "ssl": _ssl,
    "x509": _x509,
}
