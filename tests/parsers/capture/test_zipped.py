import hashlib
import hmac
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from Crypto.Cipher import AES
from Crypto.Util import Counter
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import limits
from parsers.capture.captures import open_captures
from parsers.updates import OpenError, PasswordNeeded
from tests.parsers.capture.build import ethernet, ipv4, pcap, udp

DATA = pcap([ethernet(ipv4(udp(bytes(range(256)) * 4))) for _ in range(50)])
PASSWORD = b"infected"
AES_METHOD = 99


def plain(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def _zip(name: bytes, flags: int, method: int, crc: int, packed: bytes, size: int, extra: bytes = b"") -> bytes:
    """A zip of one member, its header fields given."""
    common = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 33, crc, len(packed), size, len(name), len(extra))
    local = b"PK\3\4" + common + name + extra + packed
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name + extra
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def zip_crypto(content: bytes, password: bytes = PASSWORD, name: bytes = b"capture.pcap") -> bytes:
    """The old encryption (APPNOTE, section 6.1)."""
    table = [zlib.crc32(bytes([n])) ^ zlib.crc32(b"\0") for n in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = keys[0] >> 8 ^ table[(keys[0] ^ byte) & 255]
        keys[1] = ((keys[1] + (keys[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = keys[2] >> 8 ^ table[(keys[2] ^ keys[1] >> 24) & 255]

    for byte in password:
        update(byte)
    crc = zlib.crc32(content)
    compressor = zlib.compressobj(wbits=-15)
    locked = bytearray()
    for byte in bytes(11) + bytes([crc >> 24]) + compressor.compress(content) + compressor.flush():
        key = keys[2] | 2
        locked.append(byte ^ (key * (key ^ 1) >> 8) & 255)
        update(byte)
    return _zip(name, 1, zipfile.ZIP_DEFLATED, crc, bytes(locked), len(content))


def aes(content: bytes, password: bytes = PASSWORD) -> bytes:
    """WinZip's AE-2 with 256 bits."""
    salt = bytes(range(16))
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 66)
    compressor = zlib.compressobj(wbits=-15)
    packed = compressor.compress(content) + compressor.flush()
    locked = AES.new(keys[:32], AES.MODE_CTR, counter=Counter.new(128, little_endian=True)).encrypt(packed)
    mac = hmac.digest(keys[32:64], locked, "sha1")[:10]
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, zipfile.ZIP_DEFLATED)
    return _zip(b"capture.pcap", 1, AES_METHOD, 0, salt + keys[64:] + locked + mac, len(content), extra)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "capture.zip"


def opened(path: Path, content: bytes, password: bytes | None = None) -> tuple[bytes, list[str]]:
    path.write_bytes(content)
    captures = open_captures([path], password)
    ((name, place),) = captures.places
    assert name == str(path)
    return bytes(captures.data[place]), [trouble.text.removeprefix(f"{path}: ") for trouble in captures.troubles]


@pytest.mark.parametrize(
    "content",
    [
        plain({"a.pcap": DATA}),
        plain({"a.pcap": DATA}, zipfile.ZIP_STORED),
        plain(
            {"folder/": b"", "readme.txt": b"see the capture", "folder/any name": DATA, "__MACOSX/._a": b"\0\5\x16\7"}
        ),
        b"#!/bin/sh\n"[:0] + plain({"empty": b"", "a.pcap": DATA}),
    ],
)
def test_the_one_capture_in_a_zip(path: Path, content: bytes) -> None:
    assert opened(path, content) == (DATA, [])
    assert opened(path, content, b"a password that nobody needs") == (DATA, [])


def test_several_captures_in_a_zip(path: Path) -> None:
    path.write_bytes(plain({"a.pcap": DATA, "notes.txt": b"hello", "more/b\x1b.pcap": DATA[:-1]}))
    captures = open_captures([path])
    assert [(name, bytes(captures.data[place])) for name, place in captures.places] == [
        (f"{path}/a.pcap", DATA),
        (f"{path}/more/b\x1b.pcap", DATA[:-1]),
    ]


@pytest.mark.filterwarnings("ignore:PBKDF2 without")
@pytest.mark.parametrize("lock", [zip_crypto, aes])
def test_a_locked_zip(path: Path, lock: Callable[[bytes], bytes]) -> None:
    content = lock(DATA)
    assert opened(path, content, PASSWORD) == (DATA, [])
    with pytest.raises(PasswordNeeded, match="is locked: give its password"):
        opened(path, content)
    with pytest.raises(PasswordNeeded, match="this is not the zip's password"):
        opened(path, content, b"wrong")


def test_a_wrong_password_that_passes_the_check_of_one_byte(path: Path) -> None:
    with pytest.raises(PasswordNeeded, match="or the zip is damaged"):
        opened(path, zip_crypto(DATA), b"15")


def test_damage_behind_the_beginning(path: Path) -> None:
    content = bytearray(plain({"a.pcap": DATA + os.urandom(200_000)}))
    content[150_000] ^= 0xFF
    got, troubles = opened(path, bytes(content))
    assert got.startswith(DATA)
    assert troubles[0].startswith("the zip is damaged (")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (plain({"a.txt": b"hello", "b.txt": b"hello"}), "in this zip: no capture"),
        (plain({"a.exe": b"MZ\x90\0"}), r"in this zip: a.exe: this is a Windows program \(PE\)"),
        (plain({"evil\x1b[31m.exe": b"MZ\x90\0"}), r"evil\\x1b\[31m.exe: this is"),
        (plain({}), "the zip is empty"),
        (plain({"a.pcap": DATA})[:-30], "the zip is damaged or cut off"),
        (zip_crypto(b"MZ\x90\0" * 9, name=b"a.exe"), "the zip is locked"),
    ],
)
def test_a_zip_without_a_capture(path: Path, content: bytes, what: str) -> None:
    with pytest.raises(OpenError, match=what):
        opened(path, content)


def test_a_zip_of_too_many_files(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ZIP_MEMBERS", 3)
    with pytest.raises(OpenError, match="4 files are in this zip"):
        opened(path, plain({str(n): DATA for n in range(4)}))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 600), st.binary(min_size=1, max_size=6), st.booleans())
def test_any_change_of_a_zip(tmp_path_factory: pytest.TempPathFactory, at: int, new: bytes, locked: bool) -> None:
    content = zip_crypto(DATA[:600]) if locked else plain({"a.pcap": DATA[:600]})
    at %= len(content)
    path = tmp_path_factory.getbasetemp() / "changed.zip"
    with suppress(OpenError):
        opened(path, content[:at] + new + content[at + len(new) :], PASSWORD)
