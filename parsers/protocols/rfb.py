"""RFB, the protocol of VNC (RFC 6143): versions, the login, whose screen is shared.

Source: Zeek, src/analyzer/protocol/rfb/{RFB.cc,rfb-protocol.pac,rfb-analyzer.pac}, base/protocols/rfb/main.zeek.
"""

from enum import Enum, auto
from struct import unpack
from typing import Final

from parsers import escape
from parsers.limits import RFB_TEXT_BYTES
from parsers.protocols.analyzer import Context, Protocol
from parsers.protocols.binpac import BinpacError, invalid_case, mismatch, not_enforced, out_of_bound, to_int
from parsers.protocols.framed import Framed, Frames
from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "rfb",
    "Somebody looks at another machine's screen, as with VNC.",
    "#a9b7d8",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("client_major_version", "string", "The version that the client speaks, before the point."),
        Field("client_minor_version", "string", "And behind it."),
        Field("server_major_version", "string", "The version that the server speaks, before the point."),
        Field("server_minor_version", "string", "And behind it."),
        Field("authentication_method", "string", "How the client logs in.", 4, repeats=True),
        Field("auth", "bool", "Whether it was let in.", 5),
        Field("share_flag", "bool", "Whether others may look at the same time."),
        Field("desktop_name", "string", "What the screen is called.", 6),
        Field("width", "count", "How many pixels it is wide."),
        Field("height", "count", "How many pixels it is high."),
    ),
)

_METHODS: Final = {
    0: "Invalid",
    1: "None",
    2: "VNC",
    16: "Tight",
    17: "Ultra",
    18: "TLS",
    19: "VeNCrypt",
    20: "GTK-VNC SASL",
    21: "MD5 hash authentication",
    22: "Colin Dean xvp",
    30: "Apple Remote Desktop",
}
_INVALID, _NONE, _VNC, _APPLE = 0, 1, 2, 30
_CHALLENGE_BYTES: Final = 16
# What a client's message has behind its type, where that is always the same.
_CLIENT_MESSAGES: Final = {0: 19, 3: 9, 4: 7, 5: 5}
_SET_ENCODINGS, _CUT_TEXT = 2, 6
_UPDATE, _COLOURS, _BELL, _SERVER_CUT_TEXT = range(4)
# The version from which on the client chooses how to log in, and from which on that is always answered.
_CHOOSES, _IS_ANSWERED = 7, 8


class State(Enum):
    """What one side sends next."""

    VERSION = auto()
    METHOD = auto()
    METHODS = auto()
    FAILURE = auto()
    VNC = auto()
    APPLE = auto()
    RESULT = auto()
    INIT = auto()
    MESSAGE = auto()
    CONTENT = auto()
    NOTHING = auto()


class RfbAnalyzer(Framed):
    """One session: what the two sides agree on, then the client's messages; the screen itself is not read."""

    name = "rfb"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._client = self._server = State.VERSION
        self._version = 0
        self._key_bytes = 0
        self._kind = 0
        self._began: int | None = None
        self._said: dict[str, str | int | bool] = {}
        self._is_written = False

    def finish(self, ts: int) -> None:
        self._write()
        super().finish(ts)

    def read(self, is_orig: bool) -> Frames:
        state = self._client if is_orig else self._server
        if state is State.NOTHING:
            raise BinpacError(f"invalid data from RFB {'client' if is_orig else 'server'}")
        if state is State.VERSION:
            return self._read_version(is_orig)
        return self._read_client(state) if is_orig else self._read_server(state)

    def fail(self, error: BinpacError, segment: bytes) -> None:
        super().fail(error, segment)
        self.stop()

    def _read_version(self, is_orig: bool) -> Frames:
        banner = yield 12
        if banner[:4] != b"RFB ":
            raise mismatch("rfb-protocol.pac:34", "RFB ", banner)
        if banner[7:8] != b".":
            raise mismatch("rfb-protocol.pac:36", ".", banner[7:])
        major, minor = banner[4:7], banner[8:11]
        self._begin()
        side = "client" if is_orig else "server"
        self._said[f"{side}_major_version"] = escape.text(major)
        self._said[f"{side}_minor_version"] = escape.text(minor)
        if is_orig:
            self._version = to_int(minor)
            chooses = self._version >= _CHOOSES
            self._server = State.METHODS if chooses else State.METHOD
            self._client = State.METHOD if chooses else State.NOTHING
            self.context.confirm(self.name, self.now)
        else:
            self._server = State.NOTHING

    def _read_client(self, state: State) -> Frames:
        if state is State.METHOD:
            self._choose((yield 1)[0])
        elif state is State.VNC:
            yield _CHALLENGE_BYTES
            self._client = State.INIT
        elif state is State.APPLE:
            yield 2 * self._key_bytes
            self._client = State.INIT
        elif state is State.INIT:
            shared = (yield 1)[0]
            self._client = State.MESSAGE
            self._said["share_flag"] = shared != 0
        elif state is State.MESSAGE:
            self._kind = (yield 1)[0]
            self._client = State.CONTENT
        elif self._kind == _SET_ENCODINGS:
            _, count = unpack(">BH", (yield 3))
            yield 4 * count
            self._client = State.MESSAGE
        elif self._kind == _CUT_TEXT:
            yield _text_length((yield 7)[3:], "ClientCutText:len")
            self._client = State.MESSAGE
        elif self._kind in _CLIENT_MESSAGES:
            yield _CLIENT_MESSAGES[self._kind]
            self._client = State.MESSAGE
        else:
            raise invalid_case("ClientMessage", self._kind)

    def _choose(self, method: int) -> None:
        """The client has chosen how to log in."""
        if method == _NONE:
            self._server = State.RESULT if self._version >= _IS_ANSWERED else State.INIT
            self._client = State.INIT
        elif method == _VNC:
            self._server = self._client = State.VNC
        elif method == _APPLE:
            # How long the client's answer is says the server first.
            self._server = State.APPLE
            self._client = State.NOTHING
        else:
            self.violate(f"unknown RFB auth selection: {method}")
        self._log_in(method)

    def _read_server(self, state: State) -> Frames:
        if state is State.METHOD:
            self._demand(*unpack(">I", (yield 4)))
        elif state is State.METHODS:
            count = (yield 1)[0]
            yield count
            self._server = State.NOTHING if count else State.FAILURE
        elif state is State.FAILURE:
            yield _text_length((yield 4), "RFBFailReasonString:len")
            self._server = State.INIT
        elif state is State.VNC:
            yield _CHALLENGE_BYTES
            self._server, self._client = State.RESULT, State.VNC
        elif state is State.APPLE:
            _, self._key_bytes = unpack(">HH", (yield 4))
            yield 2 * self._key_bytes
            self._server, self._client = State.RESULT, State.APPLE
        elif state is State.RESULT:
            (result,) = unpack(">I", (yield 4))
            if result > 1:
                self.violate(f"invalid RFB auth result: {result}")
            else:
                self._server = State.FAILURE if result else State.INIT
            self._said["auth"] = result == 0
        elif state is State.INIT:
            width, height, _, length = unpack(">HH16s4s", (yield 24))
            name = yield _text_length(length, "RFBServerInit:len")
            self._server = State.MESSAGE
            self._begin()
            self._said |= {"desktop_name": escape.text(name), "width": width, "height": height}
            self._write()
            self.stop(False)
        else:
            yield from self._read_screen()

    def _demand(self, method: int) -> None:
        """A server of the old versions says how the client must log in."""
        if method == _INVALID:
            self._server, self._client = State.FAILURE, State.INIT
        elif method == _NONE:
            self._server = self._client = State.INIT
        elif method == _VNC:
            self._server = self._client = State.VNC
        else:
            self.violate(f"invalid RFB security type {method}")
        self._log_in(method)

    def _read_screen(self) -> Frames:
        """What the server sends in the segment in which the session began."""
        kind = (yield 1)[0]
        if kind == _UPDATE:
            _, count = unpack(">BH", (yield 3))
            if count:
                raise out_of_bound("ServerFramebufferUpdate:rects", count, 0)
        elif kind == _COLOURS:
            _, count = unpack(">3sH", (yield 5))
            yield 6 * count
        elif kind == _SERVER_CUT_TEXT:
            yield _text_length((yield 7)[3:], "ServerCutText:len")
        elif kind != _BELL:
            raise invalid_case("ServerMessage", kind)

    def _begin(self) -> None:
        if self._began is None:
            self._began = self.now

    def _log_in(self, method: int) -> None:
        self._begin()
        self._said["authentication_method"] = _METHODS.get(method, "RealVNC")

    def _write(self) -> None:
        """The row, once."""
        if self._began is not None and not self._is_written:
            self._is_written = True
            said = (self._said.get(field.name) for field in RECORD.fields[len(CONNECTION) :])
            self.context.rows.add(RECORD, (self._began, *self.context.connection.head, *said))


def _text_length(number: bytes, where: str) -> int:
    length = int.from_bytes(number, "big")
    if length >= RFB_TEXT_BYTES:
        raise not_enforced(where)
    return length


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether both sides begin with the protocol's name."""
    return orig.startswith(b"RFB") and resp.startswith(b"RFB")


RFB = Protocol("rfb", (RECORD,), RfbAnalyzer, recognise=recognise, mutual=True, openings=b"R")
