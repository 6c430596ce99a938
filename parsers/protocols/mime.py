"""MIME entities: a header, then a body that may hold more entities; how bodies are encoded (RFC 2045, 2046).

Source: Zeek, src/analyzer/protocol/mime/MIME.cc, src/Base64.cc.
"""

import binascii
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from parsers.limits import HEADER_FIELD_BYTES, MIME_DEPTH
from parsers.pieces import holds
from parsers.protocols.fields import FIELD_NAMES, FIRST_WORDS, content_type, parameters

_ESCAPED_OCTET: Final = re.compile(rb"=([0-9A-Fa-f]{2})")
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_OF_BASE64: Final = _ALPHABET + b"\r\n"
_GROUP: Final = 4
_NOT_BASE64: Final = bytes(sorted(set(range(256)) - set(_ALPHABET)))


_NO_READERS: Final["Readers"] = MappingProxyType({})


class Entity:
    """A header and a body; what a protocol does with both, it says by overriding the methods that do nothing here.

    readers        what is done with a field of the header, by its name in lower case: called with the entity and
                   the value; `READERS` has those that every entity needs
    is_multipart   the body is a row of entities between boundaries
    delimiter      what the lines between these begin with
    is_composite   the body holds entities: a multipart one's, or the one of a message
    is_compressed  what a piece of the body stands for, and whether anything, depends on what came before it
    encoding       how the body is encoded for its transfer: `base64`, `quoted-printable`, or not at all
    """

    readers: "Readers"
    child: "Entity | None" = None
    depth = 0
    encoding = b""
    in_header = True
    ended = False
    is_multipart = False
    is_composite = False
    is_compressed = False
    delimiter = b""
    _field: list[bytes] | None = None
    _field_bytes = 0
    _base64: "Base64 | None" = None
    _owes_newline = False
    _reached: "Entity | None" = None

    def __init__(self, parent: "Entity | None" = None) -> None:
        self.parent = parent
        self.readers = _NO_READERS
        if parent is not None:
            self.depth = parent.depth + 1
            self.encoding = parent.encoding

    @property
    def is_in_body(self) -> bool:
        """Whether bytes that are no delimiter belong to a body, not to the header of the entity that they reach."""
        inner = self if self.child is None else self._innermost(self.child)
        return not inner.in_header

    def header_done(self) -> None:
        """The header is complete."""

    def body(self, data: bytes) -> None:
        """Bytes of the body, decoded; never of a composite one."""

    def cut_field(self) -> None:
        """A field of the header goes on beyond the bound: the rest of it is left out."""

    def folded(self, field: bytes) -> None:
        """A field of the header came in several lines."""

    def weird(self, name: str, addl: str = "", source: str | None = None) -> None:
        """Something that weird.log tells; the source is the protocol's own where no other is given."""

    def begin_child(self) -> "Entity | None":
        """An entity begins inside this one's body: make it."""
        return None

    def done(self) -> None:
        """The entity is complete."""

    def header_fields(self, lines: list[bytes]) -> None:
        """Lines of the header without their ends, each a whole field; the field before them is complete too."""
        self._finish_field()
        readers = self.readers
        for line in lines:
            before, colon, value = line.partition(b":")
            read = readers.get(FIELD_NAMES[before])
            if read is not None and colon:
                read(self, value.lstrip())

    def end_header(self) -> None:
        """The empty line that ends the header has come."""
        self._finish_field()
        self.in_header = False
        self.header_done()
        if not self.ended:
            self._begin_body()

    def _header_line(self, line: bytes) -> None:
        """A line of the header, which may go on with the field before it."""
        if not line or line[0] == 0:
            self.end_header()
        elif line[0] not in b" \t":
            self._finish_field()
            self._field = [line]
            self._field_bytes = len(line)
        elif self._field is None:
            self._field = [line.lstrip(b" \t")]
        elif self._field_bytes < HEADER_FIELD_BYTES:
            self._field.append(line)
            self._field_bytes += len(line)
        else:
            self.cut_field()
            self.weird("exceeded_mime_max_header_bytes", str(self._field_bytes))

    def content(self, data: bytes, newline: bool) -> None:
        """Bytes of the body: one line, or, of a body that is not composite, many; `newline` says that a line ends."""
        if self.is_multipart and data.startswith(self.delimiter):
            if self.child is not None:
                self.end_child()
            if data.startswith(b"--", len(self.delimiter)):
                self.end()
            elif not self.ended:
                self._start_child()
        elif not self.is_composite:
            self._decode(data, newline)
        elif self.child is not None:
            # Only a delimiter means anything to the entities between this one and the innermost, which may be many.
            inner = self._delimited(self.child, data) if data.startswith(b"--") else self._innermost(self.child)
            inner.take(data, newline)

    def _innermost(self, child: "Entity") -> "Entity":
        """The entity that bytes of the body reach which are no delimiter."""
        entity = child if self._reached is None or self._reached.ended else self._reached
        while entity.child is not None and not entity.is_compressed:
            entity = entity.child
        self._reached = entity
        return entity

    @staticmethod
    def _delimited(entity: "Entity", line: bytes) -> "Entity":
        """The entity that a line reaches which may be a delimiter."""
        while entity.child is not None and not entity.is_compressed:
            if entity.is_multipart and line.startswith(entity.delimiter):
                break
            entity = entity.child
        return entity

    def take(self, data: bytes, newline: bool) -> None:
        """A line, or bytes of the body, as they come from the entity around this one."""
        if self.ended:
            return
        if self.in_header:
            self._header_line(data)
        else:
            self.content(data, newline)

    def end(self) -> None:
        """No byte of the entity will follow."""
        if self.ended:
            return
        self.ended = True
        if self.in_header:
            self._finish_field()
            self.in_header = False
            self.header_done()
        else:
            if self.child is not None:
                self.end_child()
            if self._base64 is not None:
                self._give(self._base64.finish())
        self.done()

    def end_child(self) -> None:
        """The entity inside this one has come to its end."""
        if self.child is not None:
            self.child.end()
            self.child = None

    def _finish_field(self) -> None:
        if self._field is not None:
            whole = b"".join(self._field)
            if len(self._field) > 1:
                self.folded(whole)
            self._field = None
            self.header_fields([whole])

    def read_content_type(self, value: bytes) -> None:
        """Whether the body holds entities, as Content-Type says."""
        if not self.is_composite:
            lower = value.lower()
            if not holds(lower, b"multipart") and not holds(lower, b"message"):
                return
        found = content_type(value)
        if found is None:
            return
        kind, _, place = found
        self.is_multipart = kind == b"MULTIPART"
        self.is_composite = self.is_multipart or kind == b"MESSAGE"
        if self.is_multipart:
            for name, given in parameters(value, place):
                if name == b"boundary":
                    self.delimiter = b"--" + given
            if not self.delimiter:
                self.is_multipart = self.is_composite = False

    def read_transfer_encoding(self, value: bytes) -> None:
        """How the body is encoded, as Content-Transfer-Encoding says."""
        self.encoding = FIRST_WORDS[value] or self.encoding

    def _begin_body(self) -> None:
        if self.encoding == b"base64":
            self._base64 = Base64(self._tell_base64)
        if self.is_composite and not self.is_multipart:
            self._start_child()

    def _start_child(self) -> None:
        if self.depth < MIME_DEPTH:
            self.child = self.begin_child()
        else:
            self.weird("exceeded_mime_max_depth", str(self.depth))

    def _tell_base64(self, what: str) -> None:
        self.weird("base64_illegal_encoding", what, "")

    def _decode(self, data: bytes, newline: bool) -> None:
        if self.encoding == b"quoted-printable":
            self._give(quoted_printable(data))
        elif self._base64 is not None:
            self._give(self._base64.decode(data))
        else:
            # The last line end before a boundary belongs to the boundary: it waits for what comes next.
            waits = newline and self.parent is not None and self.parent.is_multipart
            if self._owes_newline:
                self._give(b"\r\n")
            self._owes_newline = waits
            self._give(data + b"\r\n" if newline and not waits else data)

    def _give(self, data: bytes) -> None:
        if data:
            self.body(data)


Readers: TypeAlias = Mapping[bytes, Callable[[Any, bytes], None]]
READERS: Final[Readers] = {
    b"content-type": Entity.read_content_type,
    b"content-transfer-encoding": Entity.read_transfer_encoding,
}


class Base64:
    """Base64 as it comes, in pieces: what is not of its alphabet is ignored, what follows the padding too.

    The first of what is wrong with it is told in Zeek's words, and a last group that is not whole.
    """

    __slots__ = ("_behind", "_ended", "_rest", "_tell", "_told")

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self._rest = b""
        self._ended = False
        self._behind = 0
        self._told = False
        self._tell = tell

    def decode(self, data: bytes) -> bytes:
        """What these characters, and those left over before, stand for; line ends are none of them."""
        if self._tell is not None and not self._told and (strange := data.translate(None, _OF_BASE64)):
            place = data.index(strange[0])
            decoded = self._decode(data[:place])
            self._tell_once(f"character {strange[0]} ignored by Base64 decoding")
            return decoded + self._decode(data[place:])
        return self._decode(data)

    def _decode(self, data: bytes) -> bytes:
        text = self._rest + data.translate(None, _NOT_BASE64)
        if self._ended:
            self._pass_over(len(text))
            return b""
        padding = text.find(b"=")
        whole = len(text) - len(text) % 4 if padding < 0 else padding - padding % 4
        decoded = binascii.a2b_base64(text[:whole])
        self._rest = text[whole:]
        if padding >= 0 and len(self._rest) >= _GROUP:
            self._ended = True
            decoded += _last_group(self._rest[:_GROUP])
            behind, self._rest = len(self._rest) - _GROUP, b""
            self._pass_over(behind)
        return decoded

    def _pass_over(self, count: int) -> None:
        """So many characters stand behind the padding."""
        self._behind += count
        if self._behind >= _GROUP:
            self._tell_once("extra base64 groups after '=' padding are ignored")

    def _tell_once(self, what: str) -> None:
        if self._tell is not None and not self._told:
            self._told = True
            self._tell(what)

    def finish(self) -> bytes:
        """What is left when nothing follows."""
        if self._ended or not self._rest:
            return b""
        self._ended = True
        if self._tell is not None:
            missing = (_GROUP - len(self._rest)) * 6
            self._tell(f"incomplete base64 group, padding with {missing} bits of 0")
        return _last_group(self._rest.ljust(4, b"=")[:4])

    @property
    def is_wrong(self) -> bool:
        """Whether something before the last group was told."""
        return self._told


def base64_text(text: bytes, tell: Callable[[str], None]) -> bytes | None:
    """A whole text of Base64 decoded: None where more is wrong with it than that its last group is not whole."""
    base64 = Base64(tell)
    decoded = base64.decode(text)
    return None if base64.is_wrong else decoded + base64.finish()


def _last_group(group: bytes) -> bytes:
    count = max(3 - group.count(b"="), 0)
    return binascii.a2b_base64(group.replace(b"=", b"A"))[:count]


def quoted_printable(data: bytes) -> bytes:
    """Lines of quoted-printable text decoded; each ends a line unless a soft break says that it goes on."""
    decoded = []
    for line in data.split(b"\r\n"):
        text = line.rstrip(b" \t")
        soft = text.endswith(b"=")
        decoded.append(_ESCAPED_OCTET.sub(lambda m: bytes([int(m[1], 16)]), text[:-1] if soft else text))
        if not soft:
            decoded.append(b"\r\n")
    return b"".join(decoded)
