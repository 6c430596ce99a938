"""DCE-RPC on a connection of its own or in a pipe: units in a stream, put together from fragments.

Source: Zeek, src/analyzer/protocol/dce-rpc/{DCE_RPC.cc,dce_rpc-analyzer.pac,dce_rpc-auth.pac,dce_rpc-protocol.pac}.
"""

from typing import ClassVar, Final

from parsers.limits import DCE_RPC_FRAGMENT_BYTES, DCE_RPC_FRAGMENTED
from parsers.protocols import framed, grammar
from parsers.protocols.analyzer import Analyzer, Context, Data
from parsers.protocols.dce_rpc import calls, pdu

# What authenticates a unit (MS-RPCE 2.2.1.1.7), where Zeek looks into it or says that it does not.
_GSSAPI, _NTLM, _KERBEROS = 0x09, 0x0A, 0x10
_LOOKED_INTO: Final = {_GSSAPI: "gssapi", _NTLM: "ntlm"}
_WEIRD: Final = {0x0E: "tls_dce_rpc_auth_type", 0x44: "netlogon_dce_rpc_auth_type"}


class DceRpcAnalyzer(framed.Framed):
    """Both directions; what does not fit is passed over, up to the end of its segment."""

    name: ClassVar[str] = "dce_rpc"
    follows_partial: ClassVar[bool] = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._calls = calls.of(context)
        self._number, self._calls.opening = self._calls.opening, 0
        self._fragments: dict[bool, dict[int, bytearray]] = {True: {}, False: {}}
        self._has_given_up = False
        self._operations: dict[int, int] = {}
        self._authentication: dict[str, Analyzer | None] = {}

    def violate(self, reason: str) -> None:
        """Zeek goes on with such a connection and says nothing (DPD::ignore_violations)."""

    def finish(self, ts: int) -> None:
        for inner in self._authentication.values():
            if inner is not None:
                inner.finish(ts)

    def read(self, is_orig: bool) -> framed.Frames:
        head = pdu.header((yield pdu.HEADER_BYTES))
        rest = (yield head.length - pdu.HEADER_BYTES) if head.length > pdu.HEADER_BYTES else b""
        unit = grammar.Reading(rest)
        fragment = unit.octets("DCE_RPC_PDU:frag", pdu.body_length(head))
        if head.auth_length:
            self._authenticate(*pdu.auth(head, unit))
        body = self._reassemble(head, fragment, is_orig)
        if body is not None:
            self._read_body(head, grammar.Reading(body))
        self.context.confirm(self.name, self.now)

    def _read_body(self, head: pdu.Header, body: grammar.Reading) -> None:
        number, told, ts = self._number, self._calls, self.now
        if head.kind == pdu.REQUEST:
            context_id, operation = pdu.call(head, body)
            told.request(number, ts)
            self._operations[context_id] = operation
        elif head.kind == pdu.RESPONSE:
            context_id = pdu.answer(head, body)
            told.respond(number, context_id, self._operations.get(context_id, 0), ts)
        elif head.kind in (pdu.BIND, pdu.ALTER_CONTEXT):
            for context_id, uuid in pdu.wanted_contexts(head, body):
                told.bind(number, context_id, uuid, ts)
        elif head.kind == pdu.BIND_ACK:
            told.accept(number, pdu.accepted_address(head, body), ts)
        elif head.kind == pdu.ALTER_CONTEXT_RESP:
            pdu.accepted_address(head, body)
            told.alter(number, ts)

    def _reassemble(self, head: pdu.Header, fragment: bytes, is_orig: bool) -> bytes | None:
        """The body that a unit completes, None where more is to come or its beginning was not seen."""
        if self._has_given_up:
            return None
        begun = self._fragments[is_orig]
        held = begun.get(head.call_id)
        if head.is_first:
            if held is not None:
                self._give_up("multiple_first_fragments_in_dce_rpc_reassembly")
                return None
            if head.is_last:
                return fragment
            begun[head.call_id] = held = bytearray(fragment)
            if len(begun) > DCE_RPC_FRAGMENTED:
                self._give_up("too_many_dce_rpc_msgs_in_reassembly")
        elif held is None:
            return None
        else:
            held += fragment
        if len(held) > DCE_RPC_FRAGMENT_BYTES:
            self._give_up("too_much_dce_rpc_fragment_data")
        return bytes(begun.pop(head.call_id)) if head.is_last else None

    def _give_up(self, name: str) -> None:
        self._has_given_up = True
        self.context.weird(name, self.now)
        self.stop()

    def _authenticate(self, kind: int, token: bytes) -> None:
        """Zeek takes each token for the originator's. Kerberos without GSSAPI it passes over."""
        if kind == _KERBEROS:
            return
        name = _LOOKED_INTO.get(kind)
        if name is None:
            self.context.weird(_WEIRD.get(kind, "unknown_dce_rpc_auth_type"), self.now, str(kind))
            return
        if name not in self._authentication:
            self._authentication[name] = self.context.hand_over(name)
        inner = self._authentication[name]
        if inner is not None:
            inner.deliver(Data(True, token, [len(token)], [self.now]))
