"""Header fields as they are met in the wild."""

import pytest

from parsers.protocols.fields import FIELD_NAMES, FIRST_WORDS, content_type, parameters, token


@pytest.mark.parametrize(
    ("before", "name"),
    [
        (b"Host", b"host"),
        (b"Host \t", b"host"),
        (b"(a (nested) comment) Host", b"host"),
        (b"Host (why)", b"host"),
        (b"\x80\x00Host", b"host"),
        (b"two words", b""),
        (b"", b""),
        (b" ", b""),
        (b"(never closed", b""),
        (b"x" * 5000, b"x" * 5000),
    ],
)
def test_field_names(before: bytes, name: bytes) -> None:
    assert FIELD_NAMES[before] == name
    assert FIELD_NAMES[before] == name


def test_what_is_remembered_is_bounded() -> None:
    for number in range(5000):
        assert FIELD_NAMES[b"x-%d" % number] == b"x-%d" % number
    assert len(FIELD_NAMES) <= 1024
    assert FIELD_NAMES[b"X" * 1000] == b"x" * 1000
    assert b"X" * 1000 not in FIELD_NAMES


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"gzip", (b"gzip", 4)),
        (b" (comment) gzip, br", (b"gzip", 15)),
        (b"<<x>>", (b"x", 3)),
        (b"(a \\) b) c", (b"c", 10)),
        (b"", None),
        (b"<>", None),
    ],
)
def test_tokens(value: bytes, found: tuple[bytes, int] | None) -> None:
    assert token(value) == found


def test_first_words_are_lower_case() -> None:
    assert FIRST_WORDS[b"Keep-Alive, Upgrade"] == b"keep-alive"
    assert FIRST_WORDS[b"  "] == b""


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"text/html", (b"TEXT", b"HTML", 9)),
        (b"multipart / (c) mixed; boundary=x", (b"MULTIPART", b"MIXED", 21)),
        (b"text", None),
        (b"text html", None),
        (b"/html", None),
        (b"", None),
    ],
)
def test_content_types(value: bytes, found: tuple[bytes, bytes, int] | None) -> None:
    assert content_type(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b'; a=b; C = "d e"', [(b"a", b"b"), (b"c", b"d e")]),
        (b'; boundary="x\\"y"', [(b"boundary", b'x"y')]),
        (b"; boundary=a:b(c)=?", [(b"boundary", b"a:b(c)=?")]),
        (b"; boundary= spaced", [(b"boundary", b"spaced")]),
        (b'; boundary=""', [(b"boundary", b"")]),
        (b"; a; b=c", [(b"b", b"c")]),
        (b'; a="open', []),
        (b"a=b", []),
        (b";", []),
    ],
)
def test_parameters(value: bytes, found: list[tuple[bytes, bytes]]) -> None:
    assert parameters(value, 0) == found
