"""Texts of a column of which few must be written otherwise: those are found by Arrow and rewritten by Python."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

# Controls, private and special code points: what Zeek takes for no text, as RE2 spells it inside brackets.
NO_TEXT = r"\x00-\x1f\x7f-\x{9f}\x{e000}-\x{f8ff}\x{fff0}-\x{ffff}"


@dataclass(frozen=True)
class Rewriting:
    """What must be rewritten, and how.

    Texts in which one of the ASCII characters `special` stands, or a control, or one that is no text, are; a text of
    other printable ASCII characters never is, so that most columns need no search.
    """

    special: str
    rewrite: Callable[[str], str]
    _pattern: str = field(init=False)
    _plain: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        hexes = "".join(f"\\x{ord(character):02x}" for character in self.special)
        plain = np.array([0x20 <= byte < 0x7F and chr(byte) not in self.special for byte in range(256)])
        object.__setattr__(self, "_pattern", f"[{hexes}{NO_TEXT}]")
        object.__setattr__(self, "_plain", plain)

    def of(self, column: pa.Array, also: pa.Array | None = None) -> pa.Array:
        """The column rewritten, and the texts that `also` marks."""
        hard = also
        if not self._plain[_bytes(column)].all():
            found = pc.match_substring_regex(column, self._pattern)
            hard = found if also is None else pc.or_(found, also)
        if hard is None:
            return column
        hard = hard.fill_null(False)
        if not hard.true_count:
            return column
        rewritten = [self.rewrite(text) for text in column.filter(hard).to_pylist()]
        return pc.replace_with_mask(column, hard, pa.array(rewritten, pa.string()))


def _bytes(column: pa.Array) -> npt.NDArray[np.uint8]:
    """The bytes of all strings of a column, one after the other."""
    _, offsets, data = column.buffers()
    if data is None or not len(column):
        return np.empty(0, np.uint8)
    places = np.frombuffer(offsets, np.int32)
    first, last = places[column.offset], places[column.offset + len(column)]
    return np.frombuffer(data, np.uint8)[first:last]
