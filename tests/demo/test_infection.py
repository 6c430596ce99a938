"""The capture that ships is the one that the script makes."""

import pefile

from tests.demo import infection


def test_the_shipped_capture_is_what_the_script_makes() -> None:
    assert infection.capture() == infection.TARGET.read_bytes()


def test_the_program_inside_is_valid() -> None:
    program = pefile.PE(data=infection.program())
    assert [entry.dll for entry in program.DIRECTORY_ENTRY_IMPORT] == [b"KERNEL32.dll"]
    assert [section.Name.rstrip(b"\0") for section in program.sections] == [b".text", b".rdata", b".data", b".rsrc"]
    strings = program.FileInfo[0][0].StringTable[0].entries
    assert strings[b"OriginalFilename"] == b"docview.exe"
