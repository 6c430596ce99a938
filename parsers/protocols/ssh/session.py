"""What Zeek's script knows of one SSH connection, and its row.

Source: Zeek, base/protocols/ssh/main.zeek.
"""

import base64
import hashlib
from typing import Final

from parsers import escape
from parsers.protocols.analyzer import Context
from parsers.protocols.software import ssh as software
from parsers.protocols.ssh.offers import Offer, agreed
from parsers.protocols.ssh.record import RECORD
from parsers.site import is_local

# A version that goes with both.
BOTH: Final = 199
# Under these the sizes of packets tell nothing of a login.
_COMPRESSED: Final = frozenset(("zlib", "zlib@openssh.com"))
# Zeek cuts a fingerprint there: a digest has 32 bytes, and 43 characters as text.
_FINGERPRINT_CHARACTERS: Final = 32
_NOTHING_AGREED: Final = (None,) * 5


class Session:
    """One connection's session.

    Its row is written when someone has logged in, or when the connection is removed.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._began: int | None = None
        self._written = False
        self._banners: dict[bool, bytes] = {}
        self._version: int | None = None
        self._offer: tuple[bool, Offer] | None = None
        self._agreed: tuple[str | None, ...] = _NOTHING_AGREED
        self._fingerprint: str | None = None
        self._auth_success: bool | None = None
        self._attempts = 0

    def name_version(self, is_orig: bool, banner: bytes, ts: int) -> None:
        """One side says what it is."""
        if self._began is None:
            self._began = ts
            self._context.at_removal(self._finish)
        self._banners[is_orig] = banner
        software.version(self._context, ts, is_orig, banner)
        if len(self._banners) == 2:
            self._version = self._common_version(self._banners[True], self._banners[False], ts)

    def _common_version(self, client: bytes, server: bytes, ts: int) -> int | None:
        addl = f"{escape.text(server)} vs {escape.text(client)}"
        if min(len(client), len(server)) <= 4:
            self._context.weird("SSH_cannot_determine_version", ts, addl, "")
            return None
        versions = {version_of(client), version_of(server)}
        if None in versions:
            return None
        if versions == {1, 2}:
            self._context.weird("SSH_version_mismatch", ts, addl, "")
        return common_version(versions)

    def take_offer(self, is_orig: bool, offer: Offer) -> None:
        """One side says what it can do."""
        if self._offer is None:
            self._offer = is_orig, offer
        elif self._offer[0] != is_orig:
            other = self._offer[1]
            self._agreed = agreed(offer, other) if is_orig else agreed(other, offer)

    def show_key(self, key: bytes) -> None:
        """The server shows its key."""
        digest = base64.b64encode(hashlib.sha256(key).digest())
        self._fingerprint = "SHA256:" + digest[:_FINGERPRINT_CHARACTERS].decode()

    def attempt(self, success: bool) -> None:
        """Someone tries to log in."""
        if not self._auth_success and self._agreed[2] not in _COMPRESSED:
            self._auth_success = success
            self._attempts += 1
        if success and self._began is not None:
            self._write()

    def _finish(self, ts: int) -> None:  # noqa: ARG002
        self._write()

    def _write(self) -> None:
        if self._written:
            return
        self._written = True
        connection = self._context.connection
        client, server = (self._banners.get(is_orig) for is_orig in (True, False))
        row = (
            self._began,
            *connection.head,
            self._version,
            self._auth_success,
            self._attempts,
            _direction(connection.orig_h, connection.resp_h),
            None if client is None else escape.text(client),
            None if server is None else escape.text(server),
            *self._agreed,
            self._fingerprint,
        )
        self._context.rows.add(RECORD, row)


def session_of(context: Context) -> Session:
    """The connection's session: one, however often its analyser is begun."""
    session = context.shared.get("ssh")
    if not isinstance(session, Session):
        session = context.shared["ssh"] = Session(context)
    return session


def version_of(banner: bytes) -> int | None:
    """1, 2, or both; None for what is none of these."""
    number = banner[4:5]
    if number == b"1":
        return BOTH if banner[6:8] == b"99" else 1
    return 2 if number == b"2" else None


def common_version(versions: set[int | None]) -> int | None:
    """What both sides can speak."""
    if versions == {BOTH}:
        return 2
    one = versions - {BOTH}
    return one.pop() if len(one) == 1 else None


def _direction(orig_h: str, resp_h: str) -> str | None:
    """Which way the session goes, where only one of its ends is local."""
    if is_local(orig_h) == is_local(resp_h):
        return None
    return "OUTBOUND" if is_local(orig_h) else "INBOUND"
