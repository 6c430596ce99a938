"""A mail's text: its header, its parts, the files that they are.

Source: Zeek, src/analyzer/protocol/mime/MIME.cc (MIME_Mail).
"""

from typing import Protocol

from parsers.files.analysis import File
from parsers.protocols.fields import FIELD_NAMES
from parsers.protocols.mime import READERS, Entity


class Reader(Protocol):
    """Who wants to know of a mail; `now` is when its bytes came."""

    @property
    def now(self) -> int: ...

    def begin_entity(self) -> None:
        """The mail begins, or a part of it."""

    def end_entity(self) -> None:
        """A part ends, or the mail."""

    def field(self, name: bytes, value: bytes) -> None:
        """A field of a header, its name in lower case."""

    def weird(self, name: str, addl: str, source: str | None) -> None:
        """Something that weird.log tells of the mail that is being read."""

    def give_up(self) -> None:
        """A part of the mail is too long to be read."""

    def open_file(self, is_orig: bool) -> File:
        """The file that the bytes belong to which come now."""


class Mail:
    """One mail from its first line on.

    reader  who wants to know of it
    file    the file that the current entity is, once it has bytes
    length  how many it has
    """

    def __init__(self, reader: Reader, is_orig: bool) -> None:
        self.reader = reader
        self._is_orig = is_orig
        self.file: File | None = None
        self._length = 0
        self._top = _Part(self)
        self.begin()

    @property
    def is_in_body(self) -> bool:
        """Whether lines that cannot be boundaries may be taken as one."""
        return self._top.is_in_body

    def take(self, line: bytes, newline: bool) -> None:
        """A line; `newline` says that it had an end, which is left out."""
        self._top.take(line, newline)

    def gap(self, length: int) -> None:
        """Bytes are missing."""
        file = self._open()
        file.gap(length, self.reader.now, self._length)

    def finish(self) -> None:
        """The mail is complete, or no more of it will be seen."""
        self._top.end()

    def begin(self) -> None:
        """An entity begins."""
        self.file = None
        self._length = 0
        self.reader.begin_entity()

    def field(self, name: bytes, value: bytes) -> None:
        """A field of an entity's header."""
        self.reader.field(name, value)

    def body(self, data: bytes) -> None:
        """Bytes of the current entity."""
        self._open().data(data, self.reader.now)
        self._length += len(data)

    def end(self) -> None:
        """An entity has come to its end."""
        self.reader.end_entity()
        if self.file is not None:
            self.file.close(self.reader.now)
            self.file = None

    def _open(self) -> File:
        if self.file is None or self.file.done:
            self.file = self.reader.open_file(self._is_orig)
        return self.file


class _Part(Entity):
    """The mail itself, or an entity inside it."""

    def __init__(self, mail: Mail, parent: "Entity | None" = None) -> None:
        super().__init__(parent)
        self.readers = READERS
        self._mail = mail

    def header_fields(self, lines: list[bytes]) -> None:
        super().header_fields(lines)
        for line in lines:
            before, colon, value = line.partition(b":")
            name = FIELD_NAMES[before]
            if name and colon:
                self._mail.field(name, value.lstrip())

    def cut_field(self) -> None:
        self._mail.reader.give_up()

    def weird(self, name: str, addl: str = "", source: str | None = None) -> None:
        self._mail.reader.weird(name, addl, source)

    def begin_child(self) -> "Entity":
        child = _Part(self._mail, self)
        self._mail.begin()
        return child

    def body(self, data: bytes) -> None:
        self._mail.body(data)

    def done(self) -> None:
        self._mail.end()
