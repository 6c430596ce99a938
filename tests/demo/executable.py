"""A Windows program that is valid and does nothing: it asks the system to end it. Source: Microsoft, PE Format."""

import struct

IMAGE_BASE = 0x400000
ALIGN, FILE_ALIGN = 0x1000, 0x200
CODE, DATA, RESOURCES = 0x60000020, 0x40000040, 0x40000040
WRITABLE = 0xC0000040


def _pad(data: bytes, size: int) -> bytes:
    return data + b"\0" * (-len(data) % size)


def _imports(base: int) -> tuple[bytes, int]:
    """An import table of KERNEL32's ExitProcess at `base`, and where its address will be put."""
    descriptors, lookup, address = base, base + 40, base + 48
    name, library = base + 56, base + 72
    table = struct.pack("<5I", lookup, 0, 0, library, address) + bytes(20)
    thunk = struct.pack("<II", name, 0)
    texts = (struct.pack("<H", 0) + b"ExitProcess\0").ljust(16, b"\0") + b"KERNEL32.dll\0"
    assert len(table) == lookup - descriptors
    return table + thunk + thunk + texts, address


def _text(value: str) -> bytes:
    return (value + "\0").encode("utf-16-le")


def _block(key: str, value: bytes, kind: int, children: bytes = b"", length: int | None = None) -> bytes:
    """One node of a version resource (VS_VERSIONINFO and what lies below it)."""
    head = _pad(bytes(6) + _text(key), 4)
    body = _pad(head + value, 4) + children
    return struct.pack("<HHH", len(body), len(value) if length is None else length, kind) + body[6:]


def _version(facts: dict[str, str]) -> bytes:
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, 0x10002, 0x30004, 0x10002, 0x30004, 0x3F, 0, 4, 1, 0, 0, 0)
    strings = b"".join(_pad(_block(k, _text(v), 1, length=len(v) + 1), 4) for k, v in facts.items())
    table = _block("040904b0", b"", 1, strings)
    names = _pad(_block("StringFileInfo", b"", 1, table), 4)
    language = _block("VarFileInfo", b"", 1, _block("Translation", struct.pack("<HH", 0x409, 1200), 0))
    return _block("VS_VERSION_INFO", fixed, 0, names + language)


def _resources(base: int, version: bytes) -> bytes:
    """A resource tree that holds only the version: type 16, name 1, language 0x409."""

    def directory(identifier: int, target: int) -> bytes:
        return struct.pack("<IIHHHHII", 0, 0, 0, 0, 0, 1, identifier, target)

    tree = directory(16, 0x80000000 | 24) + directory(1, 0x80000000 | 48) + directory(0x409, 72)
    return tree + struct.pack("<IIII", base + 88, len(version), 0, 0) + version


def build(compiled: int, filling: bytes, facts: dict[str, str]) -> bytes:
    """A 32-bit program; `compiled` is its time stamp in epoch seconds, `filling` lies in .data."""
    imports, exit_process = _imports(2 * ALIGN)
    code = b"\x6a\x00\xff\x15" + struct.pack("<I", IMAGE_BASE + exit_process)
    data_size = len(_pad(filling, ALIGN))
    resources_at = 3 * ALIGN + data_size
    sections = [
        (b".text", ALIGN, code, CODE),
        (b".rdata", 2 * ALIGN, imports, DATA),
        (b".data", 3 * ALIGN, filling, WRITABLE),
        (b".rsrc", resources_at, _resources(resources_at, _version(facts)), RESOURCES),
    ]
    stub = b"\x0e\x1f\xba\x0e\x00\xb4\x09\xcd\x21\xb8\x01\x4c\xcd\x21This program cannot be run in DOS mode.\r\r\n$"
    dos = _pad(b"MZ" + struct.pack("<29HI", *([0x90, 3, 0, 4, 0, 0xFFFF, 0, 0xB8] + [0] * 21), 0x80) + stub, 0x80)
    file_header = struct.pack("<HHIIIHH", 0x14C, len(sections), compiled, 0, 0, 224, 0x102)
    directories = [(0, 0)] * 16
    directories[1] = (2 * ALIGN, 40)
    directories[2] = (resources_at, len(sections[3][2]))
    image_size = resources_at + len(_pad(sections[3][2], ALIGN))
    optional = struct.pack(
        "<HBB9I6H4I2H6I",
        0x10B, 14, 0, len(_pad(code, FILE_ALIGN)), len(_pad(filling, FILE_ALIGN)), 0, ALIGN, ALIGN, 2 * ALIGN,
        IMAGE_BASE, ALIGN, FILE_ALIGN, 6, 0, 1, 0, 6, 0, 0, image_size, 0x400, 0, 2, 0x8540,
        0x100000, 0x1000, 0x100000, 0x1000, 0, 16,
    )  # fmt: skip
    optional += b"".join(struct.pack("<II", *entry) for entry in directories)
    table, bodies, at = b"", b"", 0x400
    for name, address, body, kind in sections:
        raw = _pad(body, FILE_ALIGN)
        table += struct.pack("<8sIIIIIIHHI", name, len(body), address, len(raw), at, 0, 0, 0, 0, kind)
        bodies += raw
        at += len(raw)
    return (dos + b"PE\0\0" + file_header + optional + table).ljust(0x400, b"\0") + bodies
