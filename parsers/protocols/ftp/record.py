"""ftp.log: commands about files and their answers. Source: Zeek, base/protocols/ftp/{info,main}.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "ftp",
    "A command that moves a file or prepares that, and what the server said to it.",
    "#8fc7a0",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("user", "string", "The name that the client logged in with.", 4, repeats=True),
        Field("password", "string", "The password of a guest; others are not shown.", repeats=True),
        Field("command", "string", "What the client asks for: RETR fetches a file, STOR sends one.", 5, repeats=True),
        Field("arg", "string", "What the command is about: the file's address, or the port for the data.", 6),
        Field("mime_type", "string", "What the file is, by its first bytes.", 8, repeats=True),
        Field("file_size", "count", "The size of the file, as the server says.", 9),
        Field("reply_code", "count", "The server's verdict as a number: 2xx is success, 5xx is not.", 7),
        Field("reply_msg", "string", "The server's verdict in words."),
        Field("data_channel.passive", "bool", "T when the client is to open the connection for the data."),
        Field("data_channel.orig_h", "addr", "The address that is to open the connection for the data."),
        Field("data_channel.resp_h", "addr", "The address that waits for it."),
        Field("data_channel.resp_p", "port", "The port at which it is waited for."),
        Field("fuid", "string", "The identifier of the file that was moved."),
    ),
)
