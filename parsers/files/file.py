"""One file that travels inside connections, from its first byte to its row.

Source: Zeek, src/file_analysis/{File,FileTimer}.cc, base/frameworks/files/main.zeek.
"""

from typing import TYPE_CHECKING, Final, Protocol

from parsers.files import mime, ocsp, pe
from parsers.files.digests import Digests
from parsers.files.reassembly import Reassembly
from parsers.files.record import RECORD
from parsers.limits import FILE_TIMEOUT, MIME_BYTES, PACKET_BYTES
from parsers.protocols import failure
from parsers.protocols.analyzer import Connection, Rows
from parsers.site import is_local

if TYPE_CHECKING:
    from parsers.files.analysis import Files
    from parsers.schema import Row

# What Zeek's default scripts attach to a type. A file that X509 looks into is in x509.log and not in files.log.
_CERTIFICATE: Final = ("X509", "MD5", "SHA1", "SHA256")
_ATTACHED: Final = {
    pe.MIME_TYPE: ("PE",),
    ocsp.MIME_TYPE: ("OCSP_REPLY",),
    "application/x-x509-user-cert": _CERTIFICATE,
    "application/x-x509-ca-cert": _CERTIFICATE,
    "application/pkix-cert": _CERTIFICATE,
}


class Reader(Protocol):
    """What looks at a file's bytes as they pass: called in order, holes told."""

    def data(self, data: bytes) -> None: ...
    def gap(self, length: int) -> None: ...


class Listener(Protocol):
    """Who wants to know of a file what Zeek's scripts are told while it passes.

    opened   the file is new, or a connection that it was not on before carries it (Zeek: file_over_new_connection)
    sniffed  `file.mime_type` has just been found; not called for a file of no known type (Zeek: file_sniff)
    """

    def opened(self, file: "File") -> None: ...
    def sniffed(self, file: "File") -> None: ...


class File:
    """One file while its bytes pass by.

    `ts` is when the bytes came; `last`, where a call brings bytes of several packets, when the last of them did.
    Once `done` (complete, closed or timed out) its row is written; bytes that come after that begin it anew, with
    the same fuid, as in Zeek.
    """

    __slots__ = (
        "_chunks",
        "_connections",
        "_digests",
        "_failed",
        "_files",
        "_listener",
        "_next_check",
        "_ocsp",
        "_offset",
        "_pe",
        "_readers",
        "_reassembly",
        "_rows",
        "_start_bytes",
        "depth",
        "done",
        "filename",
        "fuid",
        "is_orig",
        "last",
        "mime_type",
        "missing_bytes",
        "overflow_bytes",
        "parent_fuid",
        "seen_bytes",
        "source",
        "timedout",
        "total_bytes",
        "ts",
    )

    def __init__(self, files: "Files", identifier: str, source: str, is_orig: bool | None) -> None:
        self._files = files
        self._rows = files.rows
        self._listener: Listener | None = None
        self.fuid = identifier
        self.source = source
        self.is_orig = is_orig
        self.depth = 0
        self.filename: str | None = None
        self.parent_fuid: str | None = None
        self.done = True
        self._connections: dict[str, Connection] = {}

    def _begin(self, ts: int) -> None:
        """A new file, of which nothing is known but its name."""
        self.ts = self.last = ts
        self.done = self.timedout = False
        self.mime_type: str | None = None
        self.total_bytes: int | None = None
        self.seen_bytes = self.missing_bytes = self.overflow_bytes = self._offset = 0
        self._chunks: list[bytes] | None = []
        self._start_bytes = 0
        self._reassembly: Reassembly | None = None
        self._connections = {}
        self._digests = Digests()
        self._pe: pe.Headers | None = None
        self._ocsp: ocsp.Response | None = None
        self._failed: int | None = None
        self._readers: list[Reader] = [self._digests, *self._files.readers(self)]
        self._next_check = ts + FILE_TIMEOUT

    def carry(
        self,
        ts: int,
        connection: Connection | None,
        listener: Listener | None = None,
        *,
        depth: int = 0,
        filename: str | None = None,
        parent_fuid: str | None = None,
    ) -> None:
        """A connection begins to carry (a part of) the file; what else is told counts for a new file only."""
        if self.done or self.expire(ts):
            self._begin(ts)
        self._heard(ts)
        if not self._connections:
            self.depth, self.filename, self.parent_fuid = depth, filename, parent_fuid
        self._join(connection, listener)

    def _join(self, connection: Connection | None, listener: Listener | None) -> None:
        if connection is None or connection.uid in self._connections:
            return
        self._connections[connection.uid] = connection
        self._listener = listener
        if listener is not None:
            listener.opened(self)

    def data(self, data: bytes, ts: int, last: int | None = None) -> None:
        """The next bytes in order."""
        self._resume(ts, last)
        self._take(self._offset, data)

    def data_at(self, offset: int, data: bytes, ts: int, last: int | None = None, *, whole: bool = False) -> None:
        """Bytes at a place of their own (ranges); they may come in any order and overlap.

        `whole`: their protocol passes them on at once, not packet by packet.
        """
        self._resume(ts, last)
        self._take(offset, data, whole)

    def gap(self, length: int, ts: int, offset: int | None = None) -> None:
        """The next bytes in order, or those at `offset`, are missing from the capture."""
        self._resume(ts)
        if self._reassembly is not None:
            self._reassembly.flush_to((self._offset if offset is None else offset) + length)
        else:
            self._skip(length)

    def size(self, total_bytes: int, ts: int) -> None:
        """The protocol says how long the file is; it is done as soon as so many bytes have passed."""
        self._resume(ts)
        self.total_bytes = total_bytes
        self._check_complete()

    def fix_type(self, mime_type: str) -> None:
        """The protocol says what the file is; once bytes have come it is too late."""
        if self._chunks is not None and not self._start_bytes:
            self._chunks = None
            self._set_type(mime_type, b"")

    def close(self, ts: int) -> None:
        """The file's end has been seen; its rows are written."""
        if not self.done and not self.expire(ts):
            self._end(ts)

    def expire(self, ts: int) -> bool:
        """End the file if it was given up before `ts`, when nothing had been heard of it for two minutes."""
        while not self.done and self._next_check <= ts:
            now = self._files.next_packet(self._next_check)
            if now - self.last >= FILE_TIMEOUT:
                self.timedout = True
                self._end(now)
            self._next_check = now + FILE_TIMEOUT
        return self.done

    def finish(self) -> None:
        """The capture has ended: an open file's end is not waited for any more."""
        if not self.done:
            self.timedout = True
            self._end(self.last)

    def _resume(self, ts: int, last: int | None = None) -> None:
        if self.done or self.expire(ts):
            carrier = next(reversed(self._connections.values()), None)
            self._begin(ts)
            self._join(carrier, self._listener)
        self._heard(ts, last)

    def _heard(self, ts: int, last: int | None = None) -> None:
        # Connections are analysed one after the other: the parts of one download do not come here in time's order.
        self.ts = min(self.ts, ts)
        self.last = max(self.last, ts if last is None else last)

    def _take(self, offset: int, data: bytes, whole: bool = False) -> None:
        if self._reassembly is not None:
            self._reorder(self._reassembly, offset, data, whole)
        elif offset == self._offset:
            self._deliver(data)
        else:
            self._reassembly = Reassembly(self._offset, self._deliver, self._skip)
            self._reorder(self._reassembly, offset, data, whole)
        self._check_complete()

    def _reorder(self, pieces: Reassembly, offset: int, data: bytes, whole: bool) -> None:
        # What must wait is looked at in pieces of a packet: whether too much waits is asked before each one.
        step = PACKET_BYTES if offset > pieces.expected and not whole else max(len(data), 1)
        for place in range(0, len(data), step):
            if pieces.is_full:
                self.overflow_bytes += pieces.flush()
            pieces.add(offset + place, bytes(data[place : place + step]))

    @property
    def is_complete(self) -> bool:
        """Whether as many bytes have passed as the protocol said."""
        return self.total_bytes is not None and self._offset >= self.total_bytes

    def _check_complete(self) -> None:
        if self.is_complete:
            self._end(self.last)

    def _deliver(self, data: bytes) -> None:
        if self._chunks is not None:
            self._start_bytes += len(data)
            if self._start_bytes < MIME_BYTES:
                self._chunks.append(bytes(data))
            else:
                self._sniff(data[:MIME_BYTES])
        for reader in self._readers:
            reader.data(data)
        self._check_failed(self.last)
        self._offset += len(data)
        self.seen_bytes += len(data)

    def _skip(self, length: int) -> None:
        if self._chunks is not None:
            self._sniff(b"")
        for reader in self._readers:
            reader.gap(length)
        self._offset += length
        self.missing_bytes += length

    def _sniff(self, rest: bytes) -> None:
        """Find the type from what has come so far and `rest`."""
        assert self._chunks is not None
        seen = b"".join(self._chunks)
        self._chunks = None
        start = seen + rest
        found = mime.detect(start[:MIME_BYTES]) if start else None
        if found is not None:
            self._set_type(found, seen)

    def _set_type(self, mime_type: str, seen: bytes) -> None:
        self.mime_type = mime_type
        if mime_type == pe.MIME_TYPE:
            self._pe = pe.Headers()
            self._pe.data(seen)
            self._readers.append(self._pe)
        elif mime_type == ocsp.MIME_TYPE:
            self._ocsp = ocsp.Response()
            self._ocsp.data(seen)
            self._readers.append(self._ocsp)
        if self._listener is not None:
            self._listener.sniffed(self)

    def _check_failed(self, ts: int) -> None:
        """Take down when it was found out that the file is not what it is taken for."""
        if self._pe is not None and self._pe.violation is not None and self._failed is None:
            self._failed = ts

    def _end(self, ts: int) -> None:
        if self.done:
            return
        self.done = True
        if self._reassembly is not None:
            self._reassembly.flush()
        if self._chunks is not None:
            self._sniff(b"")
            self._check_failed(ts)
        self._write(self._rows)
        self._readers = []
        self._reassembly = None

    def _write(self, rows: Rows) -> None:
        if self._pe is not None:
            row = self._pe.row(self.ts, self.fuid)
            if row is not None:
                rows.add(pe.RECORD, row)
            if self._failed is not None and self._pe.violation is not None:
                carrier = next(iter(self._connections.values())) if len(self._connections) == 1 else None
                told = failure.of_file(self._failed, carrier, self.fuid, "PE", self._pe.violation)
                rows.add(failure.RECORD, told)
        if self._ocsp is not None:
            for record, row in self._ocsp.rows(self.ts, self.fuid, self.last):
                rows.add(record, row)
        attached = _ATTACHED.get(self.mime_type or "", ())
        if "X509" in attached:
            return
        carriers = list(self._connections.values())
        local_orig = None
        if carriers:
            local_orig = is_local(carriers[-1].orig_h if self.is_orig else carriers[-1].resp_h)
        cells = (
            self.source,
            self.depth,
            list(attached),
            self.mime_type,
            self.filename,
            self.last - self.ts,
            local_orig,
            self.is_orig,
            self.seen_bytes,
            self.total_bytes,
            self.missing_bytes,
            self.overflow_bytes,
            self.timedout,
            self.parent_fuid,
            *self._digests.hexadecimal(),
            None,
            None,
            None,
        )
        heads: list[Row] = [carrier.head for carrier in carriers]
        for head in heads or [(None,) * 5]:
            rows.add(RECORD, (self.ts, self.fuid, *head, *cells))
