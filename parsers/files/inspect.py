"""What is inside an executable, read on demand by pefile; in a process of its own, because its bytes are hostile.

As a program (`python -m parsers.files.inspect`) it reads the file's bytes from standard input and writes one line of
JSON: {"report": …} or {"error": "…"}. Its memory and processor time are bounded.
"""

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from parsers import errand, escape
from parsers.cancelling import CalledOffError, Cancelled, never
from parsers.files import pe
from parsers.files.pe_report import Import, PEReport, Resource, Section, from_plain
from parsers.limits import CHUNK_BYTES, INSPECT_BYTES, INSPECT_LIST, INSPECT_MEMORY, INSPECT_SECONDS

_READABLE, _WRITABLE, _EXECUTABLE = 0x40000000, 0x80000000, 0x20000000
_DIRECTORIES: Final = ("EXPORT", "IMPORT", "RESOURCE")
_SIGNATURE: Final = 4


class InspectError(Exception):
    """The file could not be looked into; the text is one line: what, and why."""


def inspect(data: bytes) -> PEReport:
    """What the executable's bytes tell. Raises InspectError when pefile cannot read them.

    Takes seconds and hundreds of megabytes at worst: `inspect_in_worker` bounds both.
    """
    import pefile

    try:
        executable = pefile.PE(data=data, fast_load=True)
        executable.parse_data_directories(
            [pefile.DIRECTORY_ENTRY[f"IMAGE_DIRECTORY_ENTRY_{name}"] for name in _DIRECTORIES]
        )
    except pefile.PEFormatError as error:
        raise InspectError(f"no executable that pefile can read: {escape.cell(str(error.value))}") from None
    header, optional = executable.FILE_HEADER, executable.OPTIONAL_HEADER
    overlay = executable.get_overlay_data_start_offset()
    rest = data[overlay:] if overlay is not None else b""
    report = PEReport(
        machine=pe.MACHINES.get(header.Machine, f"unknown-{header.Machine}"),
        compiled=header.TimeDateStamp,
        is_dll=bool(executable.is_dll()),
        is_driver=bool(executable.is_driver()),
        subsystem=pe.SUBSYSTEMS.get(optional.Subsystem, f"unknown-{optional.Subsystem}"),
        entry_point=optional.AddressOfEntryPoint,
        image_base=optional.ImageBase,
        size=len(data),
        imphash=executable.get_imphash(),
        signature_size=_signature_size(optional),
        overlay_offset=overlay,
        overlay_size=len(rest),
        overlay_entropy=entropy(rest),
        library_name=_library_name(executable),
    )
    cut = _Cut(report.left_out)
    report.sections = cut("sections", map(_section, executable.sections))
    report.imports = cut("libraries", (_import(entry) for entry in getattr(executable, "DIRECTORY_ENTRY_IMPORT", ())))
    report.exports = cut("exports", _exports(executable))
    report.version = dict(cut("version information", _version(executable)))
    report.resources = cut("resources", _resources(executable))
    report.warnings = cut("warnings", (escape.cell(warning) for warning in executable.get_warnings()))
    return report


class _Cut:
    """Takes as many as a report may hold of each list and notes where there were more."""

    def __init__(self, left_out: list[str]) -> None:
        self._left_out = left_out

    def __call__(self, what: str, items: Iterable[Any]) -> list[Any]:
        taken: list[Any] = []
        for item in items:
            if len(taken) == INSPECT_LIST:
                self._left_out.append(f"{what}: only the first {INSPECT_LIST} are listed")
                break
            taken.append(item)
        return taken


def entropy(data: bytes) -> float:
    """Shannon's entropy of the bytes in bits a byte: 0 when all are the same, near 8 when packed or encrypted."""
    counts = np.zeros(256, np.int64)
    for place in range(0, len(data), CHUNK_BYTES):
        counts += np.bincount(np.frombuffer(data[place : place + CHUNK_BYTES], np.uint8), minlength=256)
    shares = counts[counts > 0] / len(data)
    return abs(round(float((shares * np.log2(shares)).sum()), 3))


def _signature_size(optional: Any) -> int:
    directories = optional.DATA_DIRECTORY
    return int(directories[_SIGNATURE].Size) if len(directories) > _SIGNATURE else 0


def _section(section: Any) -> Section:
    flags = section.Characteristics
    return Section(
        name=escape.text(section.Name.partition(b"\0")[0]),
        virtual_address=section.VirtualAddress,
        virtual_size=section.Misc_VirtualSize,
        raw_offset=section.PointerToRawData,
        raw_size=section.SizeOfRawData,
        entropy=entropy(section.get_data()),
        readable=bool(flags & _READABLE),
        writable=bool(flags & _WRITABLE),
        executable=bool(flags & _EXECUTABLE),
    )


def _import(entry: Any) -> Import:
    names = [
        escape.text(function.name) if function.name else f"#{function.ordinal}"
        for function in entry.imports[:INSPECT_LIST]
    ]
    return Import(escape.text(entry.dll or b""), names, len(entry.imports))


def _library_name(executable: Any) -> str:
    directory = getattr(executable, "DIRECTORY_ENTRY_EXPORT", None)
    return escape.text(directory.name or b"") if directory is not None else ""


def _exports(executable: Any) -> Iterator[str]:
    directory = getattr(executable, "DIRECTORY_ENTRY_EXPORT", None)
    for symbol in directory.symbols if directory is not None else ():
        yield escape.text(symbol.name) if symbol.name else f"#{symbol.ordinal}"


def _version(executable: Any) -> Iterator[tuple[str, str]]:
    """The names and values of the version resource, in its order."""
    for blocks in getattr(executable, "FileInfo", ()):
        for block in blocks:
            for table in getattr(block, "StringTable", ()):
                for name, value in table.entries.items():
                    yield escape.text(name), escape.text(value)


def _resources(executable: Any) -> Iterator[Resource]:
    import pefile

    for kind in _entries(getattr(executable, "DIRECTORY_ENTRY_RESOURCE", None)):
        kind_name = _named(kind) or pefile.RESOURCE_TYPE.get(kind.id, f"#{kind.id}").removeprefix("RT_")
        for thing in _entries(getattr(kind, "directory", None)):
            for language in _entries(getattr(thing, "directory", None)):
                data = getattr(language, "data", None)
                if data is not None:
                    name = _named(thing) or f"#{thing.id}"
                    yield Resource(kind_name, name, int(language.id or 0), int(data.struct.Size))


def _entries(directory: Any) -> Iterable[Any]:
    return directory.entries if directory is not None else ()


def _named(entry: Any) -> str:
    return escape.text(bytes(entry.name.string)) if entry.name is not None and entry.name.string else ""


def inspect_in_worker(data: bytes, cancelled: Cancelled = never) -> PEReport:
    """What the executable's bytes tell, read by a process of bounded time and memory.

    Only the first bytes are read of a very large file. Raises InspectError when they cannot be read, when the process
    fails or takes too long, or once `cancelled` says so.
    """
    try:
        answer, status = errand.run(
            "parsers.files.inspect", question=data[:INSPECT_BYTES], cancelled=cancelled, seconds=INSPECT_SECONDS
        )
    except CalledOffError:
        raise InspectError("the look inside was called off") from None
    except errand.TookTooLongError:
        raise InspectError(f"the look inside took longer than {INSPECT_SECONDS} s and was ended") from None
    return _understood(answer, status)


def _understood(answer: bytes, status: int) -> PEReport:
    """The report in a worker's answer."""
    if status:
        raise InspectError(f"the look inside failed (status {status}): the file needs more memory or time than it may")
    cells = json.loads(answer)
    if "error" in cells:
        raise InspectError(cells["error"])
    return from_plain(cells["report"])


def _serve() -> None:
    import pefile  # noqa: F401  the limits are for the file, not for Python's own start

    resource.setrlimit(resource.RLIMIT_AS, (INSPECT_MEMORY, INSPECT_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (INSPECT_SECONDS, INSPECT_SECONDS))
    try:
        answer: dict[str, Any] = {"report": inspect(sys.stdin.buffer.read(INSPECT_BYTES)).plain()}
    except InspectError as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    _serve()
