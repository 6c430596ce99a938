"""Whether someone logs in, guessed from the sizes of what the server sends encrypted.

Source: Zeek, src/analyzer/protocol/ssh/SSH.cc (ProcessEncrypted).
"""

from typing import Final

# How much shorter than the server's first answer the one that lets someone in is.
_SHORTER: Final = 16
# An answer so much longer than the first holds a banner.
_BANNER: Final = 256


class Login:
    """The attempts to log in of one session, segment by segment."""

    __slots__ = ("_client_spoke", "_failure", "_first", "_skipped_banner", "decided")

    def __init__(self) -> None:
        self.decided = False
        self._client_spoke = False
        self._first = 0
        self._failure = 0
        self._skipped_banner = False

    def segment(self, size: int, *, is_orig: bool) -> bool | None:
        """An encrypted segment of so many bytes: whether it tells of a login that succeeds or fails."""
        if is_orig:
            self._client_spoke = True
        elif self._client_spoke:
            if not self._first:
                self._first = size
            elif size + _SHORTER == self._first:
                self.decided = True
                return True
            elif self._failure:
                return False if size == self._failure else None
            elif not self._skipped_banner and size - self._first > _BANNER:
                self._skipped_banner = True
            else:
                self._failure = size
        return None
