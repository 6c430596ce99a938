"""dhcp.log: its fields, and those of the messages that its rows are made of.

Source: Zeek, scripts/base/protocols/dhcp/main.zeek.
"""

from typing import Final

from parsers.schema import Field, Record

RECORD = Record(
    "dhcp",
    "What a client that wants an address and the servers that give them said to each other.",
    "#8fc9a0",
    (
        Field("ts", "time", "When it happened: the time of the first message, UTC.", 1),
        Field("uids", "set[string]", "The identifiers of the connections that the messages travelled in."),
        Field("client_addr", "addr", "The client's address: the one that it sends from, or that it was given.", 4),
        Field("server_addr", "addr", "The address of the server that gave the address.", 5),
        Field("mac", "string", "The client's hardware address.", 2),
        Field("host_name", "string", "The name that the client says it has.", 3),
        Field("client_fqdn", "string", "The full name that the client wants in DNS."),
        Field("domain", "string", "The domain that the server tells the client to use."),
        Field("requested_addr", "addr", "The address that the client asked for."),
        Field("assigned_addr", "addr", "The address that the server gave.", 6),
        Field("lease_time", "interval", "How long the client may keep the address."),
        Field("client_message", "string", "What the client said of why it wants no such address."),
        Field("server_message", "string", "What the server said of why it gives no such address."),
        Field("msg_types", "vector[string]", "The kinds of messages, in order: DISCOVER, OFFER, REQUEST, ACK, …", 7),
        Field("duration", "interval", "The time from the first message to the last."),
    ),
)

# A message changes these cells of its row, where it has something to say of them: the last one counts.
TOLD: Final = (
    "client_addr",
    "server_addr",
    "mac",
    "host_name",
    "client_fqdn",
    "domain",
    "requested_addr",
    "assigned_addr",
    "lease_time",
    "client_message",
    "server_message",
)

MESSAGES = Record(
    RECORD.name,
    "What one message says, until all of them have come.",
    RECORD.colour,
    (
        RECORD.by_name["ts"],
        Field("uid", "string", "The connection that it travelled in."),
        Field("xid", "count", "The number that the client gave to the transaction."),
        Field("msg_type", "string", "Its kind.", repeats=True),
        Field("is_client", "bool", "It comes from a client."),
        Field("chaddr", "string", "The client's hardware address in the message's head, where no option has it."),
        *(RECORD.by_name[name] for name in TOLD),
    ),
)
