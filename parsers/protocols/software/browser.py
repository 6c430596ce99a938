"""Browsers' names and versions: nearly all of them claim to be a Mozilla, so that what they are is found by its marks.

Source: Zeek, scripts/base/frameworks/software/main.zeek (parse_mozilla).
"""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from parsers.protocols.software.version import Description, Version, described

_Test: TypeAlias = Callable[[bytes], object]
_Reader: TypeAlias = Callable[[bytes], Description]

_BROWSER: Final = re.compile(rb"(?:Mozilla|Opera)/[0-9]+\.")
_UNKNOWN: Final = Description(b"<unknown browser>")

_OPERA_AT_END: Final = re.compile(rb"Opera [0-9.]*\Z")
_MSIE: Final = re.compile(rb"MSIE [0-9]{1,2}\.*[0-9]*b?[0-9]*")
_EDGE: Final = re.compile(rb"Edge/[0-9.]*")
_VERSION: Final = re.compile(rb"Version/[0-9.]*")
_NAMED: Final = re.compile(rb"(?:Firefox|Netscape|Thunderbird)/[0-9.]*")
_CHROME: Final = re.compile(rb"Chrome/[0-9.]*")
_SMALL_OPERA: Final = re.compile(rb"Opera M(?:ini|obi)")
_OPERA_MINI: Final = re.compile(rb"Opera Mini/[0-9.]*")
_AIR: Final = re.compile(rb"AdobeAIR/[0-9.]*")
_WEBKIT: Final = re.compile(rb"AppleWebKit/[0-9.]*")
_JAVA: Final = re.compile(rb"Java/[0-9._]*")
_PART_END: Final = re.compile(rb"[/ ]")
# Internet Explorer says in the first place which version it plays, and here which one it is.
_TRIDENTS: Final = {b"Trident/4.0": 8, b"Trident/5.0": 9, b"Trident/6.0": 10, b"Trident/7.0": 11}


def is_browser(said: bytes) -> bool:
    """Whether it is said as browsers say it."""
    return _BROWSER.match(said) is not None


def browser(said: bytes) -> Description:
    """Which browser it is; the first of its marks decides."""
    return next((read(said) for test, read in _MARKS if test(said)), _UNKNOWN)


def _version(said: bytes, *patterns: re.Pattern[bytes]) -> Version:
    """The version in the first place that one of the patterns finds."""
    found = next(filter(None, (pattern.search(said) for pattern in patterns)), None)
    return described(found[0]).version if found else Version()


def _called(name: bytes, *patterns: re.Pattern[bytes]) -> _Reader:
    return lambda said: Description(name, _version(said, *patterns))


def _explorer(said: bytes) -> Description:
    for mark, major in _TRIDENTS.items():
        if mark in said:
            return Description(b"MSIE", Version(major, 0))
    return Description(b"MSIE", _version(said, _MSIE))


def _safari(said: bytes) -> Description:
    version = _version(said, _VERSION)
    if _in_turn(b" Mobile", b" Safari")(said):
        version = version._replace(addl=b"Mobile")
    return Description(b"Safari", version)


def _named(said: bytes) -> Description:
    found = _NAMED.search(said)
    return described(found[0]) if found else _UNKNOWN


def _opera(said: bytes) -> Description:
    small = _SMALL_OPERA.search(said)
    if small and _contains(b"Opera Mini/", b"Opera Mobi/")(said):
        return Description(small[0], _version(said, _VERSION, _OPERA_MINI))
    return Description(b"Opera", _version(said, _VERSION))


def _flash(said: bytes) -> Description:
    return Description(b"Flash", described(_PART_END.split(said, 2)[1]).version)


def _contains(*marks: bytes) -> _Test:
    return lambda said: any(mark in said for mark in marks)


def _in_turn(first: bytes, second: bytes) -> _Test:
    """A test whether one is followed by the other in the same line."""

    def test(said: bytes) -> bool:
        return any(second in line.partition(first)[2] for line in said.split(b"\n"))

    return test


_MARKS: Final[tuple[tuple[_Test, _Reader], ...]] = (
    (_OPERA_AT_END.search, _called(b"Opera", _OPERA_AT_END)),
    (_contains(b" MSIE ", b"Trident/"), _explorer),
    (_contains(b"Edge/"), _called(b"Edge", _EDGE)),
    (_in_turn(b"Version/", b"Safari/"), _safari),
    (_NAMED.search, _named),
    (_in_turn(b"Chrome/", b"Safari/"), _called(b"Chrome", _CHROME)),
    (lambda said: said.startswith(b"Opera/"), _opera),
    (_contains(b"Flash%20Player"), _flash),
    (_contains(b"AdobeAIR/"), _called(b"AdobeAIR", _AIR)),
    (_contains(b"AppleWebKit/"), _called(b"Unspecified WebKit", _WEBKIT)),
    (re.compile(rb" Java/[0-9]\.").search, _called(b"Java", _JAVA)),
)
