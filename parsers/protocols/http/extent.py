"""How far a message's body goes, as far as is known."""

from enum import Enum, auto


class Body(Enum):
    """Whether a message has a body when no header says how long it is."""

    NONE = auto()
    EXPECTED = auto()
    IF_ANNOUNCED = auto()


class Chunked(Enum):
    """What comes next in a body that is transferred in chunks."""

    NO = auto()
    BEFORE = auto()
    SIZE = auto()
    DATA = auto()
    LINE_END = auto()
    TRAILER = auto()
    DONE = auto()
