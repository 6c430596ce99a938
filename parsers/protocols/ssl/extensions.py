"""The extensions of a client's and a server's hello.

What they said holds although the message ends before it should, as in Zeek.
Source: RFC 8446, section 4.2; Zeek, src/analyzer/protocol/ssl/tls-handshake-protocol.pac.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from parsers.protocols.binpac import out_of_bound
from parsers.protocols.grammar import Reading
from parsers.protocols.ssl.hello import CLIENT_HELLO, SERVER_HELLO
from parsers.protocols.ssl.session import PRE_SHARED_KEY, SESSION_TICKET, Session
from parsers.protocols.ssl.wire import enclosed, sized

_RESUMING: Final = frozenset({SESSION_TICKET, PRE_SHARED_KEY})
# A server that asks for another hello names the group alone.
_GROUP_BYTES: Final = 2


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
                reader(self, Reading(body, start, stop))
            self.session.begin()
            if kind in _RESUMING:
                self.session.resumption(kind, stop - start, is_client=self.is_client)
            place = stop

    def server_names(self, body: Reading) -> None:
        """RFC 6066, section 3; names of another kind take all the rest."""
        found = []
        names = enclosed(body, "ServerNameExt", 2)
        while names.left:
            (kind,) = names.inner().numbers("ServerName:name_type", "B")
            names.place += 1
            if kind != 0:
                self.session.weird("ssl_ext_unknown_server_name_type", str(kind))
                break
            name = names.inner()
            found.append(sized(name, 2, "ServerNameHostName:length", "ServerNameHostName:host_name"))
            names.place = name.place
        self.session.server_names(found, is_client=self.is_client)

    def protocols(self, body: Reading) -> None:
        """RFC 7301, section 3.1."""
        found = []
        names = enclosed(body, "ApplicationLayerProtocolNegotiationExtension", 2)
        while names.left:
            name = names.inner()
            found.append(sized(name, 1, "ProtocolName:length", "ProtocolName:name"))
            names.place = name.place
        self.session.protocols(found, is_client=self.is_client)

    def versions(self, body: Reading) -> None:
        """RFC 8446, section 4.2.1: a client offers many, a server names the one that holds."""
        if self.is_client:
            offered = enclosed(body, "SupportedVersions", 1)
            while offered.left:
                offered.numbers("SupportedVersions:versions__elem", ">H")
            return
        (self.chosen,) = body.numbers("OneSupportedVersion", ">H")
        self.session.begin()
        self.session.version = self.chosen

    def key_share(self, body: Reading) -> None:
        """RFC 8446, section 4.2.8: what a server names, in full or when it asks for another hello, holds."""
        if self.kind == CLIENT_HELLO:
            shares = enclosed(body, "ClientHelloKeyShare", 2)
            groups = []
            while shares.left:
                groups.append(_key_share(shares))
        elif body.left == _GROUP_BYTES:
            groups = list(body.numbers("HelloRetryRequestKeyShare", ">H"))
        else:
            groups = [_key_share(body)]
        if not self.is_client and len(groups) == 1:
            self.session.begin()
            self.session.curve = groups[0]

    def pre_shared_key(self, body: Reading) -> None:
        """RFC 8446, section 4.2.11: identities with their age, then binders."""
        if self.kind == SERVER_HELLO:
            body.numbers("SelectedPreSharedKeyIdentity", ">H")
            return
        identities = enclosed(body, "PSKIdentitiesList", 2)
        while identities.left:
            one = identities.inner()
            sized(one, 2, "PSKIdentity:length", "PSKIdentity:identity")
            one.octets("PSKIdentity:obfuscated_ticket_age", 4)
            identities.place = one.place
        binders = enclosed(body, "PSKBindersList", 2)
        while binders.left:
            one = binders.inner()
            sized(one, 1, "PSKBinder:length", "PSKBinder:binder")
            binders.place = one.place

    def timestamps(self, body: Reading) -> None:
        """RFC 6962, section 3.3: signed certificate timestamps."""
        stamps = enclosed(body, "SignedCertificateTimestampList", 2)
        while stamps.left:
            stamp = stamps.inner()
            length, _ = stamp.numbers("SignedCertificateTimestamp:version", ">HB")
            stop = stamp.begin + 2 + length
            if stop > stamp.end:
                raise out_of_bound("SignedCertificateTimestamp", 2 + length, stamp.end - stamp.begin)
            stamps.place = stamp.end = stop
            stamp.octets("SignedCertificateTimestamp:logid", 32)
            for name, before in (("extensions", 8), ("digitally_signed_signature", 2)):
                field = f"SignedCertificateTimestamp:{name}"
                (size,) = stamp.numbers(f"{field}_length", f">{before}xH")
                stamp.octets(field, size)

    def modes(self, body: Reading) -> None:
        """RFC 8446, section 4.2.9: how a key that both sides know may be used."""
        enclosed(body, "PSKKeyExchangeModes", 1)

    def points(self, body: Reading) -> None:
        """RFC 8422, section 5.1.2: how points of elliptic curves may be written."""
        (count,) = body.numbers("EcPointFormats:length", "B")
        body.array("EcPointFormats:point_format_list", count, 1)

    def connection_id(self, body: Reading) -> None:
        """RFC 9146, section 3."""
        sized(body, 1, "ConnectionId:length", "ConnectionId:cid")

    def groups(self, body: Reading) -> None:
        """RFC 8422, section 5.1.1: pairs of octets behind their length; an odd one is rounded down."""
        (length,) = body.numbers("EllipticCurves:length", ">H")
        body.array("EllipticCurves:elliptic_curve_list", length // 2, 2)

    def signatures(self, body: Reading) -> None:
        """RFC 8446, section 4.2.3."""
        signature_algorithms(body)


def signature_algorithms(body: Reading) -> None:
    """The ways of signing that a message lists."""
    listed = enclosed(body, "SignatureAlgorithm", 2)
    while listed.left:
        listed.inner().octets("SignatureAndHashAlgorithm", 2)
        listed.place += 2


def _key_share(shares: Reading) -> int:
    """One share, its group."""
    share = shares.inner()
    group, length = share.numbers("KeyShareEntry:key_exchange_length", ">HH")
    share.octets("KeyShareEntry:key_exchange", length)
    shares.place = share.place
    return int(group)


_READERS: Final[dict[int, Callable[[Extensions, Reading], None]]] = {
    0: Extensions.server_names,
    10: Extensions.groups,
    11: Extensions.points,
    13: Extensions.signatures,
    16: Extensions.protocols,
    18: Extensions.timestamps,
    40: Extensions.key_share,
    41: Extensions.pre_shared_key,
    43: Extensions.versions,
    45: Extensions.modes,
    51: Extensions.key_share,
    54: Extensions.connection_id,
}
