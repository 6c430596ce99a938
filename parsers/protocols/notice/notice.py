"""A notice, and the record of notice.log. Source: Zeek, scripts/base/frameworks/notice/main.zeek."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from parsers.limits import NOTICE_SUPPRESSED
from parsers.schema import CONNECTION, Field, Record, Row, ranked

RECORD = Record(
    "notice",
    "Something that somebody should look at: rare, forbidden, or dangerous.",
    "#e0866f",
    (
        *ranked(CONNECTION, {"id.orig_h": 0, "id.resp_h": 0, "id.resp_p": 0}),
        Field("fuid", "string", "The file that it is about; the same identifier as in files."),
        Field("file_mime_type", "string", "What kind of file that is."),
        Field("file_desc", "string", "Where that file comes from, such as the address of a web page."),
        Field("proto", "enum", "The transport protocol of the connection that it is about.", repeats=True),
        Field("note", "enum", "Which kind of notice it is.", 2, repeats=True),
        Field("msg", "string", "What happened, in words.", 3),
        Field("sub", "string", "More about it.", 6),
        Field("src", "addr", "The address that it is about, or that opened the connection.", 4),
        Field("dst", "addr", "The other address.", 5),
        Field("p", "port", "The port that it is about, or that of the side that answered."),
        Field("n", "count", "A number that belongs to it: how many there were, or a status."),
        Field("peer_descr", "string", "Which of several processes of Zeek's raised it."),
        Field("actions", "set[enum]", "What was done about it: into the log, into a mail, …"),
        Field("email_dest", "set[string]", "Whom it was mailed to."),
        Field("suppress_for", "interval", "How long the same notice is not raised again."),
        Field("remote_location.country_code", "string", "The country of the address outside; needs a database."),
        Field("remote_location.region", "string", "The region of the address outside."),
        Field("remote_location.city", "string", "The city of the address outside."),
        Field("remote_location.latitude", "double", "How far north that is, in degrees."),
        Field("remote_location.longitude", "double", "How far east that is, in degrees."),
    ),
)
_ACTIONS: Final = ("Notice::ACTION_LOG",)
_NOWHERE: Final = (None,) * 5

# orig_h, orig_p, resp_h, resp_p.
Ends: TypeAlias = tuple[str, int, str, int]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice.

    Of a connection, or of a packet that has none, `ends` give `src`, `dst` and `p` too, where these are not set.
    `identifier` is what the same notice would have again: none is raised for `suppress_for` after it, in nanoseconds.
    Without one it is never held back.
    """

    ts: int
    note: str
    msg: str
    sub: str | None = None
    uid: str | None = None
    ends: Ends | None = None
    proto: str | None = None
    fuid: str | None = None
    file_mime_type: str | None = None
    file_desc: str | None = None
    src: str | None = None
    dst: str | None = None
    p: int | None = None
    n: int | None = None
    identifier: str | None = None
    suppress_for: int = NOTICE_SUPPRESSED

    def row(self) -> Row:
        """Its row in notice.log."""
        ends = self.ends or (None,) * 4
        orig_h, _, resp_h, resp_p = ends
        return (
            self.ts,
            self.uid,
            *ends,
            self.fuid,
            self.file_mime_type,
            self.file_desc,
            self.proto,
            self.note,
            self.msg,
            self.sub,
            orig_h if self.src is None else self.src,
            resp_h if self.dst is None else self.dst,
            resp_p if self.p is None else self.p,
            self.n,
            None,
            list(_ACTIONS),
            [],
            self.suppress_for,
            *_NOWHERE,
        )
