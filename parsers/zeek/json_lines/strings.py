r"""The three ways in which Zeek writes bytes that are no text into JSON's strings, undone.

HEX (the only one up to Zeek 8.2): `\xNN`, a backslash as it is. TSV: the same with every backslash doubled. PUA: code
points from U+F0000 on. Nothing in a file says which of them it is: it is TSV's where backslashes stand in pairs and
none stands alone, PUA's where there is such a code point, and HEX else.
Source: Zeek, src/threading/formatters/JSON.cc, src/util.cc.
"""

import re
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
import re2

from parsers import escape
from parsers.zeek.values import unescaped

# Of `\xNN` only what Zeek writes so: a printable byte behind the backslash was text.
_HEX = re.compile(rb"\\x([01][0-9a-f]|7f|[89a-f][0-9a-f])")
_PUA = re.compile(rb"\xf3\xb0([\x80-\x83])([\x80-\xbf])")
_ODD = r"\\|[\x{f0000}-\x{f00ff}]"
# In the file a backslash of the text is two: an odd number of those, or an even one, and no `\xNN` behind them.
_LONE = re2.compile(rb'[^\\](?:\\\\\\\\)*\\\\(?:[^\\x]|x[^0-9a-f]|x[0-9a-f][^0-9a-f]|\\["/bfnrtu])')
_DOUBLED = re2.compile(rb'[^\\](?:\\\\\\\\)+(?:[^\\x]|x[^0-9a-f]|x[0-9a-f][^0-9a-f]|\\["/bfnrtu])')
_IN_PUA = re2.compile(rb"\\u[dD][bB]80\\u[dD][cC][0-9a-fA-F]{2}|\xf3\xb0[\x80-\x83]")


@dataclass(frozen=True, slots=True)
class Escapes:
    """What a file has shown of its way, and whether the block in hand has anything to undo."""

    odd: bool = False
    lone: bool = False
    doubled: bool = False
    pua: bool = False

    def after(self, data: bytes) -> "Escapes":
        """The same after one more block, as it stands in the file."""
        # A single byte is found at the speed of memory: it decides nearly always.
        escaped = b"\\" in data
        by_number = escaped and b"\\u" in data
        backslashes = escaped and (b"\\\\" in data or (by_number and b"\\u005" in data))
        pua = (by_number or not data.isascii()) and _IN_PUA.search(data) is not None
        return Escapes(
            odd=backslashes or pua,
            lone=self.lone or (backslashes and _LONE.search(data) is not None),
            doubled=self.doubled or (backslashes and _DOUBLED.search(data) is not None),
            pua=self.pua or pua,
        )

    @property
    def of_file(self) -> "Escapes":
        """What the file has shown, without the block in hand."""
        return replace(self, odd=False)

    def plain(self, text: str) -> str:
        """A JSON string as text of a frame."""
        # A half of a pair of surrogates is no text: its bytes are none of UTF-8.
        raw = text.encode("utf-8", "surrogatepass")
        if self.pua:
            raw = _PUA.sub(lambda found: bytes([(found[1][0] & 3) << 6 | found[2][0] & 0x3F]), raw)
        elif self.doubled and not self.lone:
            raw = unescaped(raw)
        else:
            raw = _HEX.sub(lambda found: bytes([int(found[1], 16)]), raw)
        return escape.text(raw)

    def column(self, texts: pa.Array) -> pa.Array:
        """Strings that Arrow read as texts of a frame."""
        if not self.odd:
            return texts
        odd = pc.match_substring_regex(texts, _ODD).fill_null(False)
        if not odd.true_count:
            return texts
        plain = pa.array([self.plain(text) for text in texts.filter(odd).to_pylist()], pa.string())
        return pc.replace_with_mask(texts, odd, plain)
