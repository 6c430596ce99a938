"""The extensions of a client's and a server's hello.

What they said holds although the message ends before it should, as in Zeek.
Source: RFC 8446, section 4.2; Zeek, src/analyzer/protocol/ssl/tls-handshake-protocol.pac.
"""

from collections.abc import Callable
from dataclasses import dataclass

from parsers.protocols.binpac import out_of_bound
from parsers.protocols.ssl.hello import CLIENT_HELLO, SERVER_HELLO
from parsers.protocols.ssl.session import PRE_SHARED_KEY, SESSION_TICKET, Session
from parsers.protocols.ssl.wire import MessageError, u16, vector

_RESUMING = frozenset({SESSION_TICKET, PRE_SHARED_KEY})


@dataclass(slots=True)
class Extensions:
    """Reads the extensions of one hello into the session; `chosen` is the version that one of a server's names."""

    session: Session
    kind: int
    is_client: bool
    chosen: int | None = None

    def read(self, body: bytes, place: int) -> None:
        """All extensions from `place` on."""
        end = len(body)
        while place < end:
            start = place + 4
            if start > end:
                raise out_of_bound("SSLExtension:data_len", 4, end - place)
            kind = body[place] << 8 | body[place + 1]
            stop = start + (body[place + 2] << 8 | body[place + 3])
            if stop > end:
                raise out_of_bound("SSLExtension", stop - place, end - place)
            reader = _READERS.get(kind)
            if reader is not None and start < stop:
                reader(self, body, start, stop)
            self.session.begin()
            if kind in _RESUMING:
                self.session.resumption(kind, stop - start, is_client=self.is_client)
            place = stop

    def server_names(self, body: bytes, start: int, stop: int) -> None:
        """RFC 6066, section 3; names of another kind take all the rest."""
        found = []
        place, stop = vector(body, start, stop, 2)
        while place < stop:
            if body[place] != 0:
                self.session.weird("ssl_ext_unknown_server_name_type", str(body[place]))
                break
            first, place = vector(body, place + 1, stop, 2)
            found.append(body[first:place])
        self.session.server_names(found, is_client=self.is_client)

    def protocols(self, body: bytes, start: int, stop: int) -> None:
        """RFC 7301, section 3.1."""
        found = []
        place, stop = vector(body, start, stop, 2)
        while place < stop:
            first, place = vector(body, place, stop, 1)
            found.append(body[first:place])
        self.session.protocols(found, is_client=self.is_client)

    def versions(self, body: bytes, start: int, stop: int) -> None:
        """RFC 8446, section 4.2.1: a client offers many, a server names the one that holds."""
        if self.is_client:
            first, last = vector(body, start, stop, 1)
            _even(first, last)
            return
        self.chosen = u16(body, start, stop)
        self.session.begin()
        self.session.version = self.chosen

    def key_share(self, body: bytes, start: int, stop: int) -> None:
        """RFC 8446, section 4.2.8: what a server names, in full or when it asks for another hello, holds."""
        if self.kind == CLIENT_HELLO:
            place, last = vector(body, start, stop, 2)
            groups = []
            while place < last:
                groups.append(u16(body, place, last))
                _, place = vector(body, place + 2, last, 2)
        else:
            groups = [u16(body, start, stop)]
            if stop - start != 2:
                vector(body, start + 2, stop, 2)
        if not self.is_client and len(groups) == 1:
            self.session.begin()
            self.session.curve = groups[0]

    def pre_shared_key(self, body: bytes, start: int, stop: int) -> None:
        """RFC 8446, section 4.2.11: identities with their age, then binders."""
        if self.kind == SERVER_HELLO:
            u16(body, start, stop)
            return
        place, last = vector(body, start, stop, 2)
        while place < last:
            _, place = vector(body, place, last, 2)
            place += 4
            if place > last:
                raise MessageError
        place, last = vector(body, last, stop, 2)
        while place < last:
            _, place = vector(body, place, last, 1)

    def timestamps(self, body: bytes, start: int, stop: int) -> None:
        """RFC 6962, section 3.3: signed certificate timestamps."""
        place, last = vector(body, start, stop, 2)
        while place < last:
            first, place = vector(body, place, last, 2)
            _, first = vector(body, first + 41, place, 2)
            vector(body, first + 2, place, 2)

    def octets(self, body: bytes, start: int, stop: int) -> None:
        """A list that opens with its length in one octet."""
        vector(body, start, stop, 1)

    def groups(self, body: bytes, start: int, stop: int) -> None:
        """A list of pairs that opens with its length in two octets; an odd length is rounded down."""
        if start + 2 + (u16(body, start, stop) & ~1) > stop:
            raise MessageError

    def signatures(self, body: bytes, start: int, stop: int) -> None:
        """A list of pairs that opens with its length in two octets."""
        first, last = vector(body, start, stop, 2)
        _even(first, last)


def _even(first: int, last: int) -> None:
    if (last - first) % 2:
        raise MessageError


_READERS: dict[int, Callable[[Extensions, bytes, int, int], None]] = {
    0: Extensions.server_names,
    10: Extensions.groups,
    11: Extensions.octets,
    13: Extensions.signatures,
    16: Extensions.protocols,
    18: Extensions.timestamps,
    40: Extensions.key_share,
    41: Extensions.pre_shared_key,
    43: Extensions.versions,
    45: Extensions.octets,
    51: Extensions.key_share,
    54: Extensions.octets,
}
