"""What programs that are no browsers say of themselves."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.software.version import Description, Version, described


@pytest.mark.parametrize(
    ("said", "name", "version"),
    [
        (b"ferret", b"ferret", Version()),
        (b"", b"", Version()),
        (b"ferret/2", b"ferret/2", Version()),
        (b"ferret/12", b"ferret", Version(12)),
        (b"ferret/1.2.3", b"ferret", Version(1, 2, 3)),
        (b"ferret-1.2_3-4", b"ferret", Version(1, 2, 3, 4)),
        (b"ferret 1.2.3.4.5", b"ferret", Version(1, 2, 3, 4)),
        (b"ferret/1..3", b"ferret", Version(1, None, 3)),
        (b"ferret/1.2.", b"ferret", Version(1, 2)),
        (b"ferret/1.2p1 Pole-3", b"ferret", Version(1, 2, addl=b"p1")),
        (b"ferret/1.2 (Pole cat)", b"ferret", Version(1, 2, addl=b"Pole cat")),
        (b"ferret/1.2 (Pole)", b"ferret", Version(1, 2, addl=b"Pole")),
        (b"ferret/1.2x (Pole)", b"ferret", Version(1, 2, addl=b"x")),
        (b"ferret/1.2(Pole cat) stoat", b"ferret", Version(1, 2, addl=b"Pole cat")),
        (b"ferret/1.2\t(Pole cat) stoat", b"ferret", Version(1, 2, addl=b"Pole cat")),
        (b"ferret/1.2()", b"ferret", Version(1, 2, addl=b"")),
        (b"ferret/1.2([;x", b"ferret", Version(1, 2, addl=b"([;x")),
        (b"ferret/1.2;[x", b"ferret", Version(1, 2, addl=b"x")),
        (b"ferret/1.2\t", b"ferret", Version(1, 2, addl=b"")),
        (b"black-footed ferret/ (1.2)", b"blackfooted ferret/", Version(1, 2)),
        (b"ferret/", b"ferret", Version()),
        (b"black ferret (1.2)", b"black ferret", Version(1, 2)),
        (b"black ferret v1.2", b"black ferret", Version(1, 2)),
        (b"(ferret 1.2)", b"ferret", Version(1, 2)),
        (b"ferret (v1.2)", b"ferret", Version(1, 2)),
        (b"ferret (((1.2", b"ferret", Version(None, None, 1, 2)),
        (b"black_ferret v 1.2", b"black_ferret", Version(1, 2)),
        (b"ferret-v_1.2", b"ferret-v", Version(1, 2)),
        (b"ferret 1.", b"ferret", Version(1)),
        (b"ferret, ferret", b"ferret", Version(addl=b"ferret")),
        (b"ferret/18446744073709551616", b"ferret", Version((1 << 64) - 1)),
        (b"ferret/" + bytes(str(10**30), "ascii"), b"ferret", Version((1 << 64) - 1)),
        (b"ferret/" + b"0" * 9000 + b"7", b"ferret", Version(7)),
        (b"\\xc3\\xa4 1.2", b"\xc3\xa4", Version(1, 2)),
        (b"%C3%A4/1.2", b"\xc3\xa4", Version(1, 2)),
        (b"Flash Player 10.1", b"Flash", Version(10, 1)),
        (b"A/7.1.2/Google/Pixel#4", b"Android (Google Pixel)", Version(7, 1, 2)),
        (b"A/12/Google/Pixel", b"Android (Google Pixel)", Version(12)),
        (b"x/A/12/Google/Pixel", b"Android (Google Pixel)", Version(0)),
    ],
)
def test_names_and_versions(said: bytes, name: bytes, version: Version) -> None:
    assert described(said) == Description(name, version)


@given(st.lists(st.sampled_from([b"1", b".", b"-", b" ", b"v", b"(", b")", b"x", b"%", b"\\x", b"\xff"])).map(b"".join))
@settings(max_examples=150)
def test_anything_has_a_name(said: bytes) -> None:
    name, version = described(said)
    assert isinstance(name, bytes)
    assert all(number is None or number >= 0 for number in version[:4])


@pytest.mark.parametrize("part", [b" v", b" (", b"vvvv", b"A/1", b"1", b". ", b"(", b"%"])
def test_long_texts_take_no_longer(part: bytes) -> None:
    began = time.process_time()
    described(b"x " + part * 60_000)
    assert time.process_time() - began < 1
