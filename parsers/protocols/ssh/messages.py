"""The messages of SSH's key exchange, read as Zeek's grammar reads them (RFC 4253, 4419, 4432, 4462, 5656).

Source: Zeek, src/analyzer/protocol/ssh/ssh-protocol.pac.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Final, NamedTuple, TypeAlias

from parsers.limits import SSH_STRING_BYTES
from parsers.protocols.binpac import BinpacError, out_of_bound

NEWKEYS: Final = 21
# SSH 1's messages.
PUBLIC_KEY: Final = 2
SESSION_KEY: Final = 3


class State(Enum):
    """What one side sends next: its version, its offer, a key exchange of some kind, nothing that can be read."""

    VERSION = auto()
    KEX_INIT = auto()
    KEX_DH_GEX = auto()
    KEX_DH = auto()
    KEX_ECC = auto()
    KEX_GSS = auto()
    KEX_RSA = auto()
    ENCRYPTED = auto()


# Told of a string whose length is cut.
Cut: TypeAlias = Callable[[int], None]


class Fields:
    """The fields of a message in `data`, one after the other; raises BinpacError where it ends before they do."""

    __slots__ = ("_cut", "_data", "_end", "place")

    def __init__(self, data: bytes, cut: Cut) -> None:
        self._data = data
        self._end = len(data)
        self._cut = cut
        self.place = 0

    @property
    def left(self) -> int:
        return self._end - self.place

    def bound(self, length: int, where: str) -> None:
        """The message that begins here has no more than so many bytes."""
        self._need(length, where)
        self._end = self.place + length

    def raw(self, size: int, where: str) -> bytes:
        """The next so many bytes."""
        self._need(size, where)
        start = self.place
        self.place += size
        return self._data[start : self.place]

    def number(self, size: int, where: str) -> int:
        """An unsigned number of so many bytes."""
        return int.from_bytes(self.raw(size, where), "big")

    def string(self, where: str) -> bytes:
        """A string behind its length."""
        length = self.number(4, f"{where}:len")
        if length > SSH_STRING_BYTES:
            self._cut(length)
            length = SSH_STRING_BYTES
        return self.raw(length, f"{where}:val")

    def integer(self, where: str) -> None:
        """An integer of SSH 1 behind its length in bits."""
        self.raw((self.number(2, f"{where}:len") + 7) // 8, f"{where}:val")

    def _need(self, size: int, where: str) -> None:
        if not 0 <= size <= self.left:
            raise out_of_bound(where, size, self.left)


class Layout(NamedTuple):
    """A message of a key exchange: its fields, the size of each, 0 for a string.

    `is_bounded`: its length is known from the packet's. `host_key`: its first string is the server's key.
    """

    fields: tuple[int, ...]
    is_bounded: bool = True
    host_key: bool = False


_STRING: Final = 0
_TWO_STRINGS: Final = (_STRING, _STRING)
_REPLY: Final = Layout((_STRING, _STRING, _STRING), host_key=True)
_ONE_STRING: Final = Layout((_STRING,))
_GROUP_REQUEST: Final = Layout((12,), is_bounded=False)
_GROUP: Final = Layout(_TWO_STRINGS)
_GSS_COMPLETE: Final = 32

_LAYOUTS: Final[dict[State, dict[int, Layout]]] = {
    State.KEX_DH: {30: _ONE_STRING, 31: _REPLY},
    State.KEX_DH_GEX: {
        30: Layout((4,), is_bounded=False),
        31: _GROUP,
        32: _ONE_STRING,
        33: _REPLY,
        34: _GROUP_REQUEST,
    },
    State.KEX_ECC: {
        30: Layout((_STRING,), is_bounded=False),
        31: Layout((_STRING, _STRING, _STRING), is_bounded=False, host_key=True),
    },
    State.KEX_GSS: {
        30: Layout(_TWO_STRINGS),
        31: _ONE_STRING,
        _GSS_COMPLETE: Layout((_STRING, _STRING, 1)),
        33: Layout((_STRING,), host_key=True),
        34: Layout((4, 4, _STRING, _STRING)),
        40: _GROUP_REQUEST,
        41: _GROUP,
    },
    State.KEX_RSA: {30: Layout(_TWO_STRINGS), 31: _ONE_STRING, 32: _ONE_STRING},
}
# In these exchanges other messages are passed over; in the others they are errors.
_LENIENT: Final = frozenset((State.KEX_DH, State.KEX_DH_GEX))


def exchange(state: State, kind: int, length: int, fields: Fields) -> bytes | None:
    """A message of a key exchange of SSH 2; the server's key where the message holds it."""
    layout = _LAYOUTS[state].get(kind)
    name = f"SSH2_Key_Exchange_{state.name.removeprefix('KEX_')}_Message"
    if layout is None:
        if state not in _LENIENT:
            raise BinpacError(f"invalid index for case: {name}: {kind}")
        fields.raw(length, name)
        return None
    if layout.is_bounded:
        fields.bound(length, name)
    read = [fields.raw(size, name) if size else fields.string(name) for size in layout.fields]
    if state is State.KEX_GSS and kind == _GSS_COMPLETE and read[-1] != b"\0":
        fields.string(name)
    return read[0] if layout.host_key else None


def ssh1_message(kind: int, fields: Fields) -> None:
    """A message of SSH 1's key exchange; Zeek's scripts do not ask for the server's key in it."""
    if kind == PUBLIC_KEY:
        fields.raw(12, "SSH1_PUBLIC_KEY")
        fields.integer("SSH1_PUBLIC_KEY:server_key_exp")
        fields.integer("SSH1_PUBLIC_KEY:server_key_mod")
        fields.raw(4, "SSH1_PUBLIC_KEY:host_key")
        fields.integer("SSH1_PUBLIC_KEY:host_key_exp")
        fields.integer("SSH1_PUBLIC_KEY:host_key_mod")
        fields.raw(12, "SSH1_PUBLIC_KEY:flags")
    elif kind == SESSION_KEY:
        fields.raw(9, "SSH1_SESSION_KEY:cipher")
        fields.integer("SSH1_SESSION_KEY:session_key")
        fields.raw(4, "SSH1_SESSION_KEY:flags")
    else:
        raise BinpacError(f"invalid index for case: SSH1_Message: {kind}")
