"""Domain names, compression, and NetBIOS names."""

import pytest

from parsers.protocols.dns import names


def read(message: bytes, start: int = 0, long_labels: bool = False) -> tuple[bytes, int]:
    return names.read(message, start, {}, long_labels=long_labels)


@pytest.mark.parametrize(
    ("message", "start", "name", "end"),
    [
        (b"\3wWw\4Test\0", 0, b"wWw.Test", 10),
        (b"\0", 0, b"", 1),
        (b"\4TEST\0\3wWw\xc0\0", 6, b"wWw.test", 12),
        (b"\4TEST\0\xc0\0\1a\xc0\6", 8, b"a.test", 12),
        (b"\0\3www\xc0\0", 1, b"www", 7),
        (b"\1.\0\1a\xc0\0", 3, b"a.", 7),
        # What cannot be read ends the name.
        (b"", 0, b"", 0),
        (b"\3www", 0, b"www", 4),
        (b"\3www\5abc", 0, b"www", 8),
        (b"\3www\x40abc", 0, b"www", 8),
        (b"\3www" + b"\x41" + b"a" * 70, 0, b"www", 5),
        (b"\xc0\0\1\2", 0, b"", 2),
        (b"\1a\xc0\x09\0\0\0\0\0\0", 0, b"a", 4),
        (b"\1a\xc0", 0, b"a", 3),
    ],
)
def test_read(message: bytes, start: int, name: bytes, end: int) -> None:
    assert read(message, start) == (name, end)


def test_long_labels_are_netbios() -> None:
    assert read(b"\x41" + b"a" * 65 + b"\0", long_labels=True) == (b"a" * 65, 67)


def test_a_name_has_room_for_512_bytes() -> None:
    label = b"\x3f" + b"a" * 63
    name, _ = read(label * 9 + b"\0")
    assert len(name) == 8 * 64 - 1


def test_pointers_are_followed_twenty_times() -> None:
    chain = b"\1x\0" + b"".join(b"\xc0" + bytes([0 if i == 0 else 3 + 2 * (i - 1)]) for i in range(22))
    assert read(chain, 3 + 2 * 19)[0] == b"x"
    assert read(chain, 3 + 2 * 20)[0] == b""


def test_tails_are_remembered_and_do_not_change_a_name() -> None:
    message = b"\7Example\3com\0\3www\xc0\0\1a\xc0\x0d\1b\xc0\x13"
    tails: names.Tails = {}
    starts = (13, 19, 23)
    assert [names.read(message, start, tails)[0] for start in starts] == [read(message, start)[0] for start in starts]
    assert tails[0] == (b"example.com", 0, 13)


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        (b"fhepfcelehfcepfffacacacacacacaaa", b"WORKGROUP"),
        (b"ckaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", b"*"),
        (b"abacfpfpenfdecfcepfhfdeffpfpacab", b"\1\2__MSBROWSE__\2"),
        (b"eb" * 16, b"A" * 15),
        (b"ca" * 16, b""),
        (b"ebafebebebebebebebebebebebebebeb", b"A"),
        (b"zz" * 16, b""),
        (b"short", b""),
    ],
)
def test_netbios(encoded: bytes, name: bytes) -> None:
    assert names.netbios(encoded) == name
