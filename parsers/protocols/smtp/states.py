"""What an SMTP conversation is about, as far as commands and replies tell.

Zeek goes by the pair of a command and its reply alone, and takes a command for accepted until its reply comes: clients
send many commands without waiting. Source: Zeek, src/analyzer/protocol/smtp/SMTP.cc (UpdateState).
"""

from enum import Enum, auto
from typing import Final


class State(Enum):
    """What the client's side sends next; of what comes after a gap nobody knows."""

    COMMANDS = auto()
    DATA = auto()
    BDAT = auto()
    AUTH = auto()
    TLS = auto()
    AFTER_GAP = auto()
    GAP_RECOVERY = auto()


# What stands for things that are no commands: the connection itself, the end of a mail, an answer while logging in.
CONNECTION: Final = b">"
END_OF_DATA: Final = b"."
AUTH_ANSWER: Final = b"AUTH_ANSWER"
STARTTLS: Final = frozenset((b"STARTTLS", b"X-ANONYMOUSTLS"))

COMMANDS: Final = (
    frozenset(b"EHLO HELO MAIL RCPT DATA QUIT RSET VRFY EXPN HELP NOOP SEND SOML SAML TURN BDAT ETRN AUTH".split())
    | STARTTLS
)
_SENDERS: Final = frozenset((b"MAIL", b"SEND", b"SOML", b"SAML"))
# After these commands the client goes on with commands, until the reply says otherwise.
_PLAIN: Final = frozenset((b"EHLO", b"HELO", b"RCPT", b"RSET", b"QUIT", CONNECTION)) | _SENDERS

_REFUSED: Final[dict[bytes, frozenset[int]]] = {
    CONNECTION: frozenset((421, 554)),
    b"EHLO": frozenset((421, 500, 501, 504, 550)),
    b"HELO": frozenset((421, 500, 501, 504, 550)),
    **dict.fromkeys(_SENDERS, frozenset((421, 451, 452, 500, 501, 503, 550, 552, 553))),
}
_LOGGING_IN: Final = 334


def after_command(command: bytes, state: State) -> State:
    """The state after a command, taken for accepted; those that begin and end mails aside."""
    return State.COMMANDS if command in _PLAIN else state


def after_reply(command: bytes | None, code: int, state: State) -> State:
    """The state after the reply to a command; those that begin and end mails aside."""
    if command in {b"AUTH", AUTH_ANSWER}:
        return State.AUTH if code == _LOGGING_IN else State.COMMANDS
    if command == END_OF_DATA:
        return State.COMMANDS
    if command in _REFUSED and code in _REFUSED[command]:
        return state if command in _SENDERS and state is State.DATA else State.COMMANDS
    return state
