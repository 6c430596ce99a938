"""Remote Desktop's opening (MS-RDPBCGR 1.3.1.1; RFC 1006, X.224, T.125, T.124) until the session is encrypted.

Source: Zeek, src/analyzer/protocol/rdp/{RDP.cc,rdp-protocol.pac,rdp-analyzer.pac}.
"""

import re
from typing import Final

from parsers import escape
from parsers.files import x509
from parsers.files.handle import endpoints, seconds
from parsers.limits import RDP_CERTIFICATES, RDP_CHANNELS, RDP_DATA_BYTES, RDP_USUAL_CHANNELS
from parsers.protocols import asn1, utf16
from parsers.protocols.analyzer import Context
from parsers.protocols.binpac import invalid_case, mismatch, not_enforced, out_of_bound
from parsers.protocols.framed import Framed, Frames
from parsers.protocols.grammar import Reading
from parsers.protocols.rdp.session import PROPRIETARY, X509, Session

_TPKT_BYTES: Final = 4
_CONNECT_CONFIRM, _CONNECT_REQUEST, _DATA = 0xD0, 0xE0, 0xF0
_CONNECT_INITIAL, _CONNECT_RESPONSE = 0x65, 0x66
_COOKIE: Final = b"Cookie: mstshash="
_COOKIE_LINE: Final = re.compile(rb"[^\r]*")
_RESPONSE, _FAILURE = 2, 3
_NEGOTIATION_BYTES: Final = 8
# Blocks of data, and those of which only the length matters.
_CLIENT_CORE, _CLIENT_NETWORK, _SERVER_CORE, _SERVER_SECURITY = 0xC001, 0xC003, 0x0C01, 0x0C02
_UNREAD = {0xC002: ("Client_Security_Data", 8), 0xC004: ("Client_Cluster_Data", 8), 0x0C03: ("Server_Network_Data", 4)}
_WANTS_ALL_COLOURS: Final = 0x02
_TRAILING_ZEROS: Final = re.compile(rb"\0+\Z")
_TEMPORARY: Final = 1 << 31


class RdpAnalyzer(Framed):
    """One connection: what is said before its encryption begins; TLS, where that is chosen, takes over."""

    name = "rdp"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._session = Session(context)

    def violate(self, reason: str) -> None:
        self._session.write()
        super().violate(reason)

    def finish(self, ts: int) -> None:
        self._session.write()
        super().finish(ts)

    def read(self, is_orig: bool) -> Frames:  # noqa: ARG002
        header = yield _TPKT_BYTES
        content = yield max(int.from_bytes(header[2:], "big") - _TPKT_BYTES, 0)
        message = Reading(content)
        length, kind = message.numbers("COTP:pdu", "BB")
        body = message.inner()
        if kind == _CONNECT_CONFIRM:
            self._read_confirmation(body, length)
        elif kind == _CONNECT_REQUEST:
            self._read_request(body, length)
        elif kind == _DATA:
            _, kind = body.numbers("DT_Data:application_type", "<HB")
            if kind == _CONNECT_INITIAL:
                self._read_client(body.inner())
            elif kind == _CONNECT_RESPONSE:
                self._read_server(body.inner())

    def _confirm(self) -> None:
        self.context.confirm(self.name, self.now)
        self._session.note(self.now)

    def _begin_encryption(self, protocol: int) -> None:
        self._session.begin_encryption(self.now, protocol)
        if protocol:
            self.hand_over("ssl")
        else:
            self.stop()

    def _read_request(self, body: Reading, length: int) -> None:
        body.numbers("Connect_Request:flow_control", "<HHB")
        cookie = b""
        if body.data.startswith(_COOKIE, body.place):
            line = _COOKIE_LINE.match(body.data, body.place + len(_COOKIE), body.end)
            assert line is not None
            cookie = line[0]
            body.place = line.end()
            if not body.data.startswith(b"\r\n", body.place):
                raise mismatch("rdp-protocol.pac:85", "\\x0d\\x0a", body.data[body.place :])
            body.place += 2
        # The length counts from the kind on, which is not part of the body.
        if body.offset + 1 != length:
            request = body.inner()
            _, wanted, _ = request.numbers("RDP_Negotiation_Request", "<HHI")
            if wanted != _NEGOTIATION_BYTES:
                raise not_enforced("RDP_Negotiation_Request:length")
        self._session.note(self.now, cookie=escape.text(cookie))

    def _read_confirmation(self, body: Reading, length: int) -> None:
        body.numbers("Connect_Confirm:flags", "<HHB")
        if body.offset + 1 == length:
            return
        kind, _, size, code = body.inner().numbers("Connect_Confirm_Record", "<BBHI")
        if kind == _RESPONSE:
            if size != _NEGOTIATION_BYTES:
                raise not_enforced("RDP_Negotiation_Response:length")
            if code:
                self._begin_encryption(code)
            self._session.choose(self.now, code)
        elif kind == _FAILURE:
            self._session.refuse(self.now, code)
        else:
            raise invalid_case("Connect_Confirm_Record", kind)

    def _read_client(self, body: Reading) -> None:
        for _ in range(4):
            asn1.content(body)
        for padding in ("targ", "min", "max"):
            _, length = asn1.head(body)
            body.octets(f"Client_Header:{padding}_parameters_pad", length)
        body.numbers("Client_Header:user_data_length", "<I")
        _pass_key(body, "GCC_Client_Connection_Data", 2)
        _pass_conference(body, "GCC_Client_Create_Request", 8, b"Duca", 196)
        self._read_blocks(body)

    def _read_server(self, body: Reading) -> None:
        body.octets("Server_Header:type_length", 3)
        for _ in range(2):
            asn1.content(body)
        _, length = asn1.head(body)
        body.octets("Server_Header:domain_parameters", length)
        body.numbers("Server_Header:user_data_length", "<I")
        _pass_key(body, "GCC_Server_Connection_Data", 1)
        result = _pass_conference(body, "GCC_Server_Create_Response", 9, b"McDn", 310)[5]
        self._confirm()
        self._session.accept(self.now, result)
        self._read_blocks(body)

    def _read_blocks(self, body: Reading) -> None:
        """Read blocks of data to the end."""
        while body.left:
            block = body.inner()
            kind, length = block.numbers("Data_Block:header", "<HH")
            start = block.place
            block.octets("Data_Block:block", length - 4)
            self._read_block(kind, Reading(block.data, start, block.place))
            body.place = block.place

    def _read_block(self, kind: int, block: Reading) -> None:
        if kind in _UNREAD:
            block.octets(*_UNREAD[kind])
        elif kind == _CLIENT_CORE:
            self._read_client_core(block)
        elif kind == _CLIENT_NETWORK:
            self._read_client_network(block)
        elif kind == _SERVER_CORE:
            _pass_server_core(block)
        elif kind == _SERVER_SECURITY:
            self._read_server_security(block)

    def _read_client_core(self, block: Reading) -> None:
        _, width, height, _, layout, build = block.numbers("Client_Core_Data:client_build", "<IHHIII")
        client = block.octets("Client_Core_Data:client_name", 32)
        block.numbers("Client_Core_Data:keyboard_function_key", "<III")
        block.octets("Client_Core_Data:ime_file_name", 64)
        _, depth, _, flags = block.numbers("Client_Core_Data:early_capability_flags", "<8sHHH")
        product = block.octets("Client_Core_Data:dig_product_id", 64)
        self._confirm()
        self._session.describe_client(
            self.now,
            layout,
            build,
            None if flags & _WANTS_ALL_COLOURS else depth,
            client_name=self._text(client),
            client_dig_product_id=self._text(product),
            desktop_width=width,
            desktop_height=height,
        )

    def _read_client_network(self, block: Reading) -> None:
        (count,) = block.numbers("Client_Network_Data:channel_count", "<I")
        if count > RDP_CHANNELS:
            raise not_enforced("Client_Network_Data:channel_count")
        if count > block.left:
            raise out_of_bound("Client_Network_Data:channel_def_array", count, block.left)
        channels = []
        for _ in range(count):
            channel = block.inner()
            channels.append(escape.text(_TRAILING_ZEROS.sub(b"", channel.octets("Client_Channel_Def:name", 8))))
            channel.octets("Client_Channel_Def:options", 4)
            block.place = channel.place
        if channels:
            self._session.open_channels(self.now, channels)
        if count > RDP_USUAL_CHANNELS:
            self.context.weird("RDP_channels_requested_exceeds_max", self.now, str(count), "")

    def _read_server_security(self, block: Reading) -> None:
        method, level, random, certificate = block.numbers("Server_Security_Data:server_cert_length", "<IIII")
        if random != 32 and (level or method or random):
            raise not_enforced("Server_Security_Data:server_random_length")
        block.octets("Server_Security_Data:server_random", random)
        start = block.place
        block.octets("Server_Security_Data:server_certificate", certificate)
        self._read_certificate(Reading(block.data, start, block.place))
        if method and level:
            self._begin_encryption(0)
        self._confirm()
        self._session.secure(self.now, method, level)

    def _read_certificate(self, body: Reading) -> None:
        (version,) = body.numbers("Server_Certificate:version", "<I")
        kind = version & ~_TEMPORARY
        if kind == PROPRIETARY:
            _pass_proprietary(body.inner())
        elif kind == X509:
            self._read_chain(body.inner())
        else:
            raise invalid_case("Server_Certificate", kind)
        self._session.certify(self.now, kind, is_permanent=not version & _TEMPORARY)

    def _read_chain(self, body: Reading) -> None:
        """Certificates, a row of x509.log each."""
        (count,) = body.numbers("X509:num_of_certs", "<I")
        if count > RDP_CERTIFICATES:
            raise not_enforced("X509:num_of_certs")
        if count > body.left:
            raise out_of_bound("X509:certs", count, body.left)
        for _ in range(count):
            part = body.inner()
            (length,) = part.numbers("X509_Cert_Data:cert_len", "<I")
            if length > RDP_DATA_BYTES:
                raise not_enforced("X509_Cert_Data:cert_len")
            data = part.octets("X509_Cert_Data:cert", length)
            body.place = part.place
            if data:
                self._session.count_certificate()
                x509.show(self.context.rows, data, self.now, self._handle(), host=True, client=False)

    def _handle(self) -> str:
        """Of the files that the certificates are."""
        connection = self.context.connection
        ends = endpoints(connection.orig_h, connection.orig_p, connection.resp_h, connection.resp_p)
        return f"Analyzer::ANALYZER_RDP{seconds(connection.start)}{ends}"

    def _text(self, raw: bytes) -> str:
        found = utf16.to_utf8(raw)
        if found is None:
            self.context.weird("utf16_conversion_failed", self.now, "utf16 conversion failed in utf16_to_utf8_val", "")
            found = raw
        return escape.text(found)


def _pass_key(body: Reading, where: str, octets: int) -> None:
    """Pass over which standard the conference follows."""
    part = body.inner()
    (length,) = part.numbers(f"{where}:key_object_length", ">H")
    part.array(f"{where}:key_object", length, 1)
    part.octets(f"{where}:connect_data_connect_pdu", octets)
    body.place = part.place


def _pass_conference(body: Reading, where: str, octets: int, key: bytes, line: int) -> bytes:
    """The fixed part of what is said of the conference, which the key ends."""
    part = body.inner()
    fixed = part.octets(f"{where}:h221_nonstandard_length", octets)
    if not part.data.startswith(key, part.place, part.end):
        raise mismatch(f"rdp-protocol.pac:{line}", key.decode(), part.data[part.place : part.end])
    part.place += len(key)
    part.octets(f"{where}:user_data_value_length", 2)
    body.place = part.place
    return fixed


def _pass_server_core(block: Reading) -> None:
    """Pass over the version of the server."""
    block.numbers("Server_Core_Data:version_minor", "<HH")
    if block.end - block.begin != 4:
        block.numbers("Server_Core_Data:client_requested_protocols", "<I")


def _pass_proprietary(body: Reading) -> None:
    """Pass over a certificate of Microsoft's own kind."""
    *_, length = body.numbers("Server_Proprietary_Cert:public_key_blob_length", "<IIHH")
    start = body.place
    body.octets("Server_Proprietary_Cert:public_key_blob", length)
    key = Reading(body.data, start, body.place)
    key.octets("Public_Key_Blob:magic", 4)
    (size, *_) = key.numbers("Public_Key_Blob:public_exponent", "<III")
    if size > RDP_DATA_BYTES:
        raise not_enforced("Public_Key_Blob:key_length")
    key.octets("Public_Key_Blob:modulus", size)
    *_, length = body.numbers("Server_Proprietary_Cert:signature_blob_length", "<HH")
    body.octets("Server_Proprietary_Cert:signature_blob", length)
