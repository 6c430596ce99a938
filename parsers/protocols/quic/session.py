"""The row of quic.log while it is filled.

Source: Zeek, scripts/base/protocols/quic/main.zeek.
"""

from dataclasses import dataclass

from parsers import escape
from parsers.limits import QUIC_HISTORY
from parsers.protocols.analyzer import Context
from parsers.protocols.quic.record import RECORD, version
from parsers.protocols.quic.wire import Kind, Packet


@dataclass(slots=True)
class _Entry:
    """The cells of a row."""

    ts: int
    version: str
    client_initial_dcid: str | None = None
    client_scid: str | None = None
    server_scid: str | None = None
    server_name: str | None = None
    client_protocol: str | None = None
    history: str = ""


class Session:
    """What is known of one connection; it gets another row when the server makes the client try again, or one closes.

    now  when what is being told came
    """

    def __init__(self, context: Context) -> None:
        self.now = 0
        self._context = context
        self._entry: _Entry | None = None

    def packet(self, packet: Packet, *, is_orig: bool) -> None:
        """A packet with a long header."""
        ends_row = packet.kind in (Kind.RETRY, Kind.UNKNOWN)
        if self._entry is None or not ends_row:
            self._note_ends(packet, is_orig=is_orig)
        self._note(packet.kind.value, is_orig=is_orig)
        if ends_row:
            self.finish()

    def closed(self, *, is_orig: bool) -> None:
        """One side has closed the connection."""
        if self._entry is not None:
            self._note("c", is_orig=is_orig)
            self.finish()

    def short_packets(self, count: int, *, is_orig: bool) -> None:
        """So many short packets have come from one side."""
        if self._entry is None:
            self._weird("QUIC_spurious_short_header_packet_threshold_crossed", str(count))
        else:
            self._note("o", is_orig=is_orig)

    def discarded(self, *, is_orig: bool) -> None:
        """What is no packet has come, after some that were."""
        if self._entry is None:
            self._weird("QUIC_spurious_discarded_packet")
        else:
            self._note("x", is_orig=is_orig)

    def client_named(self, server_name: bytes) -> None:
        if self._entry is not None:
            self._entry.server_name = escape.text(server_name)

    def client_offered(self, protocols: list[bytes]) -> None:
        if self._entry is None or not protocols:
            return
        names = [escape.text(name) for name in protocols]
        self._entry.client_protocol = names[0]
        if len(names) > 1:
            self._weird("QUIC_many_protocols", f"[{', '.join(names)}]")

    def hello(self, *, is_client: bool) -> None:
        if self._entry is not None:
            self._note("s", is_orig=is_client)

    def finish(self) -> None:
        """Write the row, if there is one."""
        entry, self._entry = self._entry, None
        if entry is not None:
            cells = (
                entry.version,
                entry.client_initial_dcid,
                entry.client_scid,
                entry.server_scid,
                entry.server_name,
                entry.client_protocol,
                entry.history,
            )
            self._context.rows.add(RECORD, (entry.ts, *self._context.connection.head, *cells))

    def _note_ends(self, packet: Packet, *, is_orig: bool) -> None:
        """The connection ids that both ends go by."""
        entry = self._entry
        if entry is None:
            entry = self._entry = _Entry(self.now, version(packet.version))
        if not is_orig:
            entry.server_scid = packet.scid.hex()
            return
        entry.client_scid = packet.scid.hex()
        if packet.dcid and entry.client_initial_dcid is None:
            entry.client_initial_dcid = packet.dcid.hex()

    def _note(self, letter: str, *, is_orig: bool) -> None:
        entry = self._entry
        if entry is None or len(entry.history) == QUIC_HISTORY:
            return
        entry.history += letter.upper() if is_orig else letter
        if len(entry.history) == QUIC_HISTORY:
            self._weird("QUIC_max_history_length_reached")

    def _weird(self, name: str, addl: str = "") -> None:
        self._context.weird(name, self.now, addl, "")
