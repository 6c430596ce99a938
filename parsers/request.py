"""What a process that reads captures is asked, on its standard input."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from parsers import pipes


@dataclass(frozen=True, slots=True)
class Request:
    """Which captures, and the password of locked ones.

    `names` are what captures are called that came through pipes, `ends` the descriptors that can be read once those
    have ended that are still coming; `checksums` leaves packets out that have wrong ones.
    """

    paths: Sequence[Path]
    password: bytes | None
    names: Mapping[Path, str]
    ends: Sequence[int]
    checksums: bool = False

    @classmethod
    def of(cls, paths: Sequence[Path], password: bytes | None, *, checksums: bool = False) -> "Request":
        """The request for these captures; the process has to be given `pipes.descriptors(paths)` too."""
        found = pipes.among(paths)
        names = {pipe.path: pipe.name for pipe in found}
        return cls(paths, password, names, [pipe.end for pipe in found if pipe.end is not None], checksums)

    @classmethod
    def read(cls, text: bytes) -> "Request":
        """What another process has written."""
        asked = json.loads(text)
        password = asked["password"]
        return cls(
            [Path(path) for path in asked["paths"]],
            None if password is None else bytes.fromhex(password),
            {Path(path): name for path, name in asked["names"].items()},
            asked["ends"],
            asked["checksums"],
        )

    def written(self) -> bytes:
        """The request as text for the other process."""
        asked = {
            "paths": list(map(str, self.paths)),
            "password": None if self.password is None else self.password.hex(),
            "names": {str(path): name for path, name in self.names.items()},
            "ends": list(self.ends),
            "checksums": self.checksums,
        }
        return json.dumps(asked).encode()
