"""dns.log: its fields. Source: Zeek, base/protocols/dns/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "dns",
    "A name that was looked up, and what came back.",
    "#a5d46a",
    (
        *ranked(CONNECTION, {"id.resp_h": 9, "id.resp_p": 0}),
        Field("proto", "enum", "The transport it travelled over: udp, or tcp for what is large."),
        Field("trans_id", "count", "The number that the client gave the query; the reply repeats it."),
        Field("rtt", "interval", "The time from the query to its reply.", 10),
        Field("query", "string", "The name that was asked for, in lower case; NetBIOS names are decoded.", 5),
        Field("qclass", "count", "The class of the query as a number; 1 is the Internet."),
        Field("qclass_name", "string", "The class of the query.", repeats=True),
        Field("qtype", "count", "The type of record that was asked for, as a number."),
        Field("qtype_name", "string", "The type of record that was asked for: A is an IPv4 address.", 6, repeats=True),
        Field("rcode", "count", "The reply's result as a number; 0 is success."),
        Field("rcode_name", "string", "The reply's result; NXDOMAIN: there is no such name.", 8, repeats=True),
        Field("AA", "bool", "The server that replied is in charge of this name."),
        Field("TC", "bool", "The query says that it was cut short."),
        Field("RD", "bool", "The client wants the server to ask other servers for it."),
        Field("RA", "bool", "The server is willing to ask other servers."),
        Field("Z", "count", "Three more bits of the query; DNSSEC uses two of them."),
        Field("answers", "vector[string]", "What the reply's answer section says, a text for each record.", 7),
        Field("TTLs", "vector[interval]", "How long each answer may be remembered."),
        Field("rejected", "bool", "The reply holds no record at all, or an error and not even the question."),
        Field("opcode", "count", "What kind of message it is, as a number; 0 is a query."),
        Field("opcode_name", "string", "What kind of message it is: query, notify, dynamic-update.", repeats=True),
    ),
)
