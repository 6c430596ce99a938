"""Which reply belongs to which command, as rows of redis.log. Source: Zeek, base/protocols/redis/main.zeek."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from parsers import escape
from parsers.limits import FIELD_BYTES, REDIS_PENDING
from parsers.protocols.analyzer import Context
from parsers.protocols.redis.command import Command
from parsers.protocols.redis.record import RECORD
from parsers.protocols.redis.reply import Kind, Reply

# What begins to listen for messages, and what has no reply of its own.
_SUBSCRIBING: Final = frozenset((b"psubscribe", b"ssubscribe", b"subscribe"))
_UNANSWERED: Final = _SUBSCRIBING | {b"punsubscribe", b"sunsubscribe", b"unsubscribe"}


@dataclass(slots=True)
class _Entry:
    """What a row says of a command (its name, key and value), its reply, or both."""

    ts: int
    command: tuple[str | None, ...] | None = None
    reply: str | None = None
    success: bool | None = None


@dataclass(slots=True)
class _Silence:
    """Commands that the client wants no replies to, by their numbers; without an end it lasts."""

    begin: int
    end: int | None = None


@dataclass(slots=True)
class _State:
    """Commands and replies are numbered from 1 on; what has a number and is not a row yet is pending."""

    pending: dict[int, _Entry] = field(default_factory=dict)
    commands: int = 0
    replies: int = 0
    silences: deque[_Silence] = field(default_factory=deque)
    unanswered: set[int] = field(default_factory=set)
    is_subscribed: bool = False
    is_new: bool = False


class Commands:
    """The commands and replies of one connection."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._state: _State | None = None
        self._is_watched = False

    def ask(self, ts: int, command: Command) -> None:
        """The client wants something."""
        state = self._begin()
        words = command.words
        if command.known == b"hello" and words[1:2] == [b"3"]:
            state.is_new = True
        if len(state.pending) > REDIS_PENDING:
            self._context.weird("Redis_excessive_pipelining", ts, source="")
            self._state = None
            return
        state.commands += 1
        if command.known is not None:
            if not state.is_new:
                state.is_subscribed = command.known in _SUBSCRIBING
            if (command.known in _UNANSWERED or state.is_subscribed) and state.commands > state.replies:
                state.unanswered.add(state.commands)
        if command.known == b"client" and len(words) == 3:
            _set_silence(state, words[2].lower())
        _entry(state, state.commands, ts).command = tuple(map(_shown, (command.name, command.key, command.value)))

    def answer(self, ts: int, reply: Reply) -> None:
        """The server replies; what it says unasked is no reply."""
        if reply.kind is Kind.PUSH:
            return
        state = self._begin()
        if reply.kind is Kind.REPLY:
            if reply.is_new:
                state.is_new = True
                state.is_subscribed = False
            if state.is_subscribed:
                return
        before = state.replies
        state.replies = _next_reply(state)
        entry = _entry(state, state.replies, ts)
        entry.reply = _shown(reply.value)
        entry.success = reply.kind is Kind.REPLY
        self._tell_until(state, before)
        if entry.success and state.commands == state.replies:
            state.unanswered.clear()

    def finish(self) -> None:
        """What has no reply is told, if there was one at all."""
        state, self._state = self._state, None
        if state is not None and state.replies:
            for number, entry in state.pending.items():
                if number:
                    self._tell(entry)

    def _begin(self) -> _State:
        if self._state is None:
            self._state = _State()
        return self._state

    def _tell_until(self, state: _State, before: int) -> None:
        """The commands that were passed over, and the one that has its reply."""
        for number in range(max(before, 1), state.replies + 1):
            entry = state.pending.get(number)
            if entry is not None and entry.command is not None:
                self._tell(entry)
                del state.pending[number]

    def _tell(self, entry: _Entry) -> None:
        row = (*(entry.command or (None, None, None)), entry.success, entry.reply)
        self._context.rows.add(RECORD, (entry.ts, *self._context.connection.head, *row))


def _shown(text: bytes | None) -> str | None:
    return None if text is None else escape.text(text[: FIELD_BYTES + 1])


def _entry(state: _State, number: int, ts: int) -> _Entry:
    return state.pending.setdefault(number, _Entry(ts))


def _set_silence(state: _State, word: bytes) -> None:
    """CLIENT REPLY ON, OFF or SKIP: the last is for this command and the next."""
    silences = state.silences
    is_open = bool(silences) and silences[-1].end is None
    if word == b"on" and is_open:
        silences[-1].end = state.commands
    elif word == b"off" and not is_open:
        silences.append(_Silence(state.commands))
    elif word == b"skip" and not is_open:
        silences.append(_Silence(state.commands, state.commands + 2))


def _next_reply(state: _State) -> int:
    """The number of the command that the next reply belongs to."""
    number = found = state.replies + 1
    silences = state.silences
    # Numbers only grow: a silence that is over is not looked at again.
    while silences and silences[0].end is not None and silences[0].end <= number and len(silences) > 1:
        silences.popleft()
    for silence in silences:
        if silence.begin > number:
            break
        if silence.end is not None and number < silence.end:
            found = silence.end
    while found in state.unanswered:
        state.unanswered.remove(found)
        found += 1
    return found
