"""redis.log: a command and its reply. Source: Zeek, base/protocols/redis/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "redis",
    "A command to a Redis server, and what the server replied.",
    "#d08a7d",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("cmd.name", "string", "The command: GET, SET, PING, …", 4, repeats=True),
        Field("cmd.key", "string", "The key that the command is about, where it is one that has a key.", 5),
        Field("cmd.value", "string", "The value that goes with the key, where the command has one.", 6),
        Field("success", "bool", "Whether the server did it; unset where no reply belongs to it.", 7),
        Field("reply.value", "string", "The reply as text: lists in brackets, maps in braces, errors in words.", 8),
    ),
)
