"""Commands and their outcome, as rows of mysql.log. Source: Zeek, base/protocols/mysql/main.zeek."""

from dataclasses import dataclass
from typing import Final

from parsers import escape
from parsers.limits import FIELD_BYTES
from parsers.protocols.analyzer import Context
from parsers.protocols.mysql.record import RECORD

_NAMES: Final = (
    "sleep quit init_db query field_list create_db drop_db refresh shutdown statistics process_info connect "
    "process_kill debug ping time delayed_insert change_user binlog_dump table_dump connect_out register_slave "
    "stmt_prepare stmt_execute stmt_send_long_data stmt_close stmt_reset set_option stmt_fetch daemon "
    "binlog_dump_gtid reset_connection"
)
_COMMANDS: Final = dict(enumerate(_NAMES.split()))
QUIT, QUERY, CHANGE_USER = 1, 3, 17


@dataclass
class _Command:
    ts: int
    name: str
    argument: bytes
    success: bool | None = None
    rows: int | None = None
    response: bytes | None = None


class Commands:
    """The commands of one connection: one at a time is unanswered."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._open: _Command | None = None

    def log_in(self, ts: int, username: bytes) -> None:
        """The client says who it is."""
        if self._open is None:
            self._open = _Command(ts, "login", username)

    def begin(self, ts: int, code: int, argument: bytes) -> None:
        """A command; the one before will not be answered any more."""
        self.finish()
        self._open = _Command(ts, _COMMANDS.get(code, f"unknown-{code}"), argument.removesuffix(b"\0"))
        if code == QUIT:
            self.finish()

    def succeed(self, rows: int) -> None:
        """The server has done it, and changed so many rows."""
        if self._open is not None:
            self._open.success = True
            self._open.rows = rows
            self.finish()

    def fail(self, response: bytes) -> None:
        """The server has not done it, and says why."""
        if self._open is not None:
            self._open.success = False
            self._open.response = response
            self.finish()

    def finish(self) -> None:
        """Nothing more is heard of the command."""
        command, self._open = self._open, None
        if command is not None:
            response = None if command.response is None else escape.text(command.response[: FIELD_BYTES + 1])
            head = self._context.connection.head
            argument = escape.text(command.argument[: FIELD_BYTES + 1])
            said = command.name, argument, command.success, command.rows, response
            self._context.rows.add(RECORD, (command.ts, *head, *said))
