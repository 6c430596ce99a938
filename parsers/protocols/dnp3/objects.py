"""The objects of DNP3 (IEEE 1815): how long each kind is, so that what follows is found.

An object's kind is its group and its variation, a byte each.
Source: Zeek, src/analyzer/protocol/dnp3/dnp3-objects.pac.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from parsers.protocols.binpac import out_of_bound
from parsers.protocols.grammar import Reading

# How many bytes: so many, or what an object so far and its prefix (the size that stands before it) say.
_Size: TypeAlias = int | Callable[[Reading, int], int]


@dataclass(frozen=True, slots=True)
class Layout:
    """An object: Zeek's name for it, and its parts, each named after its last field and of a size.

    One part without a name is the whole object.
    """

    name: str
    parts: tuple[tuple[str, _Size], ...]

    def read(self, reading: Reading, prefix: int) -> None:
        """Read one; a BinpacError where it does not fit."""
        for field, size in self.parts:
            length = size if isinstance(size, int) else size(reading, prefix)
            reading.octets(f"{self.name}:{field}" if field else self.name, length)


def _number(place: int, octets: int = 2) -> Callable[[Reading, int], int]:
    """As many bytes as the number at this place of the object says."""

    def length(reading: Reading, prefix: int) -> int:  # noqa: ARG001
        start = reading.begin + place
        return int.from_bytes(reading.data[start : start + octets], "little")

    return length


def _prefix(less: int = 0) -> _Size:
    """As many bytes as the prefix says, of which so many have been read."""
    return lambda _, prefix: (prefix & 0xFFFF) - less


def _array(name: str, field: str, place: int) -> _Size:
    """As many parts of four bytes as the number at this place of the object says."""
    count = _number(place)

    def read(reading: Reading, prefix: int) -> int:
        reading.array(f"{name}:{field}", count(reading, prefix), 4)
        return 0

    return read


def _statuses(reading: Reading, prefix: int) -> int:  # noqa: ARG001
    """As many statuses as the byte before says, each with its own length."""
    count = reading.data[reading.place - 1]
    if count > reading.left:
        raise out_of_bound("ActivateConf:elements", count, reading.left)
    for _ in range(count):
        status = reading.inner()
        status.octets("StatusEle:status_code", 2)
        status.octets("StatusEle:ancillary", status.data[status.begin] - 1)
        reading.place = status.place
    return 0


def _whole(name: str, size: int) -> Layout:
    return Layout(name, (("", size),))


def _timed(name: str, field: str, size: int) -> Layout:
    return Layout(name, ((field, size), ("time48", 6)))


def _values(name: str, field: str = "value") -> tuple[Layout, ...]:
    """A measured value in eight ways: of 32 and 16 bits, floating of 32 and 64; without a time and with one."""
    sizes = (("32", field, 5), ("16", field, 3), ("SP", field, 5), ("DP", f"{field}_high", 9))
    without = [_whole(f"{name}{kind}woTime", size) for kind, _, size in sizes]
    timed = [_timed(f"{name}{kind}wTime", last, size) for kind, last, size in sizes]
    return (*without[:2], *timed[:2], *without[2:], *timed[2:])


def _group(group: int, *layouts: Layout | None) -> dict[int, Layout]:
    """The layouts of a group's variations, from the first on."""
    return {group << 8 | number: layout for number, layout in enumerate(layouts, 1) if layout is not None}


_TIME: Final = Layout("AbsTime", (("time48", 6),))
_FLAG_COUNT: Final = (_whole("CounterEve32wFlag", 5), _whole("CounterEve16wFlag", 3))
_FLAG_COUNT_TIME: Final = (
    _timed("CounterEve32wFlagTime", "count_value", 5),
    _timed("CounterEve16wFlagTime", "count_value", 3),
)
_COUNTER_EVENTS: Final = (*_FLAG_COUNT, None, None, *_FLAG_COUNT_TIME)
_FROZEN_EVENTS: Final = _values("FrozenAnaInputEve", "f_value")
_DESCRIPTION: Final = _whole("DescEle", 5)

# What lies in requests and replies alike.
_IN_BOTH: Final = {
    **_group(12, _whole("CROB", 11), _whole("PCB", 11)),
    **_group(
        50,
        _TIME,
        Layout("AbsTimeInterval", (("time48", 6), ("interval", 4))),
        Layout("Last_AbsTime", (("time48", 6),)),
    ),
    **_group(51, _TIME, _TIME),
    **_group(
        70,
        Layout(
            "File_Control_ID",
            (
                ("file_size", 12),
                ("time_create", 6),
                ("status_code", 16),
                ("file_name", _number(0)),
                ("records", lambda reading, _: reading.left),
            ),
        ),
        Layout("File_Control_Auth", (("auth_key", 12), ("usr_name", _number(2)), ("pwd", _number(6)))),
        Layout("File_Control_Cmd", (("name_size", 4), ("time_create", 6), ("req_id", 16), ("file_name", _number(2)))),
        Layout("File_Control_Cmd_Status", (("status_code", 13), ("opt_text", lambda _, prefix: prefix - 13))),
        Layout("File_Transport", (("block_num", 8), ("file_data", lambda _, prefix: prefix - 8))),
        Layout("File_Transport_Status", (("status", 9), ("opt_text", lambda _, prefix: prefix - 9))),
        Layout("File_Desc", (("req_id", 20), ("f_name", _number(2)))),
    ),
    **_group(
        120,
        Layout("AuthChallenge", (("reason", 8), ("chan_data", _prefix(8)))),
        Layout("AuthReply", (("user_num", 6), ("mac", _prefix(6)))),
        _whole("AuthAggrRequest", 6),
        None,
        Layout(
            "AuthSessionKeyStatus",
            (
                ("cha_data_len", 11),
                ("chan_data", _number(9)),
                ("mac", lambda reading, prefix: (prefix & 0xFFFF) - reading.offset),
            ),
        ),
        Layout("AuthSessionKeyChange", (("user_num", 6), ("key_wrap_data", _prefix(6)))),
        Layout("AuthError", (("error_code", 9), ("time_error", 6), ("error_text", _prefix(15)))),
        Layout("UserCert", (("cert_type", 2), ("cert_text", _prefix(2)))),
        Layout("MAC", (("mac_text", _prefix()),)),
        Layout(
            "UserStatusChange",
            (
                ("cert_data_len", 16),
                ("user_name", _number(10)),
                ("user_pubkey", _number(12)),
                ("cert_data", _number(14)),
            ),
        ),
        Layout(
            "UpdateKeyReq", (("master_cha_data_len", 5), ("user_name", _number(1)), ("master_cha_data", _number(3)))
        ),
        Layout("UpdateKeyRep", (("outstation_cha_data_len", 10), ("outstation_cha_data", _number(8)))),
        Layout("UpdateKey", (("update_key_len", 8), ("update_key_data", _number(6)))),
        Layout("UpdateKeySig", (("digital_sig", _prefix()),)),
        Layout("UpdateKeyCon", (("mac", _prefix()),)),
    ),
}

_ATTRIBUTE: Final = Layout("AttributeCommon", (("leng", 2), ("attribute_obj", _number(1, 1))))
_ATTRIBUTES: Final = {*range(0xD3, 0x100)} - {0xF4, 0xFB, 0xFD}

_IN_REPLIES: Final = {
    **_IN_BOTH,
    **dict.fromkeys(_ATTRIBUTES, _ATTRIBUTE),
    **_group(2, None, _timed("BinInEveAtime", "flag", 1), _whole("BinInEveRtime", 3)),
    **_group(4, _timed("DoubleInEveAtime", "flag", 1), _whole("DoubleInEveRtime", 3)),
    **_group(11, None, _timed("BinOutEveAtime", "flag", 1)),
    **_group(13, None, _timed("BinOutCmdEveAtime", "flag", 1)),
    **_group(
        20,
        _whole("Counter32wFlag", 5),
        _whole("Counter16wFlag", 3),
        None,
        None,
        _whole("Counter32woFlag", 4),
        _whole("Counter16woFlag", 2),
    ),
    **_group(
        21,
        _whole("FrozenCounter32wFlag", 5),
        _whole("FrozenCounter16wFlag", 3),
        None,
        None,
        _timed("FrozenCounter32wFlagTime", "count_value", 5),
        _timed("FrozenCounter16wFlagTime", "count_value", 3),
        None,
        None,
        _whole("FrozenCounter32woFlag", 4),
        _whole("FrozenCounter16woFlag", 2),
    ),
    **_group(22, *_COUNTER_EVENTS),
    **_group(23, *_COUNTER_EVENTS),
    **_group(
        30,
        _whole("AnalogInput32wFlag", 5),
        _whole("AnalogInput16wFlag", 3),
        _whole("AnalogInput32woFlag", 4),
        _whole("AnalogInput16woFlag", 2),
        _whole("AnalogInputSPwFlag", 5),
        _whole("AnalogInputDPwFlag", 9),
    ),
    **_group(
        31,
        _whole("FrozenAnalogInput32wFlag", 5),
        _whole("FrozenAnalogInput16wFlag", 3),
        _timed("FrozenAnalogInput32wTime", "frozen_value", 5),
        _timed("FrozenAnalogInput16wTime", "frozen_value", 3),
        _whole("FrozenAnalogInput32woFlag", 4),
        _whole("FrozenAnalogInput16woFlag", 2),
        _whole("FrozenAnalogInputSPwFlag", 5),
        _whole("FrozenAnalogInputDPwFlag", 9),
    ),
    **_group(32, *_values("AnalogInput")),
    # Zeek reads four bytes of this group's values of 16 bits where they have a time.
    **_group(33, *_FROZEN_EVENTS[:3], _timed("FrozenAnaInputEve16wTime", "f_value", 5), *_FROZEN_EVENTS[4:]),
    **_group(
        40,
        _whole("AnaOutStatus32", 5),
        _whole("AnaOutStatus16", 3),
        _whole("AnaOutStatusSP", 5),
        _whole("AnaOutStatusDP", 9),
    ),
    **_group(41, _whole("AnaOut32", 5), _whole("AnaOut16", 3), _whole("AnaOutSP", 5), _whole("AnaOutDP", 9)),
    **_group(42, *_values("AnaOutEve")),
    **_group(43, *_values("AnaOutEve")),
    **_group(81, _whole("Dev_Store", 3)),
    **_group(82, Layout("Dev_Profile", (("count", 10), ("dev_headers", _array("Dev_Profile", "dev_headers", 8))))),
    **_group(
        83,
        Layout("PrivRegObj", (("len", 8), ("data_objs", _number(6)))),
        Layout("PrivRegObjDesc", (("count", 8), ("data_objs", _array("PrivRegObjDesc", "data_objs", 6)))),
    ),
    **_group(85, _DESCRIPTION),
    **_group(86, _DESCRIPTION),
    **_group(91, Layout("ActivateConf", (("count", 5), ("elements", _statuses)))),
    **_group(101, None, None, _whole("BCD_Large", 8)),
}

# Those that are a number: Zeek's name for it, and its bytes.
_NUMBERS_IN_BOTH: Final = {
    0x0C03: ("bocmd_PM", 1),
    0x3401: ("time_coarse", 2),
    0x3402: ("time_fine", 2),
    0x7804: ("sessionKeyRequest", 2),
}
_NUMBERS_IN_REPLIES: Final = {
    **_NUMBERS_IN_BOTH,
    0x0101: ("biwoflag", 1),
    0x0102: ("biwflag", 1),
    0x0201: ("biewoflag", 1),
    0x0302: ("dbiflag", 1),
    0x0A01: ("bowoflag", 1),
    0x0A02: ("bowflag", 1),
    0x0B01: ("boewflag", 1),
    0x0D01: ("boceFlag", 1),
    0x2201: ("ai_dead_16", 2),
    0x2202: ("ai_dead_32", 4),
    0x2203: ("ai_dead_sp", 4),
    0x5001: ("iin", 2),
    0x5602: ("cha", 1),
    0x6501: ("bcd_small", 2),
    0x6502: ("bcd_medium", 4),
    0x6601: ("unsigned_integer", 1),
}

# Text of as many bytes as the variation says.
_TEXTS: Final = {0x6E: "oct_str", 0x6F: "oct_str_eve", 0x70: "vir_ter_out_blk", 0x71: "vir_ter_eve"}


def read_contents(reading: Reading, kind: int, prefix: int, is_request: bool) -> None:
    """Read an object whose prefix has been read, of a request or a reply; of unknown kinds it takes all that follows.

    A BinpacError where it does not fit.
    """
    layout = (_IN_BOTH if is_request else _IN_REPLIES).get(kind)
    if layout is not None:
        inner = reading.inner()
        layout.read(inner, prefix)
        reading.place = inner.place
        return
    number = (_NUMBERS_IN_BOTH if is_request else _NUMBERS_IN_REPLIES).get(kind)
    if number is not None:
        field, size = number
        reading.octets(f"{'Request' if is_request else 'Response'}_Data_Object:{field}", size)
    elif kind >> 8 in _TEXTS:
        inner = reading.inner()
        inner.octets(f"Default_Wrap:{_TEXTS[kind >> 8]}", kind & 0xFF)
        reading.place = inner.place
    else:
        reading.rest()
