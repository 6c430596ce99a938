"""Entities inside entities, and how their bodies are encoded."""

import base64

import pytest

from parsers.limits import MIME_DEPTH
from parsers.protocols.mime import READERS, Base64, Entity, quoted_printable


class Kept(Entity):
    """An entity that keeps what it is told."""

    def __init__(self, parent: Entity | None = None) -> None:
        super().__init__(parent)
        self.readers = {**READERS, b"subject": lambda entity, value: entity.heard.append((b"subject", value))}
        self.heard: list[tuple[bytes, bytes]] = []
        self.bodies: list[bytes] = []
        self.children: list[Kept] = []
        self.is_done = False

    def body(self, data: bytes) -> None:
        self.bodies.append(data)

    def begin_child(self) -> "Kept":
        self.children.append(Kept(self))
        return self.children[-1]

    def done(self) -> None:
        self.is_done = True

    @property
    def kept(self) -> bytes:
        return b"".join(self.bodies)


def read(text: bytes) -> Kept:
    entity = Kept()
    for line in text.split(b"\r\n"):
        entity.take(line, newline=True)
    entity.end()
    return entity


def test_a_header_and_a_body() -> None:
    entity = read(b"Subject: hello\r\nX-Other: y\r\nsubject:\tagain\r\n\r\none\r\ntwo")
    assert entity.heard == [(b"subject", b"hello"), (b"subject", b"again")]
    assert entity.kept == b"one\r\ntwo\r\n"
    assert entity.is_done


def test_folded_fields_are_one() -> None:
    entity = read(b"  subject: first\r\nSubject: a\r\n b\r\n\tc\r\nno field\r\n\r\n")
    assert entity.heard == [(b"subject", b"first"), (b"subject", b"a b\tc")]


def test_a_folded_field_is_bounded() -> None:
    entity = read(b"Subject: a\r\n" + (b" " + b"b" * 999 + b"\r\n") * 1000 + b"\r\n")
    assert len(entity.heard[0][1]) < 70_000


def test_a_header_that_ends_with_the_entity_is_read() -> None:
    entity = read(b"Subject: last")
    assert entity.heard == [(b"subject", b"last")]
    assert entity.is_done


MULTIPART = (
    b"Content-Type: multipart/mixed; boundary=XX\r\n\r\n"
    b"a preamble\r\n--XX\r\nSubject: 1\r\n\r\nfirst\r\nbody\r\n"
    b"--XX\r\n\r\n\r\n--XXsecond boundary\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: inner\r\n\r\nmail\r\n--XX--\r\nepilogue"
)


def test_a_multipart_body_is_a_row_of_entities() -> None:
    entity = read(MULTIPART)
    first, second, third = entity.children
    assert (first.heard, first.kept) == ([(b"subject", b"1")], b"first\r\nbody")
    assert second.kept == b""
    (inner,) = third.children
    assert (inner.heard, inner.kept) == ([(b"subject", b"inner")], b"mail\r\n")
    assert inner.depth == 2
    assert all(child.is_done for child in (entity, first, second, third, inner))
    assert entity.kept == b""


def test_a_multipart_body_without_a_boundary_is_a_body() -> None:
    assert read(b"Content-Type: multipart/mixed\r\n\r\n--\r\nx").kept == b"--\r\nx\r\n"


def test_an_empty_boundary_is_one() -> None:
    entity = read(b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx\r\n----')
    assert entity.children[0].kept == b"x"


def test_a_closing_boundary_may_be_missing() -> None:
    entity = read(b"Content-Type: multipart/mixed; boundary=XX\r\n\r\n--XX\r\n\r\nx")
    assert entity.children[0].is_done
    assert entity.is_done


def test_entities_inside_entities_are_bounded() -> None:
    inside = [read(b"Content-Type: message/rfc822\r\n\r\n" * (MIME_DEPTH + 50))]
    while inside[-1].children:
        inside += inside[-1].children
    assert inside[-1].depth == MIME_DEPTH


def test_a_part_takes_over_how_the_whole_is_encoded() -> None:
    body = b"--XX\r\n\r\n" + base64.b64encode(b"payload") + b"\r\n--XX--"
    head = b"Content-Transfer-Encoding: Base64\r\nContent-Type: multipart/mixed; boundary=XX\r\n\r\n"
    assert read(head + body).children[0].kept == b"payload"


def test_quoted_printable_bodies() -> None:
    entity = read(b"Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc  \r\nd=zz=e9=")
    assert entity.kept == b"a=bc\r\nd=zz\xe9"


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        (b"a=\r\nb", b"ab\r\n"),
        (b"x \t", b"x\r\n"),
        (b"=4", b"=4\r\n"),
        (b"=4A=4a", b"JJ\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_quoted_printable(text: bytes, decoded: bytes) -> None:
    assert quoted_printable(text) == decoded


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGV\r\nsb*G8", b"hello"),
        (b"aGVsbG8=aGVsbG8=", b"hello"),
        (b"aGVs", b"hel"),
        (b"a", b""),
        (b"aG", b"h"),
        (b"=", b""),
        (b"====aGVs", b""),
        (b"", b""),
    ],
)
def test_base64(text: bytes, decoded: bytes, step: int) -> None:
    decoder = Base64()
    pieces = [decoder.decode(text[i : i + step]) for i in range(0, len(text), step)]
    assert b"".join(pieces) + decoder.finish() == decoded
    assert decoder.finish() == b""


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ([b"YWJj", b"\r\nYWJj\r\n"], []),
        ([b"YW*Jj", b"*"], ["character 42 ignored by Base64 decoding"]),
        ([b"YQ==", b"YQ=", b"="], ["extra base64 groups after '=' padding are ignored"]),
        ([b"YQ==YQ=="], ["extra base64 groups after '=' padding are ignored"]),
        ([b"YQ==YQ==*"], ["extra base64 groups after '=' padding are ignored"]),
        ([b"YQ==YQ*=="], ["character 42 ignored by Base64 decoding"]),
        ([b"YQ==", b"YQ"], []),
        ([b"YWJ"], ["incomplete base64 group, padding with 6 bits of 0"]),
        ([b"*YW"], ["character 42 ignored by Base64 decoding", "incomplete base64 group, padding with 12 bits of 0"]),
    ],
)
def test_what_is_wrong_with_base64(pieces: list[bytes], told: list[str]) -> None:
    found: list[str] = []
    decoder = Base64(found.append)
    for piece in pieces:
        decoder.decode(piece)
    decoder.finish()
    assert found == told
