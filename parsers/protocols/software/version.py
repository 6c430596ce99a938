"""A program's name and the numbers of its version, in what it says of itself: `Apache/2.4.6 (Fedora)`.

Source: Zeek, scripts/base/frameworks/software/main.zeek (parse), scripts/base/utils/numbers.zeek (extract_count).
"""

import re
from typing import Final, NamedTuple

from parsers.pieces import holds
from parsers.protocols.filename import unescaped

_MANY_DIGITS: Final = 21
_COUNT_MAX: Final = (1 << 64) - 1
_DIGITS: Final = re.compile(rb"[0-9]+")

# The version, with what stands between it and the name.
_NUMBERS: Final = re.compile(rb"(?:[/\-_]| [(v]+)?[0-9\-._, ]{2,}")
# The same at the end of a name; the name loses the first that is found then.
_BETWEEN: Final = re.compile(rb"[/\-_]| [(v]+")
_BETWEEN_AT_END: Final = re.compile(rb"(?:[/\-_]| [(v]+)\Z")
_BEFORE_NUMBERS: Final = (b"/", b"-", b".", b"_", b"v", b"(")
_POINT: Final = re.compile(rb"[\-._,\[({ ]")
_BRACKETED: Final = re.compile(rb"[ \t]*\(([a-zA-Z0-9\-._ \t]*)\)")
_BREAK: Final = re.compile(rb"[\-._,;\[\](){} ]")

_ANDROID: Final = re.compile(rb"A/[0-9.]*/Google/Pixel")
_OTHER_NAMES: Final = {b"Flash Player": b"Flash"}


class Version(NamedTuple):
    """A version's numbers, and what it says besides; None for what it does not say."""

    major: int | None = None
    minor: int | None = None
    minor2: int | None = None
    minor3: int | None = None
    addl: bytes | None = None


class Description(NamedTuple):
    """What a program is called, and its version."""

    name: bytes
    version: Version = Version()


def described(said: bytes) -> Description:
    """What a program that is no browser says of itself."""
    if _ANDROID.search(said):
        return Description(b"Android (Google Pixel)", _android_version(said.split(b"/", 2)[1]))
    clean = unescaped(said.replace(rb"\x", b"%"))
    numbers = _NUMBERS.search(clean)
    name = _name(clean if numbers is None else clean[: numbers.start()])
    name = _OTHER_NAMES.get(name, name)
    if numbers is None:
        return Description(name)
    return Description(name, _version(numbers[0].strip(), clean[numbers.end() :]))


def _android_version(said: bytes) -> Version:
    return described(said).version if holds(said, b".") else Version(_count(said))


def _name(before: bytes) -> bytes:
    """The name, in what stands before the version."""
    if _BETWEEN_AT_END.search(before):
        before = _BETWEEN.sub(b"", before, count=1).strip()
    return before.removeprefix(b"(").strip()


def _version(numbers: bytes, after: bytes) -> Version:
    if numbers.startswith(_BEFORE_NUMBERS):
        numbers = numbers[1:].strip()
    counts = [_count(number) if number else None for number in _POINT.split(numbers, 3)]
    major, minor, minor2, minor3 = [*counts, None, None, None][:4]
    return Version(major, minor, minor2, minor3, _addition(after))


def _count(said: bytes) -> int:
    """The first number in a text, 0 where there is none."""
    digits = _DIGITS.search(said)
    # Zeek's numbers end where 64 bits do.
    return min(int(b"0" + digits[0].lstrip(b"0")[:_MANY_DIGITS]), _COUNT_MAX) if digits else 0


def _addition(after: bytes) -> bytes | None:
    """What is said after the numbers: a few words in brackets, or one."""
    if after in {b"", b")"}:
        return None
    bracketed = _BRACKETED.match(after)
    if bracketed:
        return bracketed[1]
    return next(filter(None, _BREAK.split(after, 3)[:3]), after).strip()
