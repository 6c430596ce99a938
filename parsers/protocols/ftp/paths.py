"""Names of files and folders, as a client and a server give them.

Source: Zeek, base/utils/paths.zeek, src/util.cc (normalize_path).
"""

import re
from typing import Final

from parsers.pieces import holds

_ABSOLUTE: Final = re.compile(rb"(?:/|[A-Za-z]:[\\/])[^\n]*")
_PATH: Final = re.compile(rb'(?:/|[A-Za-z]:[\\/])(?:\\ |[^" ])*')


def path_in(text: bytes) -> bytes:
    """The first absolute path in a text; empty where there is none."""
    found = _PATH.search(text)
    return found[0] if found else b""


def joined(folder: bytes, name: bytes) -> bytes:
    """The path of a file in a folder, in its shortest form."""
    if not folder or _ABSOLUTE.fullmatch(name):
        return shortened(name)
    return shortened(folder + name if folder.endswith(b"/") else folder + b"/" + name)


def shortened(path: bytes) -> bytes:
    """A path without what goes down and up again; a dot at its start stays."""
    if not holds(path, b"/.") and not holds(path, b"//"):
        return path[:-1] if len(path) > 1 and path.endswith(b"/") else path
    kept: list[bytes] = []
    for number, part in enumerate(path.split(b"/")):
        if not part or (part == b"." and number):
            continue
        if part != b".." or not kept or kept[-1] in {b"~", b".."}:
            kept.append(part)
        elif kept[-1] == b".":
            kept[-1] = part
        else:
            kept.pop()
    whole = b"/".join(kept)
    return b"/" + whole if path.startswith(b"/") else whole
