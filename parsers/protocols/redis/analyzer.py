"""One connection to a Redis server: commands as lists or as lines, replies, what is between them that is none.

Source: Zeek, src/analyzer/protocol/redis/resp.spicy.
"""

from typing import Final

from parsers.limits import REDIS_LINE_BYTES
from parsers.protocols.analyzer import Context
from parsers.protocols.redis.command import Command, command, split
from parsers.protocols.redis.commands import Commands
from parsers.protocols.redis.reply import Elements, line, string
from parsers.protocols.spicy import Input, MissingDataError, Read, SpicyAnalyzer, SpicyError

_LINE_END: Final = b"\r\n"
# The words of a command that a row may show; of the others some are compared with short ones.
_WHOLE_WORDS: Final = 4
_WORD_BYTES: Final = 64


class RedisAnalyzer(SpicyAnalyzer):
    """Commands and replies of one connection; a reply that does not fit is passed over."""

    name = "redis"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._commands = Commands(context)
        self._has_asked = False
        self._has_failed = False

    def failed(self) -> None:
        self._has_failed = self._has_failed or not (self.has_hole or self.context.connection.partial)

    def finish(self, ts: int) -> None:
        if not self._has_failed:
            self._commands.finish()
        super().finish(ts)

    def read(self, is_orig: bool, stream: Input) -> Read[None]:
        if is_orig:
            self._has_asked = True
            yield from self._read_commands(stream)
        elif not self._has_asked:
            raise SpicyError("Server responses must come after a client request is seen")
        else:
            yield from self._read_replies(stream)

    def _read_commands(self, stream: Input) -> Read[None]:
        while (yield from stream.has_more()):
            asked = yield from _read_command(stream)
            self._commands.ask(self.now, asked)

    def _read_replies(self, stream: Input) -> Read[None]:
        doubt: str | None = None
        while True:
            try:
                if not (yield from stream.has_more()):
                    break
                reply = yield from Elements().reply(stream)
            except MissingDataError:
                stream.drop()
                doubt = doubt or "missing data"
            except SpicyError as error:
                doubt = doubt or str(error)
            else:
                self.confirm()
                self._commands.answer(self.now, reply)
                continue
            yield from _skip_line(stream)
        if doubt is not None:
            raise SpicyError(f"successful synchronization never confirmed: {doubt}")


def _skip_line(stream: Input) -> Read[None]:
    """Pass over what comes before the next line, holes as well."""
    while (yield from stream.has_more()):
        try:
            yield from stream.until(_LINE_END, 1 << 62)
        except MissingDataError:
            stream.drop()
        else:
            return


def _read_command(stream: Input) -> Read[Command]:
    if stream.peek(1) != b"*":
        return command(split((yield from stream.until(_LINE_END, REDIS_LINE_BYTES))))
    yield from stream.octets(1)
    count = yield from Elements().count(stream)
    words: list[bytes] = []
    for _ in range(count):
        if (yield from stream.octets(1)) != b"$":
            raise SpicyError("&requires failed: ($$ == '$')")
        word = yield from string(stream)
        yield from line(stream)
        if word is None:
            raise SpicyError("attribute not set")
        words.append(word if len(words) < _WHOLE_WORDS else word[:_WORD_BYTES])
    return command(words)
