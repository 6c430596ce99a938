"""packet_filter.log: one row that says which packets were looked at. Source: Zeek, base/frameworks/packet-filter."""

from parsers.schema import Field, Record

RECORD = Record(
    "packet_filter",
    "Which packets of the capture were analysed.",
    "#8a94a0",
    (
        Field("ts", "time", "The time of the capture's first packet.", 1),
        Field("node", "string", "The name of the process that set the filter.", 2),
        Field("filter", "string", "The filter in tcpdump's language; this one lets everything pass.", 3),
        Field("init", "bool", "T when the filter was set at the start.", 4),
        Field("success", "bool", "T when the filter could be set.", 5),
        Field("failure_reason", "string", "Why it could not be set."),
    ),
)


def row(first: int) -> tuple[int, str, str, bool, bool, None]:
    """The row for a capture whose first packet came at `first`."""
    return first, "zeek", "ip or not ip", True, True, None
