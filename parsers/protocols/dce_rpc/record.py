"""dce_rpc.log: what is told of each call. Source: Zeek, base/protocols/dce-rpc/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "dce_rpc",
    "A call of a function on another Windows computer, with its answer.",
    "#8fc7c1",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("rtt", "interval", "The time from the call to its answer; unset where that is not known.", 7),
        Field("named_pipe", "string", "Where the other side listens: a pipe's name or a port, as it says itself.", 4),
        Field("endpoint", "string", "The set of functions that is called into, by its name.", 5, repeats=True),
        Field("operation", "string", "The function that is called.", 6, repeats=True),
    ),
)
