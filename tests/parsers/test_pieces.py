"""Bytes within others."""

from hypothesis import given
from hypothesis import strategies as st

from parsers.pieces import holds

FEW = st.text("ab", max_size=6).map(str.encode)


@given(FEW, FEW)
def test_it_is_what_in_says(text: bytes, piece: bytes) -> None:
    assert holds(text, piece) == (piece in text)
