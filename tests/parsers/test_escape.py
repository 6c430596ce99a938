"""Foreign bytes as text, and text where it may do no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import escape


@given(st.binary() | st.text().map(str.encode) | st.from_regex(rb"(\\{0,2}x?[0-9a-f\xff]{0,3})*"))
def test_nothing_is_lost(content: bytes) -> None:
    shown = escape.text(content)
    assert escape.raw(shown) == content
    assert escape.cell(shown).isprintable()


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"plain", "plain"),
        ("grün".encode(), "grün"),
        (b"\xff", r"\xff"),
        (rb"C:\dir", r"C:\dir"),
        (rb"\x41", r"\x5cx41"),
        (b"\x1b[31m", "\x1b[31m"),
    ],
)
def test_text(content: bytes, shown: str) -> None:
    assert escape.text(content) == shown


@pytest.mark.parametrize(
    ("shown", "safe"),
    [("\x1b[31m", r"\x1b[31m"), ("a\nb", r"a\x0ab"), ("\u202etxt", r"\xe2\x80\xaetxt"), ("grün [red]", "grün [red]")],
)
def test_cell(shown: str, safe: str) -> None:
    assert escape.cell(shown) == safe


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("plain, grün", "plain, grün"),
        ("C:\\x", "C:\\\\x"),
        (r"\x5cx41", r"\\x41"),
        ("a\tb", r"a\x09b"),
        # A control costs all text beside it that is not ASCII, up to the next backslash or separator.
        ("grün\n", r"gr\xc3\xbcn\x0a"),
        ("grün\\\n", r"grün\\\x0a"),
        ("grün\t\n", r"grün\x09\x0a"),
        ("\ue000\uffff", r"\xee\x80\x80\xef\xbf\xbf"),
        ("😀", "😀"),
    ],
)
def test_zeek(shown: str, written: str) -> None:
    assert escape.zeek(shown) == written


def test_zeek_in_a_set() -> None:
    assert escape.zeek("a,b\t", "\t,") == r"a\x2cb\x09"
