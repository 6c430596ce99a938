from collections.abc import Callable
from struct import pack, pack_into
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.files import pe
from parsers.limits import CONTAINER_ELEMENTS

I386, AMD64 = 0x14C, 0x8664


def optional_header(magic: int = 0x10B, directories: tuple[int, ...] = (0,) * 16, flags: int = 0) -> bytes:
    """An optional header that asks for Windows 10.0 and windows, with the sizes of these directories."""
    place = {0x10B: 92, 0x20B: 108}.get(magic, 72)
    version = 36 if place == 72 else 40
    header = bytearray(place)
    pack_into("<H", header, 0, magic)
    pack_into("<HH", header, version, 10, 0)
    pack_into("<HH", header, version + 28, 2, flags)
    return bytes(header) + pack("<I", len(directories)) + b"".join(pack("<II", 1, size) for size in directories)


def program(
    machine: int = I386,
    optional: bytes | None = None,
    sections: tuple[bytes, ...] = (b".text", b".data"),
    characteristics: int = 0x102,
    start: int = 128,
) -> bytes:
    """The headers of a program."""
    optional = optional_header() if optional is None else optional
    dos = b"MZ" + bytes(58) + pack("<I", start)
    stub = bytes(max(0, min(start, 4096) - 64))
    coff = b"PE\0\0" + pack("<HHIIIHH", machine, len(sections), 1_000_000, 0, 0, len(optional), characteristics)
    return dos + stub + coff + optional + b"".join(name.ljust(8, b"\0") + bytes(32) for name in sections)


def told(*pieces: bytes) -> dict[str, Any] | None:
    """The cells of the row."""
    headers = pe.Headers()
    for piece in pieces:
        headers.data(piece)
    row = headers.row(7, "F1")
    return None if row is None else dict(zip(pe.RECORD.names, row, strict=True))


def bytewise(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def test_a_program_of_32_bits() -> None:
    sizes = (5, 6, 0, 0, 7, 0, 8)
    content = program(optional=optional_header(directories=sizes, flags=0x540), sections=(b".text", b"longname", b""))
    expected = {
        "ts": 7,
        "id": "F1",
        "machine": "I386",
        "compile_ts": 1_000_000 * 10**9,
        "os": "Windows 10",
        "subsystem": "WINDOWS_GUI",
        "is_exe": True,
        "is_64bit": False,
        "uses_aslr": True,
        "uses_dep": True,
        "uses_code_integrity": False,
        "uses_seh": False,
        "has_import_table": True,
        "has_export_table": True,
        "has_cert_table": True,
        "has_debug_data": True,
        "section_names": [".text", "longname", ""],
    }
    assert told(content) == expected
    assert told(*bytewise(content)) == expected
    assert told(content + b"the rest of the file") == expected


def test_a_program_of_64_bits() -> None:
    row = told(program(AMD64, optional_header(0x20B, (0, 3)), characteristics=0x22))
    assert row is not None
    assert (row["machine"], row["is_64bit"], row["os"]) == ("AMD64", True, "Windows 10")
    assert (row["has_export_table"], row["has_import_table"], row["has_cert_table"]) == (False, True, False)


def test_a_rom_image_has_fewer_fields() -> None:
    row = told(program(optional=optional_header(0x107)))
    assert row is not None
    assert (row["os"], row["subsystem"]) == ("Windows 10", "WINDOWS_GUI")


def test_what_is_not_known_is_named_by_its_number() -> None:
    header = bytearray(optional_header())
    pack_into("<HH", header, 40, 7, 3)
    pack_into("<H", header, 68, 99)
    row = told(program(475, bytes(header)))
    assert row is not None
    assert (row["machine"], row["os"], row["subsystem"]) == ("unknown-475", "unknown-7.3", "unknown-99")


def test_an_object_file_has_no_optional_header() -> None:
    row = told(program(optional=b""))
    assert row is not None
    assert (row["is_exe"], row["os"], row["has_import_table"], row["section_names"]) == (False, None, None, None)


@pytest.mark.parametrize(
    "optional",
    [
        pytest.param(optional_header()[:-1], id="the-directories-are-cut"),
        pytest.param(optional_header()[:40], id="the-fields-are-cut"),
        pytest.param(b"\x0b", id="one-byte"),
        pytest.param(optional_header()[:92] + b"\xff\xff\xff\xff", id="four-billion-directories"),
    ],
)
def test_a_broken_optional_header_ends_it(optional: bytes) -> None:
    row = told(program(optional=optional))
    assert row is not None
    assert (row["machine"], row["is_exe"], row["os"], row["section_names"]) == ("I386", True, None, None)


def test_an_optional_header_of_no_known_form_is_passed_over() -> None:
    row = told(program(optional=optional_header(0x1234)))
    assert row is not None
    assert (row["os"], row["section_names"]) == (None, [".text", ".data"])


@pytest.mark.parametrize(
    ("length", "cells"),
    [
        pytest.param(63, None, id="in-the-dos-header"),
        pytest.param(128 + 23, None, id="in-the-coff-header"),
        pytest.param(128 + 24, ("I386", None, None), id="after-the-coff-header"),
        pytest.param(128 + 24 + 223, ("I386", None, None), id="in-the-optional-header"),
        pytest.param(128 + 24 + 224 + 79, ("I386", "Windows 10", None), id="in-the-section-table"),
        pytest.param(128 + 24 + 224 + 80, ("I386", "Windows 10", [".text", ".data"]), id="whole"),
    ],
)
def test_a_program_cut_short(length: int, cells: tuple[Any, ...] | None) -> None:
    row = told(program()[:length])
    assert (row and (row["machine"], row["os"], row["section_names"])) == cells


@pytest.mark.parametrize("start", [0, 63, 64 + (4 << 20), 0xFFFFFFFF])
def test_a_program_for_dos_alone_has_no_row(start: int) -> None:
    assert told(program(start=start) + bytes(4096)) is None


def test_the_headers_may_follow_the_dos_header_at_once() -> None:
    assert told(program(start=64)) is not None


def test_names_are_bounded_and_hostile() -> None:
    row = told(program(sections=(b"\xff\x1b[2J", *[b".s"] * 500)))
    assert row is not None
    assert row["section_names"][0] == "\\xff\x1b[2J"
    assert len(row["section_names"]) == CONTAINER_ELEMENTS + 1


@settings(max_examples=60)
@given(st.binary(max_size=600), st.lists(st.integers(1, 80), max_size=20))
def test_any_bytes(data: bytes, cuts: list[int]) -> None:
    headers, place = pe.Headers(), 0
    for cut in cuts:
        headers.data(data[place : place + cut])
        headers.gap(cut)
        place += cut
    headers.row(0, "F")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (program(), None),
        (program(start=63), "&enforce violation : DOS_Header:AddressOfNewExeHeader"),
        (program(optional=b"\x0b\x01"), "out_of_bound: Optional_Header:base_of_code: 24 > 2"),
        (program(optional=optional_header()[:27]), "out_of_bound: Optional_Header:base_of_data: 28 > 27"),
        (program(optional=optional_header()[:28]), "out_of_bound: Optional_Header:image_base_32: 32 > 28"),
        (program(optional=optional_header(0x20B)[:31]), "out_of_bound: Optional_Header:image_base_64: 32 > 31"),
        (program(optional=optional_header()[:71]), "out_of_bound: Optional_Header:dll_characteristics: 72 > 71"),
        (program(optional=optional_header()[:87]), "out_of_bound: Mem_Info32: 16 > 15"),
        (program(optional=optional_header(0x20B)[:103]), "out_of_bound: Mem_Info64: 32 > 31"),
        (program(optional=optional_header()[:95]), "out_of_bound: Optional_Header:number_of_rva_and_sizes: 96 > 95"),
        (program(optional=optional_header()[:-1]), "out_of_bound: RVAS:rvas: 16 > 127"),
    ],
)
@pytest.mark.parametrize("pieces", [lambda content: [content], bytewise], ids=["whole", "bytewise"])
def test_why_a_program_is_none(content: bytes, why: str | None, pieces: Callable[[bytes], list[bytes]]) -> None:
    headers = pe.Headers()
    for piece in pieces(content + bytes(500)):
        headers.data(piece)
    assert headers.violation == (why and f"Binpac exception: binpac exception: {why}")
