"""Client and server hello, and their extensions.

A message that ends before it should is `MessageError`, as in Zeek: what its extensions said before that holds.
Source: RFC 8446, section 4.1 and 4.2; Zeek, src/analyzer/protocol/ssl/tls-handshake-protocol.pac.
"""

from collections.abc import Callable
from dataclasses import dataclass

from parsers.protocols.ssl.names import DTLS10, DTLS12, TLS13
from parsers.protocols.ssl.session import PRE_SHARED_KEY, SESSION_TICKET, Session

CLIENT_HELLO, SERVER_HELLO = 1, 2
_RESUMING = frozenset({SESSION_TICKET, PRE_SHARED_KEY})


class MessageError(Exception):
    """The bytes are not what they should be; never leaves the package."""


@dataclass(slots=True)
class Hello:
    """What a hello says outside its extensions; the session id is padded to 32 octets, as Zeek's."""

    version: int
    random: bytes
    session_id: bytes
    cipher: int
    extensions: int


def u16(data: bytes, place: int, end: int) -> int:
    """Two octets as a number."""
    if place + 2 > end:
        raise MessageError
    return data[place] << 8 | data[place + 1]


def u24(data: bytes, place: int, end: int) -> int:
    """Three octets as a number."""
    if place + 3 > end:
        raise MessageError
    return data[place] << 16 | data[place + 1] << 8 | data[place + 2]


def vector(data: bytes, place: int, end: int, octets: int) -> tuple[int, int]:
    """Where the contents begin and end of what opens with its length in so many octets."""
    start = place + octets
    stop = start + int.from_bytes(data[place:start], "big")
    if start > end or stop > end:
        raise MessageError
    return start, stop


def _session_id(octets: bytes) -> bytes:
    return octets.ljust(32, b"\x00") if len(octets) <= 32 else bytes(32)


def client_hello(body: bytes) -> Hello:
    """A client hello up to its extensions."""
    end = len(body)
    version = u16(body, 0, end)
    start, place = vector(body, 34, end, 1)
    session_id = body[start:place]
    if version in (DTLS10, DTLS12):
        _, place = vector(body, place, end, 1)
    ciphers = u16(body, place, end)
    # An odd length is rounded down.
    place += 2 + (ciphers & ~1)
    _, place = vector(body, place, end, 1)
    return Hello(version, body[6:34], _session_id(session_id), 0, _extensions(body, place))


def server_hello(body: bytes) -> Hello:
    """A server hello up to its extensions; TLS 1.3's drafts once left out the session id and the compression."""
    end = len(body)
    version = u16(body, 0, end)
    if version == TLS13 or version >> 8 == 0x7F:
        cipher = u16(body, 34, end)
        return Hello(version, body[2:34], bytes(32), cipher, _extensions(body, 36))
    start, place = vector(body, 34, end, 1)
    cipher = u16(body, place, end)
    if place + 3 > end:
        raise MessageError
    return Hello(version, body[2:34], _session_id(body[start:place]), cipher, _extensions(body, place + 3))


def _extensions(body: bytes, place: int) -> int:
    """Where the first extension begins; their length is not believed."""
    if place == len(body):
        return place
    u16(body, place, len(body))
    return place + 2


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
                raise MessageError
            kind = body[place] << 8 | body[place + 1]
            stop = start + (body[place + 2] << 8 | body[place + 3])
            if stop > end:
                raise MessageError
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
                break
            first, place = vector(body, place + 1, stop, 2)
            found.append(body[first:place])
        self.session.begin()
        if self.is_client and found:
            self.session.server_name = found[0]

    def protocols(self, body: bytes, start: int, stop: int) -> None:
        """RFC 7301, section 3.1."""
        found = []
        place, stop = vector(body, start, stop, 2)
        while place < stop:
            first, place = vector(body, place, stop, 1)
            found.append(body[first:place])
        self.session.begin()
        if not self.is_client and found:
            self.session.next_protocol = found[0]

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
