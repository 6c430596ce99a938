"""MySQL's packets (MySQL, "Client/Server Protocol"): the login, commands, and how the server answers each.

Source: Zeek, src/analyzer/protocol/mysql/mysql-{protocol,analyzer}.pac.
"""

from enum import Enum, auto
from typing import Final

from parsers.protocols.analyzer import Context
from parsers.protocols.binpac import invalid_case, not_enforced, out_of_bound
from parsers.protocols.framed import Framed, Frames
from parsers.protocols.grammar import Reading, int32
from parsers.protocols.mysql.commands import CHANGE_USER, QUERY, Commands
from parsers.protocols.mysql.encoding import (
    number,
    pass_attributes,
    pass_text,
    pass_texts,
    rest_of_number,
    text_to_zero,
)

_HEADER_BYTES: Final = 4
# The versions of the protocol: all of today's servers and clients speak the tenth.
_OLD, _NEW = 9, 10
# What the two sides say that they can do.
_WITH_DB, _SSL, _PLUGIN_AUTH, _CONNECT_ATTRS = 0x8, 0x800, 0x80000, 0x100000
_DEPRECATE_EOF, _ZSTD, _QUERY_ATTRIBUTES = 0x1000000, 0x4000000, 0x8000000
# How the server's answers begin.
_OK, _MORE, _END, _ERROR = 0x00, 0x01, 0xFE, 0xFF
# What begins like an end of rows is one only when it is no longer than this, with its header.
_END_BYTES: Final = 13


class Expected(Enum):
    """What the server sends next, after a command."""

    ANYTHING = auto()
    STATUS = auto()
    COLUMN_COUNT = auto()
    COLUMN = auto()
    COLUMN_OR_END = auto()
    END_OF_COLUMNS = auto()
    ROW = auto()


_AFTER: Final = dict.fromkeys((0, 1, 2, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 29, 31), Expected.STATUS) | {
    3: Expected.COLUMN_COUNT,
    4: Expected.COLUMN_OR_END,
    10: Expected.COLUMN_COUNT,
}


class MysqlAnalyzer(Framed):
    """One connection's login and commands; where the client asks for it, TLS takes over."""

    name = "mysql"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._commands = Commands(context)
        self._is_logged_in = False
        self._version = 0
        # The client has said who it is; what it sends until the server agrees is part of that.
        self._has_introduced = False
        self._sequence = 0
        self._expected = Expected.STATUS
        self._capabilities = 0
        self._server_has_attributes = False
        self._columns = self._columns_left = 0

    def finish(self, ts: int) -> None:
        self._commands.finish()
        super().finish(ts)

    def read(self, is_orig: bool) -> Frames:
        header = yield _HEADER_BYTES
        length = int.from_bytes(header[:3], "little")
        packet = Reading((yield length))
        if not is_orig:
            self._read_server(packet, header[3], length + _HEADER_BYTES)
        elif self._is_logged_in:
            self._read_command(packet)
        elif not self._has_introduced:
            self._read_introduction(packet)

    def _read_server(self, packet: Reading, sequence: int, length: int) -> None:
        if self._is_logged_in:
            self._read_answer(packet, length)
        elif sequence == 0 and self._sequence != 0xFF:
            self._read_greeting(packet)
        else:
            self._read_verdict(packet)
        self._sequence = sequence

    def _read_greeting(self, packet: Reading) -> None:
        (version,) = packet.numbers("Initial_Handshake_Packet:version", "<B")
        if version == _NEW:
            greeting = packet.inner()
            text_to_zero(greeting, 339)
            greeting.numbers("Handshake_v10:connection_id", "<I")
            greeting.octets("Handshake_v10:auth_plugin_data_part_1", 8)
            _, capabilities, length, _ = greeting.numbers("Handshake_v10:reserved", "<6sHB10s")
            if 0 < length < 21:
                raise not_enforced("Handshake_v10:auth_plugin_data_len")
            greeting.octets("Handshake_v10:auth_plugin_data_part_2", length - 8 if length > 21 else 13)
            if capabilities << 16 & _PLUGIN_AUTH:
                text_to_zero(greeting, 351)
            self._server_has_attributes = bool(capabilities << 16 & _QUERY_ATTRIBUTES)
        elif version == _OLD:
            greeting = packet.inner()
            text_to_zero(greeting, 366)
            greeting.numbers("Handshake_v9:connection_id", "<I")
            text_to_zero(greeting, 368)
        else:
            self._read_error(packet)
        self._version = version

    def _read_introduction(self, packet: Reading) -> None:
        """The client's answer to the greeting: it says who it is, or that it wants to do so over TLS."""
        username = None
        if self._version == _NEW:
            username = self._read_client(packet)
        elif self._version == _OLD:
            (capabilities, _) = packet.numbers("Handshake_Response_Packet_v9:max_pkt_size", "<H3s")
            username = text_to_zero(packet, 451)
            text_to_zero(packet, 452)
            if capabilities & _WITH_DB:
                text_to_zero(packet, 454)
        else:
            raise invalid_case("Handshake_Response_Packet", self._version)
        self.context.confirm(self.name, self.now)
        if username is None:
            self.hand_over("ssl")
        else:
            self._commands.log_in(self.now, username)

    def _read_client(self, packet: Reading) -> bytes | None:
        """What a client of today says: the user's name, None where TLS comes first."""
        capabilities, _ = packet.numbers("Handshake_Response_Packet_v10:pad", "<I28s")
        username = None
        if not capabilities & _SSL:
            username = text_to_zero(packet, 394)
            pass_texts(packet)
            if capabilities & _WITH_DB:
                text_to_zero(packet, 411)
            if capabilities & _PLUGIN_AUTH and b"\0" in packet.data[packet.place :]:
                text_to_zero(packet, 415)
            if capabilities & _CONNECT_ATTRS:
                _pass_connection_attributes(packet)
            if capabilities & _ZSTD:
                packet.numbers("Handshake_Plain_v10:zstd_compression_level", "<B")
            self._has_introduced = bool(capabilities & _PLUGIN_AUTH)
        self._capabilities = capabilities
        return username

    def _read_verdict(self, packet: Reading) -> None:
        """What the server says of the login."""
        (kind,) = packet.numbers("Server_Connection_Phase_Packets:pkt_type", "<B")
        if kind == _OK:
            self._read_ok(packet)
        elif kind == _END:
            # The server wants another way of proving who one is.
            text_to_zero(packet, 677)
            self._has_introduced = True
            self._expected = Expected.STATUS
        elif kind == _ERROR:
            self._read_error(packet)
        elif kind != _MORE:
            raise invalid_case("Server_Connection_Phase_Packets", kind)

    def _read_command(self, packet: Reading) -> None:
        (command,) = packet.numbers("Command_Request_Packet:command", "<B")
        if command == QUERY and self._capabilities & _QUERY_ATTRIBUTES and self._server_has_attributes:
            pass_attributes(packet)
        argument = self._read_new_user(packet) if command == CHANGE_USER else packet.rest()
        if command == CHANGE_USER:
            self._is_logged_in = False
        else:
            self._expected = _AFTER.get(command, Expected.ANYTHING)
        self._commands.begin(self.now, command, argument)

    def _read_new_user(self, packet: Reading) -> bytes:
        """The name of the user that the connection is another's from now on."""
        change = packet.inner()
        username = text_to_zero(change, 539)
        (length,) = change.numbers("Change_User_Packet:auth_plugin_data_len", "<B")
        change.octets("Change_User_Packet:auth_plugin_data", length)
        text_to_zero(change, 542)
        change.numbers("Change_User_Packet:charset", "<H")
        if self._capabilities & _PLUGIN_AUTH:
            text_to_zero(change, 546)
        if self._capabilities & _CONNECT_ATTRS:
            _pass_connection_attributes(change)
        return username

    def _read_answer(self, packet: Reading, length: int) -> None:
        expected = self._expected
        if expected is Expected.STATUS:
            self._read_status(packet)
        elif expected is Expected.COLUMN_COUNT:
            self._read_column_count(packet)
        elif expected is Expected.COLUMN:
            (first,) = packet.numbers("ColumnDefinition:dummy", "<B")
            _pass_column(packet, first)
            self._columns_left = (self._columns_left - 1) % (1 << 32)
            self._expected = Expected.COLUMN if self._columns_left else Expected.END_OF_COLUMNS
        elif expected is Expected.COLUMN_OR_END:
            (first,) = packet.numbers("ColumnDefinitionOrEOF:marker", "<B")
            if first == _END:
                self._read_end(packet, length)
            else:
                _pass_column(packet, first)
        elif expected is Expected.END_OF_COLUMNS and not self._capabilities & _DEPRECATE_EOF:
            packet.octets("EOF_Packet_With_Marker", 5)
            self._expected = Expected.ROW
        elif expected in {Expected.END_OF_COLUMNS, Expected.ROW}:
            self._read_row(packet, length)

    def _read_status(self, packet: Reading) -> None:
        (kind,) = packet.numbers("Command_Response_Status:pkt_type", "<B")
        if kind == _OK:
            self._read_ok(packet)
        elif kind == _END:
            self._read_legacy_end(packet)
        elif kind == _ERROR:
            self._read_error(packet)

    def _read_column_count(self, packet: Reading) -> None:
        (first,) = packet.numbers("ColumnCountMeta:byte", "<B")
        if first == _OK:
            self._read_ok(packet)
        elif first == _ERROR:
            self._read_error(packet)
        else:
            self._columns = self._columns_left = rest_of_number(packet, first) % (1 << 32)
            self._expected = Expected.COLUMN

    def _read_row(self, packet: Reading, length: int) -> None:
        (first,) = packet.numbers("Resultset:marker", "<B")
        if first == _END:
            self._read_end(packet, length)
            self._expected = Expected.ANYTHING
            return
        row = packet.inner()
        pass_text(row, first)
        others = int32(self._columns - 1)
        if others < 0 or others > row.left:
            raise out_of_bound("ResultsetRow:fields", others, row.end - (row.begin if others < 0 else row.place))
        pass_texts(row, others)
        self._expected = Expected.ROW

    def _read_end(self, packet: Reading, length: int) -> None:
        """The end of rows, in the old way or the new."""
        if self._capabilities & _DEPRECATE_EOF or length > _END_BYTES:
            self._read_ok(packet)
        else:
            self._read_legacy_end(packet)

    def _read_legacy_end(self, packet: Reading) -> None:
        packet.inner().octets("EOF_Packet", 4)
        self._commands.succeed(0)

    def _read_ok(self, packet: Reading) -> None:
        rows = number(packet) % (1 << 32)
        self._log_in()
        self._commands.succeed(rows)

    def _read_error(self, packet: Reading) -> None:
        error = packet.inner()
        error.numbers("ERR_Packet:code", "<H")
        error.octets("ERR_Packet:state", 6)
        self._log_in()
        self._commands.fail(error.rest())

    def _log_in(self) -> None:
        """Commands come now, whether the login succeeded or not: a server that refused closes."""
        self._is_logged_in = True
        self._has_introduced = False


def _pass_connection_attributes(packet: Reading) -> None:
    """Pass over what the client says of itself: pairs of texts."""
    whole = packet.inner()
    (length,) = whole.numbers("Handshake_Connection_Attributes:length", "<B")
    if length > whole.left:
        raise out_of_bound("Handshake_Connection_Attributes", length + 1, whole.end - whole.begin)
    whole.end = whole.place + length
    while whole.left:
        pass_texts(whole, 2)
    packet.place = whole.end


def _pass_column(packet: Reading, first: int) -> None:
    """Pass over the definition of a column, whose first byte has been read."""
    column = packet.inner()
    pass_text(column, first)
    pass_texts(column, 5)
    number(column)
    column.octets("ColumnDefinition41:filler", 12)
