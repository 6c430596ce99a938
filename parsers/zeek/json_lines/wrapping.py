"""Zeek's lines within the objects of those that ship them: Filebeat, Logstash, Vector, Docker, journald."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from parsers.zeek.json_lines import arrow
from parsers.zeek.json_lines.lines import Lines
from parsers.zeek.json_lines.objects import NoObjectError, Number, Object, Way, decoded
from parsers.zeek.names import name_of

# Where shippers put the text of the line, and the path of the file that it comes from.
_KEYS = ("message", "log", "MESSAGE", "_raw", "line", "event")
_PATHS: tuple[Way, ...] = (("log", "file", "path"), ("source",), ("file",), ("path",))
# At least one of them is in every line of Zeek's.
_ZEEKS = ("ts", "_path", "uid", "_write_ts")

# A line with its number, without its end, and what the file that it comes from calls its log.
Unwrapped: TypeAlias = tuple[int, bytes, str]


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Where in an object the text of a line stands, and the path of its file."""

    key: str
    path: Way | None

    @classmethod
    def of(cls, line: bytes) -> "Wrapping | None":
        """What is wrapped around a line; None when it is Zeek's own, or nobody's."""
        found = _object(line)
        if found is None or "ts" in found:
            return None
        for key in _KEYS:
            inner = _text_at(found, (key,))
            within = _object(inner.encode("utf-8", "backslashreplace")) if inner is not None else None
            if within is not None and any(name in within for name in _ZEEKS):
                return cls(key, next((way for way in _PATHS if _text_at(found, way) is not None), None))
        return None

    def undone(self, lines: Lines) -> list[Unwrapped]:
        """Zeek's lines in those of a shipper; a line that holds none is given as it is."""
        numbers = [number for number, _ in lines]
        texts, paths = self._at_once(lines) or self._one_by_one(lines)
        logs = {path: name_of(Path(path)) if path else "" for path in set(paths)}
        # Between the tokens of JSON the end of a line is a blank, and in its strings there is none.
        plain = (text.replace("\n", " ").encode("utf-8", "backslashreplace") for text in texts)
        return [(number, line, logs[path]) for number, line, path in zip(numbers, plain, paths, strict=True)]

    def _at_once(self, lines: Lines) -> tuple[list[str], list[str | None]] | None:
        """Texts and paths by Arrow's parser; None where a line is not as the first one."""
        kinds = {(self.key,): pa.string()} | ({self.path: pa.string()} if self.path else {})
        batch = arrow.structs(lines, kinds, others="ignore")
        if batch is None:
            return None
        texts = pc.struct_field(batch, [self.key])
        paths = pc.struct_field(batch, list(self.path)).to_pylist() if self.path else [None] * len(texts)
        return None if texts.null_count else (texts.to_pylist(), paths)

    def _one_by_one(self, lines: Lines) -> tuple[list[str], list[str | None]]:
        texts, paths = [], []
        for _, line in lines:
            found = _object(line) or {}
            text = _text_at(found, (self.key,))
            texts.append(line.decode() if text is None else text)
            paths.append(_text_at(found, self.path) if self.path else None)
        return texts, paths


def _object(line: bytes) -> Object | None:
    try:
        return decoded(line.decode("utf-8", "backslashreplace"))
    except NoObjectError:
        return None


def _text_at(found: Any, way: Way) -> str | None:
    """The string at the end of a way, if there is one."""
    for name in way:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) and not isinstance(found, Number) else None
