"""pe.log: Windows executables, whatever they are called, by the headers at their beginning.

Source: Microsoft, PE Format (DOS header, COFF header, optional header, section table); which of them must be whole
for a cell to be set: Zeek, src/file_analysis/analyzer/pe, base/files/pe.
"""

from collections.abc import Generator
from dataclasses import dataclass
from struct import Struct, iter_unpack, unpack_from
from typing import Final

from parsers import escape
from parsers.limits import CONTAINER_ELEMENTS, PE_STUB_BYTES
from parsers.protocols.binpac import BinpacError, not_enforced
from parsers.protocols.grammar import Reading
from parsers.schema import Field, Record, Row

MIME_TYPE: Final = "application/x-dosexec"

RECORD = Record(
    "pe",
    "A Windows executable that was carried by a connection.",
    "#f07178",
    (
        Field("ts", "time", "When the file was first seen, UTC.", 1),
        Field("id", "string", "The file's identifier; files.log calls it fuid.", 2),
        Field("machine", "string", "The processor that it was compiled for.", 3, repeats=True),
        Field("compile_ts", "time", "When it was compiled, as it says itself.", 4),
        Field("os", "string", "The version of Windows that it asks for.", repeats=True),
        Field("subsystem", "string", "What it runs in: with windows, in a console, as a driver.", 5, repeats=True),
        Field("is_exe", "bool", "T for a program or library, F for an object file."),
        Field("is_64bit", "bool", "F when it says that it needs a 32-bit machine."),
        Field("uses_aslr", "bool", "T when it may be loaded at a random address."),
        Field("uses_dep", "bool", "T when its data may not be executed."),
        Field("uses_code_integrity", "bool", "T when its signature must be checked before it runs."),
        Field("uses_seh", "bool", "T when it handles exceptions in Windows' structured way."),
        Field("has_import_table", "bool", "T when it uses functions of other libraries."),
        Field("has_export_table", "bool", "T when it offers functions to others."),
        Field("has_cert_table", "bool", "T when it carries a signature (valid or not)."),
        Field("has_debug_data", "bool", "T when it carries data for a debugger."),
        Field("section_names", "vector[string]", "The names of its sections, in order.", 6),
    ),
)

MACHINES: Final = {
    0x0: "UNKNOWN",
    0x14C: "I386",
    0x166: "R4000",
    0x169: "WCEMIPSV2",
    0x1A2: "SH3",
    0x1A3: "SH3DSP",
    0x1A6: "SH4",
    0x1A8: "SH5",
    0x1C0: "ARM",
    0x1C2: "THUMB",
    0x1C4: "ARMNT",
    0x1D3: "AM33",
    0x1F0: "POWERPC",
    0x1F1: "POWERPCFP",
    0x200: "IA64",
    0x266: "MIPS16",
    0x366: "MIPSFPU",
    0x466: "MIPSFPU16",
    0xEBC: "EBC",
    0x8664: "AMD64",
    0x9041: "M32R",
    0xAA64: "ARM64",
}

SUBSYSTEMS: Final = {
    0: "UNKNOWN",
    1: "NATIVE",
    2: "WINDOWS_GUI",
    3: "WINDOWS_CUI",
    7: "POSIX_CUI",
    9: "WINDOWS_CE_GUI",
    10: "EFI_APPLICATION",
    11: "EFI_BOOT_SERVICE_DRIVER",
    12: "EFI_RUNTIME_DRIVER",
    13: "EFI_ROM",
    14: "XBOX",
}

WINDOWS: Final = {
    (10, 0): "Windows 10",
    (6, 4): "Windows 10 Technical Preview",
    (6, 3): "Windows 8.1 or Server 2012 R2",
    (6, 2): "Windows 8 or Server 2012",
    (6, 1): "Windows 7 or Server 2008 R2",
    (6, 0): "Windows Vista or Server 2008",
    (5, 2): "Windows XP x64 or Server 2003",
    (5, 1): "Windows XP",
    (5, 0): "Windows 2000",
    (4, 90): "Windows Me",
    (4, 10): "Windows 98",
    (4, 0): "Windows 95 or NT 4.0",
    (3, 51): "Windows NT 3.51",
    (3, 50): "Windows NT 3.5",
    (3, 11): "Windows for Workgroups 3.11",
    (3, 10): "Windows 3.1 or NT 3.1",
    (3, 2): "Windows 3.2",
    (3, 0): "Windows 3.0",
    (2, 11): "Windows 2.11",
    (2, 10): "Windows 2.10",
    (2, 0): "Windows 2.0",
    (1, 4): "Windows 1.04",
    (1, 3): "Windows 1.03",
    (1, 1): "Windows 1.01",
    (1, 0): "Windows 1.0",
}

_NEEDS_32_BITS: Final = 0x100
_PE32, _ROM, _PE32_PLUS = 0x10B, 0x107, 0x20B
_DYNAMIC_BASE, _FORCE_INTEGRITY, _NX_COMPATIBLE, _NO_SEH = 0x40, 0x80, 0x100, 0x400
_EXPORTS, _IMPORTS, _CERTIFICATES, _DEBUG = 0, 1, 4, 6
_SECTION: Final = 40

_COFF: Final = Struct("<4x HHI8xHH")
# What lies elsewhere in one form of the optional header than in another: the last field, the layout.
_IMAGE_BASE: Final = ("Optional_Header:image_base_32", "<4x")
_MEMORY: Final = {_PE32: ("Mem_Info32", "<16x"), _PE32_PLUS: ("Mem_Info64", "<32x")}


@dataclass(slots=True)
class _Optional:
    """What the optional header tells."""

    os: str
    subsystem: str
    flags: int
    sizes: list[int]

    def has(self, directory: int) -> bool:
        """The executable has the data of this directory."""
        return directory < len(self.sizes) and self.sizes[directory] > 0


class Headers:
    """The headers of one executable while its first bytes pass by; what they say is known as far as they came.

    `violation` says why they are not read on, where they are none.
    """

    __slots__ = ("_coff", "_held", "_needed", "_optional", "_parser", "_sections", "violation")

    def __init__(self) -> None:
        self.violation: str | None = None
        self._coff: tuple[int, ...] | None = None
        self._optional: _Optional | None = None
        self._sections: list[str] | None = None
        self._held = bytearray()
        self._parser = self._parse()
        self._needed: int | None = next(self._parser)

    def data(self, data: bytes) -> None:
        """The next bytes."""
        if self._needed is None:
            return
        self._held += data
        place = 0
        while self._needed is not None and len(self._held) - place >= self._needed:
            taken = bytes(self._held[place : place + self._needed])
            place += self._needed
            self._needed = _next(self._parser, taken)
        if self._needed is None:
            self._held.clear()
        else:
            del self._held[:place]

    def gap(self, length: int) -> None:
        """Bytes are missing, however many: what follows is read as if it came next, as Zeek does."""

    def _parse(self) -> Generator[int, bytes, None]:
        """The headers one after the other; each yield is the number of bytes that the next one has."""
        dos = yield 64
        (start,) = unpack_from("<I", dos, 60)
        if not 64 <= start < 64 + PE_STUB_BYTES:
            self.violation = str(not_enforced("DOS_Header:AddressOfNewExeHeader"))
            return
        yield start - 64
        self._coff = _COFF.unpack((yield 24))
        _, sections, _, optional_size, _ = self._coff
        optional = yield optional_size
        if optional_size:
            try:
                self._optional = _optional(optional)
            except BinpacError as error:
                self.violation = str(error)
                return
        table = yield sections * _SECTION
        if sections and optional_size:
            shown = min(sections, CONTAINER_ELEMENTS + 1)
            names = (table[place : place + 8] for place in range(0, shown * _SECTION, _SECTION))
            self._sections = [escape.text(name.partition(b"\0")[0]) for name in names]

    def row(self, ts: int, fuid: str) -> Row | None:
        """The row of pe.log; None when too little of the headers came."""
        if self._coff is None:
            return None
        machine, _, compiled, optional_size, characteristics = self._coff
        head = (ts, fuid, MACHINES.get(machine, f"unknown-{machine}"), compiled * 1_000_000_000)
        kind = (optional_size > 0, not characteristics & _NEEDS_32_BITS)
        found = self._optional
        if found is None:
            return (*head, None, None, *kind, False, False, False, True, None, None, None, None, self._sections)
        return (
            *head,
            found.os,
            found.subsystem,
            *kind,
            bool(found.flags & _DYNAMIC_BASE),
            bool(found.flags & _NX_COMPATIBLE),
            bool(found.flags & _FORCE_INTEGRITY),
            not found.flags & _NO_SEH,
            found.has(_IMPORTS),
            found.has(_EXPORTS),
            found.has(_CERTIFICATES),
            found.has(_DEBUG),
            self._sections,
        )


def _next(parser: Generator[int, bytes, None], taken: bytes) -> int | None:
    try:
        return parser.send(taken)
    except StopIteration:
        return None


def _optional(header: bytes) -> _Optional | None:
    """The optional header; None for one of no known form, which is read without the fields that only these have."""
    reading = Reading(header)
    (magic,) = reading.numbers("Optional_Header:base_of_code", "<H22x")
    if magic == _PE32:
        reading.numbers("Optional_Header:base_of_data", "<4x")
    reading.numbers(*(("Optional_Header:image_base_64", "<8x") if magic == _PE32_PLUS else _IMAGE_BASE))
    major, minor, subsystem, flags = reading.numbers("Optional_Header:dll_characteristics", "<8xHH24xHH")
    memory = reading.inner()
    if magic in _MEMORY:
        memory.numbers(*_MEMORY[magic])
        reading.place = memory.place
    (count,) = reading.numbers("Optional_Header:number_of_rva_and_sizes", "<4xI")
    directories = reading.inner().array("RVAS:rvas", count, 8)
    if magic not in (_PE32, _ROM, _PE32_PLUS):
        return None
    return _Optional(
        WINDOWS.get((major, minor), f"unknown-{major}.{minor}"),
        SUBSYSTEMS.get(subsystem, f"unknown-{subsystem}"),
        flags,
        [size for (size,) in iter_unpack("<4xI", directories)],
    )
