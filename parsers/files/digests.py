"""The hashes of a file, reckoned once while its bytes pass. Source: Zeek, src/file_analysis/analyzer/hash/Hash.cc."""

import hashlib
from typing import TypeAlias

Hexadecimal: TypeAlias = tuple[str, str, str] | tuple[None, None, None]


class Digests:
    """MD5, SHA-1 and SHA-256; none of a file that has a hole or no bytes."""

    __slots__ = ("_fed", "_hashes", "_whole")

    def __init__(self) -> None:
        self._hashes = (
            hashlib.md5(usedforsecurity=False),
            hashlib.sha1(usedforsecurity=False),
            hashlib.sha256(usedforsecurity=False),
        )
        self._fed = False
        self._whole = True

    def data(self, data: bytes) -> None:
        """The next bytes."""
        if self._whole and data:
            self._fed = True
            for each in self._hashes:
                each.update(data)

    def gap(self, length: int) -> None:  # noqa: ARG002
        """Bytes are missing, however many: there is nothing to hash any more."""
        self._whole = False

    def hexadecimal(self) -> Hexadecimal:
        """MD5, SHA-1 and SHA-256 of the bytes, as text."""
        if not self._whole or not self._fed:
            return None, None, None
        md5, sha1, sha256 = self._hashes
        return md5.hexdigest(), sha1.hexdigest(), sha256.hexdigest()
