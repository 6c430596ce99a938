"""mysql.log: a login or a command. Source: Zeek, base/protocols/mysql/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "mysql",
    "A login to a MySQL or MariaDB server, or a command to it, and whether it succeeded.",
    "#79b8c9",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("cmd", "string", "What the client wants: login, query, quit, …", 4, repeats=True),
        Field("arg", "string", "The user name, the SQL statement, or what else belongs to the command.", 5),
        Field("success", "bool", "Whether the server said that it was done.", 6),
        Field("rows", "count", "How many rows the command changed."),
        Field("response", "string", "The server's words on an error.", 7),
    ),
)
