"""smb_files.log and smb_mapping.log. Source: Zeek, base/protocols/smb/main.zeek."""

from typing import Final

from parsers.schema import CONNECTION, Field, Record, ranked

_HEAD: Final = ranked(CONNECTION, {"id.resp_p": 0})

FILES = Record(
    "smb_files",
    "A file on a Windows share that was opened, renamed or deleted.",
    "#e8b07a",
    (
        *_HEAD,
        Field("fuid", "string", "The file's identifier, where its bytes were seen before."),
        Field("action", "enum", "What was done with the file.", 4),
        Field("path", "string", "The share that it lies on.", 5, repeats=True),
        Field("name", "string", "Its name on the share; `<share_root>` is the share itself.", 6),
        Field("size", "count", "How long it is, as the server says.", 7),
        Field("prev_name", "string", "The name that it had before it was renamed."),
        Field("times.modified", "time", "When its bytes were last changed, as the server says.", far=True),
        Field("times.accessed", "time", "When it was last read.", far=True),
        Field("times.created", "time", "When it was made.", far=True),
        Field("times.changed", "time", "When anything about it was last changed, its name or its rights.", far=True),
    ),
)

MAPPING = Record(
    "smb_mapping",
    "A share of a Windows computer that somebody connected to.",
    "#d9a066",
    (
        *_HEAD,
        Field("path", "string", "The share's name, as the client gave it.", 4),
        Field("service", "string", "What kind of share it is, in the old protocol's words.", 6, repeats=True),
        Field("native_file_system", "string", "The kind of its file system.", 7, repeats=True),
        Field("share_type", "string", "What it holds: files, a printer or pipes to programs.", 5, repeats=True),
    ),
)
