"""rdp.log: one session with a remote desktop. Source: Zeek, base/protocols/rdp/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "rdp",
    "Somebody works on another machine's Windows desktop.",
    "#8db4e2",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("cookie", "string", "What the client says before anything else: mostly a user name, cut short.", 4),
        Field("result", "string", "How the opening ended: encrypted, Success, or why not.", 5, repeats=True),
        Field("security_protocol", "string", "How the session is protected, as the server chose.", 6, repeats=True),
        Field("client_channels", "vector[string]", "What else goes through the session: clipboard, drives, sound, …"),
        Field("keyboard_layout", "string", "The keyboard of the client: often its user's language.", repeats=True),
        Field("client_build", "string", "Which version the client's program is.", repeats=True),
        Field("client_name", "string", "The name of the client's machine.", 7),
        Field("client_dig_product_id", "string", "The product number of the client's Windows."),
        Field("desktop_width", "count", "How many pixels the client wants the desktop to be wide."),
        Field("desktop_height", "count", "How many pixels it wants it to be high."),
        Field("requested_color_depth", "string", "How many colours it wants.", repeats=True),
        Field("cert_type", "string", "The kind of certificate that the server shows, without TLS.", repeats=True),
        Field("cert_count", "count", "How many certificates it shows."),
        Field("cert_permanent", "bool", "Whether they are not for a time only."),
        Field("encryption_level", "string", "How much is encrypted, without TLS.", repeats=True),
        Field("encryption_method", "string", "How it is encrypted, without TLS.", repeats=True),
    ),
)
