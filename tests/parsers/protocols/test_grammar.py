"""Records of grammars, read field by field; ASN.1's heads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols import asn1
from parsers.protocols.binpac import BinpacError
from parsers.protocols.grammar import Reading, int32


def test_fields_in_order() -> None:
    record = Reading(b"??\x01\x02\x03abc--xyz!", 2, 13)
    assert record.numbers("Record:second", ">BH") == (1, 0x0203)
    assert record.octets("Record:text", 3) == b"abc"
    record.pad_to("Record:pad", 8)
    assert record.array("Record:list", 1, 2) == b"xy"
    assert (record.offset, record.left, record.rest(), record.left) == (10, 1, b"z", 0)


@pytest.mark.parametrize(
    ("call", "arguments", "words"),
    [
        ("numbers", ("Record:last", "<HI"), "Record:last: 8 > 5"),
        ("octets", ("Record:text", 4), "Record:text: 6 > 5"),
        ("octets", ("Record:text", -1), "Record:text: 1 > 5"),
        ("octets", ("Record:text", 0xFFFF_FFFF), "Record:text: 1 > 5"),
        ("array", ("Record:list", 2, 2), "Record:list: 2 > 3"),
        ("pad_to", ("Record:pad", 6), "Record:pad: 6 > -1"),
    ],
)
def test_what_is_missing_is_named(call: str, arguments: tuple[object, ...], words: str) -> None:
    record = Reading(b"12345", 0, 5)
    record.octets("", 2)
    with pytest.raises(BinpacError, match=f"^Binpac exception: binpac exception: out_of_bound: {words}$"):
        getattr(record, call)(*arguments)
    assert record.offset == 2


def test_padding_does_not_go_back() -> None:
    record = Reading(b"12345")
    record.octets("", 3)
    record.pad_to("", -7)
    assert record.offset == 3


@pytest.mark.parametrize(
    ("raw", "head"),
    [(b"\x30\x05", (0x30, 5)), (b"\xa1\x82\x01\x00", (0xA1, 256)), (b"\x04\x89" + bytes(8) + b"\x05", (4, 0))],
)
def test_heads(raw: bytes, head: tuple[int, int]) -> None:
    reading = Reading(raw + b"rest")
    assert asn1.head(reading) == head
    assert reading.rest() == b"rest"


def test_contents() -> None:
    reading = Reading(b"\x04\x03abcd")
    assert asn1.content(reading) == b"abc"
    assert reading.left == 1
    assert (asn1.number(b"\x01\x02"), asn1.number(b"\xff" * 8), asn1.number(b"")) == (258, -1, 0)


@pytest.mark.parametrize("raw", [b"\x04", b"\x04\x82\x01", b"\x04\x05abc"])
def test_contents_that_are_cut(raw: bytes) -> None:
    with pytest.raises(BinpacError):
        asn1.content(Reading(raw))


@pytest.mark.parametrize(("number", "held"), [(5, 5), (0xFFFF_FFFF, -1), (1 << 31, -(1 << 31)), (1 << 32, 0), (-1, -1)])
def test_32_bits(number: int, held: int) -> None:
    assert int32(number) == held


@given(st.binary(max_size=20), st.integers(-3, 30), st.integers(-5, 20))
def test_a_reading_never_leaves_its_record(content: bytes, length: int, offset: int) -> None:
    reading = Reading(content, 0, len(content) // 2)
    for call, arguments in (("pad_to", (offset,)), ("octets", (length,)), ("array", (length, 2)), ("numbers", ("<H",))):
        try:
            getattr(reading, call)("x", *arguments)
        except BinpacError:
            break
        finally:
            assert 0 <= reading.place <= reading.end
