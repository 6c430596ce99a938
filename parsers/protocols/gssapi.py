"""GSSAPI's negotiation, SPNEGO (RFC 4178): which mechanism two sides agree on, its tokens, whether it worked.

It comes in pieces that other protocols carry, each a message of its own: a delivery is one of them.
Source: Zeek, src/analyzer/protocol/gssapi/{GSSAPI.cc,gssapi-protocol.pac,gssapi-analyzer.pac}.
"""

from typing import Final

from parsers.protocols import asn1, ntlm
from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap, Protocol
from parsers.protocols.binpac import BinpacError, invalid_case
from parsers.protocols.grammar import Reading

_INIT: Final = 0x60
# What protects messages after the negotiation; its first two bytes are no tag and length.
_MIC: Final = 0x04, 0x04
_WRAP: Final = 0x05, 0x04
_MECHANISM_TOKEN: Final = 2
_STATE: Final = 0
_INDEXES: Final = 4
# The first bytes of a mechanism's token: Kerberos with its identifier before it, and without (RFC 4120, 5.10).
_KERBEROS_NAMED: Final = 0x60
_KERBEROS: Final = (0x6E, 0x6F)


class GssapiAnalyzer:
    """The pieces of one negotiation after the other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._inner: dict[str, Analyzer | None] = {}
        self._confirmed = False

    def deliver(self, data: Data) -> None:
        ts = data.times[-1]
        try:
            self._read(Reading(data.data), ts)
        except BinpacError as error:
            self._context.reject("gssapi", ts, str(error))
            return
        if not self._confirmed:
            self._confirmed = True
            self._context.confirm("gssapi", ts)

    def gap(self, gap: Gap) -> None:
        """Pieces come whole or not at all."""

    def end(self, end: End) -> None:
        """The pieces have no end of their own."""

    def finish(self, ts: int) -> None:
        for inner in self._inner.values():
            if inner is not None:
                inner.finish(ts)

    def _read(self, token: Reading, ts: int) -> None:
        first = token.place
        tag, _ = asn1.head(token)
        if (tag, token.data[first + 1]) in (_MIC, _WRAP):
            return
        is_init = tag == _INIT
        if is_init:
            asn1.content(token)
            asn1.head(token)
        asn1.head(token)
        read = self._read_init if is_init else self._read_response
        while token.left > 0:
            part = token.inner()
            tag, length = asn1.head(part)
            start = part.place
            part.octets(f"GSSAPI_NEG_TOKEN_{'INIT' if is_init else 'RESP'}_Arg:args", length)
            read((tag - asn1.INDEX_TAG) & 0xFF, Reading(token.data, start, part.place), ts)
            token.place = part.place

    def _read_init(self, index: int, value: Reading, ts: int) -> None:
        if index == _MECHANISM_TOKEN:
            self._read_mechanism(value, True, ts)
        elif index < _INDEXES:
            asn1.content(value)
        else:
            raise invalid_case("GSSAPI_NEG_TOKEN_INIT_Arg_Data", index)

    def _read_response(self, index: int, value: Reading, ts: int) -> None:
        if index == _MECHANISM_TOKEN:
            self._read_mechanism(value, False, ts)
        elif index < _INDEXES:
            inside = asn1.content(value)
            if index == _STATE:
                ntlm.conclude(self._context, asn1.number(inside), ts)
        else:
            raise invalid_case("GSSAPI_NEG_TOKEN_RESP_Arg", index)

    def _read_mechanism(self, value: Reading, is_orig: bool, ts: int) -> None:
        """A token of the mechanism: whoever sent the piece, what asks is taken to be the originator's."""
        _, length = asn1.head(value)
        token = value.octets("GSSAPI_NEG_TOKEN_MECH_TOKEN:token", length)
        if token.startswith(ntlm.SIGNATURE):
            self._pass_on("ntlm", token, is_orig, ts)
        elif token[:1] and token[0] == _KERBEROS_NAMED:
            named = Reading(token)
            asn1.head(named)
            asn1.content(named)
            named.numbers("KRB_OID_BLOB:token_id", "<H")
            self._pass_on("krb", named.rest(), is_orig, ts)
        elif token[:1] and token[0] in _KERBEROS:
            self._pass_on("krb", token, is_orig, ts)

    def _pass_on(self, name: str, token: bytes, is_orig: bool, ts: int) -> None:
        if name not in self._inner:
            self._inner[name] = self._context.hand_over(name)
        inner = self._inner[name]
        if inner is not None:
            inner.deliver(Data(is_orig, token, [len(token)], [ts]))


GSSAPI = Protocol("gssapi", (), GssapiAnalyzer, stays=True)
