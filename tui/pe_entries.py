"""What is inside an executable, as named values with what each means."""

from collections.abc import Iterator
from datetime import UTC, datetime

from parsers.files.pe_report import PEReport
from tui.widgets.field_list import Entry

# Entropy from which bytes look compressed or encrypted; plain code and text stay well below.
PACKED = 7.2


def entries(report: PEReport) -> list[Entry]:
    """The report from what decides to what explains."""
    return [
        *_identity(report),
        *_version(report),
        *_sections(report),
        *_imports(report),
        *_exports(report),
        *_resources(report),
        *_remarks(report),
    ]


def _identity(report: PEReport) -> Iterator[Entry]:
    kind = "driver" if report.is_driver else "library (DLL)" if report.is_dll else "program"
    compiled = datetime.fromtimestamp(report.compiled, UTC)
    yield Entry("kind", f"{kind}  {report.machine}  {report.subsystem}  {report.size:,} bytes")
    yield Entry("imphash", report.imphash or "-", "MD5 of what it imports: programs of one family often share it.")
    yield Entry("compiled", f"{compiled:%Y-%m-%d %H:%M:%S} UTC", "What the file says itself; easily forged.")
    yield Entry("entry point", f"{report.entry_point:#x}  (image base {report.image_base:#x})", "Where it starts.")
    signed = f"present, {report.signature_size:,} bytes" if report.signature_size else "none"
    yield Entry("signature", signed, "Whether it carries a signature; if the signature is good is not checked.")
    overlay = "none"
    if report.overlay_offset is not None:
        overlay = f"{report.overlay_size:,} bytes from {report.overlay_offset:#x}, entropy {report.overlay_entropy:.2f}"
    yield Entry("overlay", overlay, "Bytes after the last section: installers and droppers keep their load there.")


def _version(report: PEReport) -> Iterator[Entry]:
    if report.version:
        yield Entry("version information, as the file says itself")
        for name, value in report.version.items():
            yield Entry(name, value)


def _sections(report: PEReport) -> Iterator[Entry]:
    yield Entry("sections: size in memory, size in the file, entropy (0 to 8), rights")
    for section in report.sections:
        rights = "".join(
            letter if allowed else "-"
            for letter, allowed in zip("rwx", (section.readable, section.writable, section.executable), strict=True)
        )
        sizes = f"{section.virtual_size:>10,}  {section.raw_size:>10,}  {section.entropy:4.2f}  {rights}"
        notes = []
        if section.entropy >= PACKED:
            notes.append("looks packed or encrypted")
        if section.writable and section.executable:
            notes.append("can write its own code")
        yield Entry(section.name or "(no name)", sizes, "; ".join(notes))


def _imports(report: PEReport) -> Iterator[Entry]:
    if report.imports:
        yield Entry("imports")
    for one in report.imports:
        left = one.total - len(one.functions)
        more = f", and {left:,} more" if left else ""
        yield Entry(one.library, ", ".join(one.functions) + more)


def _exports(report: PEReport) -> Iterator[Entry]:
    if report.exports:
        yield Entry("exports")
        yield Entry(report.library_name or "(no name)", ", ".join(report.exports))


def _resources(report: PEReport) -> Iterator[Entry]:
    if report.resources:
        yield Entry("resources: name, size, language")
    for resource in report.resources:
        yield Entry(resource.type, f"{resource.name}  {resource.size:,} bytes  {resource.language:#06x}")


def _remarks(report: PEReport) -> Iterator[Entry]:
    if report.warnings or report.left_out:
        yield Entry("remarks on the file")
    for text in (*report.warnings, *report.left_out):
        yield Entry("", text)
