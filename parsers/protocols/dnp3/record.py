"""dnp3.log: a request and its reply. Source: Zeek, base/protocols/dnp3/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "dnp3",
    "A command to a remote station of an electricity, water or gas network, and its reply.",
    "#d8b36a",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("fc_request", "string", "What the control centre asks for: READ, SELECT, OPERATE, …", 4, repeats=True),
        Field("fc_reply", "string", "What kind of reply the station sends.", 5, repeats=True),
        Field("iin", "count", "The station's state as a number, a bit for each trouble, and some that are none.", 6),
    ),
)
