"""smtp.log: one message a row. Source: Zeek, base/protocols/smtp/{main,files}.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "smtp",
    "A mail message on its way from one server or program to the next.",
    "#d7a65f",
    (
        *ranked(CONNECTION, {"id.resp_h": 9, "id.resp_p": 10}),
        Field("trans_depth", "count", "Which message of its connection it is, counted from 1."),
        Field("helo", "string", "The name that the client greets with.", repeats=True),
        Field("mailfrom", "string", "The sender, as the client gave it to the server.", 3),
        Field("rcptto", "set[string]", "Who is to get it, as the client gave it to the server.", 4),
        Field("date", "string", "When it was written, as its header says."),
        Field("from", "string", "Who wrote it, as its header says.", 6),
        Field("to", "set[string]", "Whom it was written to, as its header says."),
        Field("cc", "set[string]", "Who gets a copy, as its header says."),
        Field("reply_to", "string", "Where answers are to go, as its header says."),
        Field("msg_id", "string", "The message's own identifier."),
        Field("in_reply_to", "string", "The identifier of the message that it answers."),
        Field("subject", "string", "What it is about, as its header says.", 5),
        Field("x_originating_ip", "addr", "The address of the program that it was written with, as its header says."),
        Field("first_received", "string", "Where it was received last: the last of its header's Received lines."),
        Field("second_received", "string", "The Received line before that one."),
        Field("last_reply", "string", "The last thing that the server said of it.", 7),
        Field("path", "vector[addr]", "The machines that it went through, from this server back to its origin."),
        Field("user_agent", "string", "The program that it was written with, as its header says.", repeats=True),
        Field("tls", "bool", "T when the connection goes on under TLS, where nothing more can be read."),
        Field("fuids", "vector[string]", "The identifiers of the files that it carries, its text among them."),
    ),
)
