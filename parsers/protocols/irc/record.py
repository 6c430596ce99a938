"""irc.log: who joins which channels under which name, and the files that they send each other.

Source: Zeek, base/protocols/irc/{main,dcc-send,files}.zeek.
"""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "irc",
    "Someone names himself in a chat, joins a channel of it, or sends a file to another one there.",
    "#9db4d8",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("nick", "string", "The name under which the client is seen.", 4, repeats=True),
        Field("user", "string", "The name of the client's user.", repeats=True),
        Field("command", "string", "What is done: NICK, USER, JOIN, or DCC for a file.", 5, repeats=True),
        Field("value", "string", "The new name, or the channel.", 6),
        Field("addl", "string", "More about it: the user's host, server and real name, or the channel's key."),
        Field("dcc_file_name", "string", "The name of the file that is sent.", 7),
        Field("dcc_file_size", "count", "Its size, as its sender says.", 8),
        Field("dcc_mime_type", "string", "What it is, by its first bytes.", 9, repeats=True),
        Field("fuid", "string", "The file's identifier."),
    ),
)
