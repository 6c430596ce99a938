"""sip.log: its fields. Source: Zeek, scripts/base/protocols/sip/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "sip",
    "A telephone call over the Internet, or what prepares one: a request and a reply to it.",
    "#6fc3d9",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("trans_depth", "count", "How many requests of the connection wait for a reply before this one."),
        Field("method", "string", "What is asked for: REGISTER, INVITE, BYE, …", 4, repeats=True),
        Field("uri", "string", "Whom or what it is asked of.", 5),
        Field("date", "string", "The request's Date field."),
        Field("request_from", "string", "Who calls: the request's From field.", 6),
        Field("request_to", "string", "Who is called: the request's To field.", 7),
        Field("response_from", "string", "The reply's From field."),
        Field("response_to", "string", "The reply's To field."),
        Field("reply_to", "string", "Where answers shall go instead: the request's Reply-To field."),
        Field("call_id", "string", "What names the call: the request's Call-ID field."),
        Field("seq", "string", "The number and method of the request: its CSeq field."),
        Field("subject", "string", "The request's Subject field."),
        Field("request_path", "vector[string]", "The way that the request has come: its Via fields."),
        Field("response_path", "vector[string]", "The way that the replies have come: their Via fields."),
        Field("user_agent", "string", "The caller's program: the request's User-Agent field."),
        Field("status_code", "count", "The reply's result as a number; 200 is success.", 8),
        Field("status_msg", "string", "The reply's result in words.", repeats=True),
        Field("warning", "string", "The reply's Warning field."),
        Field("request_body_len", "count", "How long the request's body is, as it says."),
        Field("response_body_len", "count", "How long the reply's body is, as it says."),
        Field("content_type", "string", "The kind of the reply's body.", repeats=True),
    ),
)
