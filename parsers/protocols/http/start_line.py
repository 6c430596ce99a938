"""The first lines of requests and replies, read as leniently as Zeek reads them.

Source: Zeek, src/analyzer/protocol/http/HTTP.cc (HTTP_RequestLine, ParseRequest, HTTP_ReplyLine).
"""

import re
from typing import Final, NamedTuple

from parsers.protocols.filename import odd_escapes

_HTTP: Final = b"HTTP/"
_METHOD: Final = re.compile(rb"[!#-'*+\-.0-9A-Z^-z|~]+")
_URI: Final = re.compile(rb"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~\x00]*")
_KEYWORD: Final = re.compile(rb"[ \t]*HTTP/", re.IGNORECASE)
_VERSION: Final = re.compile(rb"[0-9]\.[0-9]")
_BLANK: Final = re.compile(rb"[ \t]+")


class RequestLine(NamedTuple):
    """A request's first line; `version` is None where there is one that is cut short, `0.9` where there is none.

    `method` is empty where the line is no request's: Zeek keeps the version that it has read there.
    """

    method: bytes
    uri: bytes
    version: bytes | None


class ReplyLine(NamedTuple):
    """A reply's first line; `version` is `0.0` where it cannot be read.

    `code` is None where there is none (the line is no reply's then), `reason` is None where it is missing.
    """

    version: bytes
    code: int | None
    reason: bytes | None


def request_line(line: bytes, odd: list[str]) -> RequestLine | None:
    """A request's first line; None when it is not one. To `odd` come the names of what is weird in it."""
    method = _METHOD.match(line)
    blank = _BLANK.match(line, method.end()) if method else None
    if method is None or blank is None:
        versioned = method is None and line[-9:-3].upper() == b" HTTP/"
        odd.append("bad_HTTP_request_with_version" if versioned else "bad_HTTP_request")
        return None
    rest = line[blank.end() :]
    uri_end = _URI.match(rest).end()  # type: ignore[union-attr]
    if rest[:5].upper() == _HTTP:
        _check_keyword(rest[:5], odd)
        if uri_end == len(rest):
            odd.append("missing_HTTP_uri")
            uri_end = 0
    keyword = _KEYWORD.search(rest, uri_end) if uri_end < len(rest) else None
    if keyword is None:
        uri = rest[: _unversioned_end(rest, uri_end)]
        odd += odd_escapes(uri)
        if len(method[0]) >= 3 and uri:
            return RequestLine(method[0], uri, b"0.9")
        odd.append("bad_HTTP_request")
        return RequestLine(b"", uri, b"0.9")
    _check_keyword(keyword[0][-5:], odd)
    uri = rest[: keyword.start()]
    odd += odd_escapes(uri)
    if len(rest) - keyword.end() < 3:
        return RequestLine(method[0], uri, None)
    return RequestLine(method[0], uri, version(rest, keyword.end()))


def _unversioned_end(rest: bytes, uri_end: int) -> int:
    """Where an address ends that no version follows: Zeek loses what comes last after a blank or a strange byte."""
    if uri_end == len(rest):
        return uri_end
    last = len(rest.rstrip(b" \t"))
    if last < len(rest):
        return max(last, uri_end)
    return max(len(rest[:-1].rstrip(b" \t")), uri_end)


def _check_keyword(keyword: bytes, odd: list[str]) -> None:
    if keyword != _HTTP:
        odd.append("lowercase_HTTP_keyword")


def reply_line(line: bytes, odd: list[str]) -> ReplyLine | None:
    """A reply's first line; None when it is not one. To `odd` come the names of what is weird in it."""
    if line[:5].upper() != _HTTP:
        return None
    _check_keyword(line[:5], odd)
    said = version(line, 5)
    blank = _BLANK.search(line, 5)
    if blank is None or blank.end() + 3 > len(line):
        return ReplyLine(said, None, None)
    digits = line[blank.end() : blank.end() + 3]
    code = int(digits) if digits.isdigit() else 0
    blank = _BLANK.search(line, blank.end() + 3)
    return ReplyLine(said, code, line[blank.end() :] if blank else None)


def version(line: bytes, place: int) -> bytes:
    """The version at `place`."""
    found = _VERSION.match(line, place)
    return found[0] if found else b"0.0"
