import hashlib
import json
from struct import pack, pack_into

import pytest

from parsers import limits
from parsers.files import inspect as inspection
from parsers.files.inspect import InspectError, entropy, inspect, inspect_in_worker
from parsers.files.pe_report import Import, Section, from_plain

BASE, RAW, SECTION_BYTES = 0x1000, 0x200, 0x600
RESOURCES = 0x200
VERSION = 0x300


def imports() -> bytes:
    """An import table at the section's beginning: two functions of one library, one of them by its number."""
    names = BASE + 0x80
    table = pack("<5I", BASE + 0x40, 0, 0, names, BASE + 0x60) + bytes(20)
    thunks = pack("<3I", names + 0x20, 0x80000007, 0)
    content = bytearray(0x200)
    content[: len(table)] = table
    content[0x40 : 0x40 + len(thunks)] = thunks
    content[0x60 : 0x60 + len(thunks)] = thunks
    content[0x80:0x8D] = b"KERNEL32.dll\0"
    content[0xA0:0xAA] = b"\0\0WinExec\0"
    return bytes(content)


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)


def block(kind: int, key: str, value: bytes, children: bytes = b"", value_length: int | None = None) -> bytes:
    """A block of a version resource: its length, its value's length, its kind, its key, its value, its children."""
    body = padded(padded(bytes(6) + wide(key)) + value) + children
    return pack("<HHH", len(body), len(value) if value_length is None else value_length, kind) + body[6:]


def version() -> bytes:
    """A version resource that names a company."""
    fixed = pack("<13I", 0xFEEF04BD, 0x10000, *(0,) * 11)
    string = padded(block(1, "CompanyName", wide("Nobody"), value_length=7))
    strings = block(1, "StringFileInfo", b"", block(1, "040904b0", b"", string))
    return block(0, "VS_VERSION_INFO", fixed, strings)


def resources() -> bytes:
    """A tree of one version resource: its type, its number, its language, where it lies."""
    directory = pack("<IIHHHH", 0, 0, 0, 0, 0, 1)
    levels = (
        directory + pack("<II", 16, 0x80000000 | 24),
        directory + pack("<II", 1, 0x80000000 | 48),
        directory + pack("<II", 1033, 72),
    )
    return b"".join(levels) + pack("<IIII", BASE + VERSION, len(version()), 0, 0)


def program(overlay: bytes = b"") -> bytes:
    """A program of one section that holds its import table and its version."""
    optional = bytearray(224)
    pack_into("<HBB9I", optional, 0, 0x10B, 14, 0, SECTION_BYTES, 0, 0, BASE + 4, BASE, 0, 0x400000, 0x1000, 0x200)
    pack_into("<HHHHHHIIIIHH", optional, 40, 6, 0, 0, 0, 6, 0, 0, 0x2000, RAW, 0, 3, 0)
    pack_into("<IIIIII", optional, 72, 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    pack_into("<II", optional, 96 + 8, BASE, 40)
    pack_into("<II", optional, 96 + 16, BASE + RESOURCES, 88)
    pack_into("<II", optional, 96 + 32, 0x800, 123)
    coff = pack("<HHIIIHH", 0x14C, 1, 1_500_000_000, 0, 0, len(optional), 0x102)
    section = pack("<8sIIII12xI", b".text", SECTION_BYTES, BASE, SECTION_BYTES, RAW, 0x60000020)
    headers = b"MZ" + bytes(58) + pack("<I", 64) + b"PE\0\0" + coff + optional + section
    content = imports() + resources().ljust(VERSION - RESOURCES, b"\0") + version()
    return headers.ljust(RAW, b"\0") + content.ljust(SECTION_BYTES, b"\0") + overlay


def test_what_is_inside() -> None:
    report = inspect(program(overlay=bytes(100)))
    assert (report.machine, report.subsystem, report.compiled) == ("I386", "WINDOWS_CUI", 1_500_000_000)
    assert (report.is_dll, report.is_driver, report.entry_point, report.image_base) == (False, False, 0x1004, 0x400000)
    assert report.imports == [Import("KERNEL32.dll", ["WinExec", "#7"], 2)]
    assert report.imphash == hashlib.md5(b"kernel32.winexec,kernel32.ord7").hexdigest()
    assert report.version == {"CompanyName": "Nobody"}
    assert [(one.type, one.name, one.language, one.size) for one in report.resources] == [
        ("VERSION", "#1", 1033, len(version()))
    ]
    assert (report.signature_size, report.library_name, report.exports) == (123, "", [])
    assert (report.overlay_offset, report.overlay_size, report.overlay_entropy) == (RAW + SECTION_BYTES, 100, 0.0)
    (section,) = report.sections
    assert section == Section(".text", BASE, SECTION_BYTES, RAW, SECTION_BYTES, section.entropy, True, False, True)
    assert 0 < section.entropy < 8
    assert report.left_out == []


def test_a_report_travels_as_json() -> None:
    report = inspect(program())
    assert from_plain(json.loads(json.dumps(report.plain()))) == report
    assert inspect_in_worker(program()) == report


def test_lists_are_cut_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "INSPECT_LIST", 0)
    report = inspect(program())
    assert (report.sections, report.imports, report.resources, report.version) == ([], [], [], {})
    assert "sections: only the first 0 are listed" in report.left_out


@pytest.mark.parametrize("data", [b"", b"MZ", b"MZ" + bytes(1000), b"%PDF-1.7", program()[:70]])
def test_what_is_no_program_is_said_in_one_line(data: bytes) -> None:
    with pytest.raises(InspectError) as failure:
        inspect(data)
    assert str(failure.value).isprintable()


def test_a_worker_says_the_same() -> None:
    with pytest.raises(InspectError, match="no executable that pefile can read: "):
        inspect_in_worker(b"MZ")


def test_a_program_cut_short_has_a_report() -> None:
    assert inspect(program()[:0x280]).machine == "I386"


def test_a_worker_is_ended_when_nobody_waits_for_it() -> None:
    with pytest.raises(InspectError, match="called off"):
        inspect_in_worker(program(), lambda: True)


def test_a_worker_is_ended_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "INSPECT_SECONDS", -1)
    with pytest.raises(InspectError, match="took longer than"):
        inspect_in_worker(program())


def test_a_worker_that_ran_out_of_memory_is_told_of() -> None:
    with pytest.raises(InspectError, match="more memory or time than it may"):
        inspection._understood(b"", -9)


def test_entropy() -> None:
    assert entropy(b"") == 0
    assert entropy(bytes(5000)) == 0
    assert entropy(bytes(range(256)) * 10) == 8
    assert 7.9 < entropy(b"".join(hashlib.sha256(bytes([i])).digest() for i in range(250))) < 8
    assert entropy(b"ab" * (limits.CHUNK_BYTES // 2 + 1)) == 1
