"""Kerberos over UDP, over TCP, and in the tokens of other protocols.

Source: Zeek, src/analyzer/protocol/krb/{KRB,KRB_TCP}.cc, krb-{protocol,analyzer}.pac.
"""

import re
from typing import Final

from parsers.pieces import holds
from parsers.protocols.analyzer import Context, Data
from parsers.protocols.binpac import BinpacError
from parsers.protocols.datagrams import DatagramAnalyzer
from parsers.protocols.framed import Framed, Frames
from parsers.protocols.grammar import int32
from parsers.protocols.krb import messages
from parsers.protocols.krb.messages import Error, Reply, Request
from parsers.protocols.krb.padata import Certificate
from parsers.protocols.krb.session import Session

_SIZE_BYTES: Final = 4
# The first bytes of messages of the version of today: a tag, lengths, the version, the kind. No length may be a 10.
FIRST_TAGS: Final = b"jlkm~"
_FIRST_BYTES: Final = re.compile(
    rb"[\x6a\x6c].{1,4}\x30.{1,4}\xa1\x03\x02\x01\x05\xa2\x03\x02\x01"
    rb"|[\x6b\x6d\x7e].{1,4}\x30.{1,4}\xa0\x03\x02\x01\x05\xa1\x03\x02\x01"
)


class _Messages:
    """The messages that one analyser reads, and the session that they are told to."""

    def __init__(self, name: str, context: Context) -> None:
        self._name = name
        self._context = context
        self._now = 0

    @property
    def _session(self) -> Session:
        return Session.of(self._context)

    def read(self, data: bytes, ts: int) -> None:
        """One message that came at `ts`; one that does not fit raises a BinpacError."""
        self._now = ts
        messages.read(data, self)

    def recognised(self) -> None:
        self._context.confirm(self._name, self._now)

    def proven(self) -> None:
        self._session.see(self._now)

    def asked(self, request: Request) -> None:
        if request.has_bad_address:
            self._context.weird("invalid_kerberos_addr_len", self._now)
        self._show(request.certificates)
        self._session.ask(request, self._now)

    def answered(self, reply: Reply) -> None:
        self._show(reply.certificates)
        self._session.answer(reply, self._now)

    def refused(self, error: Error) -> None:
        self._session.refuse(error, self._now)

    def _show(self, certificates: list[Certificate]) -> None:
        for certificate in certificates:
            self._session.show(certificate.data, self._now, is_orig=certificate.is_orig)


class Krb(DatagramAnalyzer):
    """Messages that come whole: as datagrams, or as tokens of another protocol."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._messages = _Messages("krb", context)

    def deliver(self, data: Data) -> None:
        ts = data.times[-1]
        try:
            self._messages.read(data.data, ts)
        except BinpacError as error:
            self._context.reject("krb", ts, str(error))


class KrbTcp(Framed):
    """Messages with their sizes before them."""

    name = "krb_tcp"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._messages = _Messages(self.name, context)

    def read(self, is_orig: bool) -> Frames:  # noqa: ARG002
        size = int.from_bytes((yield _SIZE_BYTES), "big")
        # With the bytes of the size itself: Zeek takes a frame that is too long for a number with sign as an empty one.
        length = int32(size + _SIZE_BYTES)
        self._messages.read((yield max(length - _SIZE_BYTES, 0)), self.now)


def recognise_datagram(orig: bytes, resp: bytes) -> bool:
    """Whether a datagram is a message."""
    return _is_message(orig or resp, 0)


def recognise_stream(orig: bytes, resp: bytes) -> bool:
    """Whether one side begins with a size and a message."""
    return _is_message(orig, _SIZE_BYTES) or _is_message(resp, _SIZE_BYTES)


def _is_message(first: bytes, place: int) -> bool:
    return (
        len(first) > place
        and first[place] in FIRST_TAGS
        and not holds(first[:place], b"\n")
        and _FIRST_BYTES.match(first, place) is not None
    )
