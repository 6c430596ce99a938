"""conn.log: one row for each connection, and for each run of datagrams between two endpoints."""

from dataclasses import replace
from typing import Final

from parsers.schema import CONNECTION, Field, Record

RECORD = Record(
    "conn",
    "One connection: who talked to whom, for how long, how much, and how it ended.",
    "#7fd1c7",
    (
        *CONNECTION,
        Field("proto", "enum", "The transport protocol: tcp, udp, icmp, or unknown_transport.", 5),
        Field("service", "string", "The protocols that were recognised in it, by their content.", 6, repeats=True),
        Field("duration", "interval", "From its first packet to its last; unset when there was only one moment.", 8),
        Field("orig_bytes", "count", "Payload bytes that the originator sent; for TCP by its sequence numbers.", 9),
        Field("resp_bytes", "count", "Payload bytes that the responder sent; for TCP by its sequence numbers.", 10),
        Field(
            "conn_state",
            "string",
            "How it went: S0 no answer, S1 open, SF closed in order, REJ refused, RSTO or RSTR reset by originator or "
            "responder, S2 S3 half closed, SH SHR RSTOS0 RSTRH one side only, OTH none of these.",
            7,
            repeats=True,
        ),
        Field("local_orig", "bool", "Whether the originator's address is a private one."),
        Field("local_resp", "bool", "Whether the responder's address is a private one."),
        Field("missed_bytes", "count", "Bytes that were acknowledged but are not in the capture."),
        Field(
            "history",
            "string",
            "What happened, in order, originator in capitals: s SYN, h SYN-ACK, a ACK, d data, f FIN, r RST, g gap, "
            "t repeated, w window closed, c bad checksum, i q odd flags, x given up, ^ roles turned round.",
            11,
            repeats=True,
        ),
        Field("orig_pkts", "count", "Packets that the originator sent."),
        Field("orig_ip_bytes", "count", "Bytes of the originator's packets, IP headers included."),
        Field("resp_pkts", "count", "Packets that the responder sent."),
        Field("resp_ip_bytes", "count", "Bytes of the responder's packets, IP headers included."),
        Field("tunnel_parents", "set[string]", "The uids of the connections that carried this one inside a tunnel."),
        Field("ip_proto", "count", "The protocol number in the IP header: 6 TCP, 17 UDP, 1 ICMP…"),
        Field(
            "community_id",
            "string",
            "What other tools call this connection: Suricata, Wireshark, Arkime make the same of its endpoints.",
            added=True,
        ),
        Field(
            "orig_l2_addr",
            "string",
            "The hardware (MAC) address at the originator's end: its own, or its last router's.",
            repeats=True,
            added=True,
        ),
        Field(
            "resp_l2_addr",
            "string",
            "The hardware (MAC) address at the responder's end: its own, or the next router's.",
            repeats=True,
            added=True,
        ),
        Field("orig_vendor", "string", "Who made the hardware that orig_l2_addr is of.", repeats=True, added=True),
        Field("resp_vendor", "string", "Who made the hardware that resp_l2_addr is of.", repeats=True, added=True),
    ),
)

# Where several captures are opened together, a last column of ours says where each connection begins.
CAPTURE: Final = Field("capture", "string", "The capture that its first packet lies in.", repeats=True)
OF_SEVERAL: Final = replace(RECORD, fields=(*RECORD.fields, CAPTURE))
