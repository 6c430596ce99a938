"""snmp.log: its fields. Source: Zeek, scripts/base/protocols/snmp/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "snmp",
    "What a manager asked of a device, or changed there: its settings, its counters, its name.",
    "#b9cf7d",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("duration", "interval", "The time from the first message to the last."),
        Field("version", "string", "The version of the protocol: 1, 2c or 3.", 4, repeats=True),
        Field(
            "community", "string", "The community, which is a password in the clear; in version 3 the user's name.", 5
        ),
        Field("get_requests", "count", "How many values were asked for one by one.", 6),
        Field("get_bulk_requests", "count", "How many lists of values were asked for."),
        Field("get_responses", "count", "How many values came back.", 7),
        Field("set_requests", "count", "How many values were to be changed.", 8),
        Field("display_string", "string", "The device's description of itself."),
        Field("up_since", "time", "Since when the device has been up, as it says."),
    ),
)
