"""JSON that is not one object a line, an array or objects on several lines each, as if it were."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from parsers import limits
from parsers.updates import Trouble
from parsers.zeek.json_lines.lines import Lines, gathered, utf8
from parsers.zeek.json_lines.objects import NoObjectError, is_object, object_at
from parsers.zeek.lines import Block

MARK = b"\xef\xbb\xbf"
_BETWEEN = re.compile(r"[\s,\[\]]*")
# Where an object of the array may begin again behind damage.
_AGAIN = re.compile(r"[\[,\n]\s*(?=\{)")


def pieces(
    found: Iterable[Block | Trouble], name: str, *, are_lines: bool = False
) -> Iterator[Trouble | tuple[Block, Lines]]:
    """The lines of a file that is called by `name`, one object a line whatever the form of the file.

    That the file has this form may be known.
    """
    read = (item if isinstance(item, Trouble) else replace(item, data=utf8(item.data)) for item in found)
    if are_lines:
        yield from (item if isinstance(item, Trouble) else (item, Lines(item.data, item.line)) for item in read)
        return
    for item in read:
        if isinstance(item, Trouble):
            yield item
            continue
        first = replace(item, data=item.data.removeprefix(MARK))
        yield from _by_form(first, chain([first], read), name)


def _by_form(first: Block, read: Iterable[Block | Trouble], name: str) -> Iterator[Trouble | tuple[Block, Lines]]:
    is_array = first.data.lstrip().startswith(b"[")
    each_on_a_line = any(is_object(line) for _, line in _trimmed(Lines(first.data, first.line)))
    if not each_on_a_line and (is_array or _begins_with_object(first.data)):
        yield from _objects(read, name)
        return
    for item in read:
        if isinstance(item, Trouble):
            yield item
        else:
            lines = Lines(item.data, item.line)
            yield item, _trimmed(lines) if is_array else lines


def _begins_with_object(data: bytes) -> bool:
    try:
        object_at(data.decode("utf-8", "backslashreplace"), 0)
    except NoObjectError:
        return False
    return True


def _trimmed(lines: Lines) -> Lines:
    """Lines of an array, each an object, without what the array puts around them."""
    return gathered([(number, line.lstrip(b" \t,[").rstrip(b" \t\r,]")) for number, line in lines])


def _objects(read: Iterable[Block | Trouble], name: str) -> Iterator[Trouble | tuple[Block, Lines]]:
    """The objects of a file, one a line with the number of the line that it begins on."""
    parts: list[Block] = []
    length = 0
    for item in read:
        if isinstance(item, Trouble):
            yield item
            continue
        parts.append(item)
        length += len(item.data)
        if length > limits.JSON_DOCUMENT_BYTES:
            what = "JSON that is not one object a line is read so far; jq -c '.[]' makes it one"
            yield Trouble(f"{name}:{item.line}: {what}")
            break
    yield from _found(b"".join(part.data for part in parts).decode(), parts[-1].done, name)


def _found(text: str, done: int, name: str) -> Iterator[Trouble | tuple[Block, Lines]]:
    rows: list[tuple[int, bytes]] = []
    faults = length = counted = 0
    line, place = 1, _behind(text, 0)
    while place < len(text) and faults < limits.LOG_FAULTS:
        line, counted = line + text.count("\n", counted, place), place
        try:
            _, end = object_at(text, place)
            rows.append((line, text[place:end].replace("\n", " ").encode()))
        except NoObjectError as why:
            faults += 1
            again = _AGAIN.search(text, place + 1) if faults < limits.LOG_FAULTS else None
            end = again.end() if again else len(text)
            yield Trouble(f"{name}:{line}: {why}; it is left out{'' if again else ', and all behind it'}")
        length += end - place
        place = _behind(text, end)
        if length >= limits.LOG_FIRST_BYTES:
            yield Block(b"", line, done), gathered(rows)
            rows, length = [], 0
    yield Block(b"", line, done), gathered(rows)


def _behind(text: str, place: int) -> int:
    """The first place from this one on that is neither blank nor between the objects of an array."""
    found = _BETWEEN.match(text, place)
    return found.end() if found else place
