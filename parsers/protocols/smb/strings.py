"""Strings in SMB as Zeek's scripts see them.

Source: Zeek, src/analyzer/protocol/smb/smb-strings.pac.
"""

from parsers.protocols import utf16
from parsers.protocols.grammar import Reading
from parsers.protocols.smb.state import State


def of_utf16(state: State, raw: bytes) -> bytes:
    """Two bytes a character, as UTF-8; as it is where it is none."""
    found = utf16.to_utf8(raw)
    if found is None:
        state.context.weird("utf16_conversion_failed", state.now, "utf16 conversion failed in utf16_to_utf8_val", "")
        return raw
    return found


def sized(reading: Reading, length: int) -> bytes:
    """A string of SMB 2, of so many bytes."""
    record = reading.inner()
    raw = record.array("SMB2_string:s", length, 1)
    reading.place = record.place
    return raw


def read(reading: Reading, *, is_unicode: bool, at: int) -> bytes:
    """A string of SMB 1 up to its zero or the end of its message, what ends it too.

    Two bytes a character begin at an even place; `at` says which place this is.
    """
    if not is_unicode:
        end = reading.data.find(b"\0", reading.place, reading.end)
        return reading.octets("", reading.left if end < 0 else end + 1 - reading.place)
    reading.array("SMB_unicode_string:pad", at & 1, 1)
    start = end = reading.place
    while (end := reading.data.find(b"\0\0", end, reading.end)) >= 0:
        if (end - start) % 2 == 0:
            return reading.octets("", end + 2 - start)
        end += 1
    return reading.rest()


def of_smb1(state: State, raw: bytes, *, is_unicode: bool) -> bytes:
    """A string of SMB 1 as UTF-8, or as it is."""
    return of_utf16(state, raw) if is_unicode else raw.removesuffix(b"\0")
