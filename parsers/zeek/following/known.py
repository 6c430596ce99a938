"""Logs that are known by their beginnings, so that no copy of one is read twice."""

from parsers import limits
from parsers.zeek.following.content import Content


class Known:
    """What has been read of each log: a Content may have to be read on, None stands for all of it."""

    def __init__(self) -> None:
        self._contents: dict[bytes, Content | None] = {}

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._contents

    def content(self, digest: bytes) -> Content | None:
        """What can be read on."""
        return self._contents.get(digest)

    def put(self, digest: bytes, content: Content | None) -> None:
        """Remember; the oldest are forgotten where there are too many."""
        self._contents.pop(digest, None)
        self._contents[digest] = content
        if len(self._contents) > limits.FOLLOWED_BEGINNINGS:
            self._contents.pop(next(iter(self._contents)))
