"""http.log: a request and its reply, a row for each. Source: Zeek, base/protocols/http/{main,entities}.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "http",
    "A web request and its reply.",
    "#7cb7ff",
    (
        *ranked(CONNECTION, {"id.resp_h": 9, "id.resp_p": 10}),
        Field("trans_depth", "count", "Which request of its connection it is, counted from 1."),
        Field("method", "string", "What the client asks the server to do: GET, POST, HEAD, …", 5, repeats=True),
        Field("host", "string", "The server's name as the client wrote it into the Host header.", 6, repeats=True),
        Field("uri", "string", "What was asked for: the path and query of the address, percent escapes undone.", 7),
        Field("referrer", "string", "The page that the client came from, as it says in the Referer header."),
        Field("version", "string", "The HTTP version that the server answered with.", repeats=True),
        Field("user_agent", "string", "The program that the client says it is.", repeats=True),
        Field("origin", "string", "The site whose page made the client ask (Origin header).", repeats=True),
        Field("request_body_len", "count", "Bytes of content that the client sent, uncompressed."),
        Field("response_body_len", "count", "Bytes of content that the server sent, uncompressed.", 11),
        Field("status_code", "count", "The server's verdict as a number: 200 is success, 404 is not found.", 8),
        Field("status_msg", "string", "The server's verdict in words.", repeats=True),
        Field("info_code", "count", "The last interim verdict (100 to 199) before the final one."),
        Field("info_msg", "string", "The last interim verdict in words.", repeats=True),
        Field("tags", "set[enum]", "Marks that analysts' scripts put on a request; none are built in."),
        Field("username", "string", "The user name that the client logged in with (Basic authentication)."),
        Field("password", "string", "The password that the client logged in with; not recorded by default."),
        Field("proxied", "set[string]", "Headers that show that a proxy passed the request on."),
        Field("orig_fuids", "vector[string]", "The identifiers of the files that the client sent."),
        Field("orig_filenames", "vector[string]", "The names of the files that the client sent."),
        Field("orig_mime_types", "vector[string]", "What the files that the client sent are, by their first bytes."),
        Field("resp_fuids", "vector[string]", "The identifiers of the files that the server sent."),
        Field("resp_filenames", "vector[string]", "The names of the files that the server sent."),
        Field("resp_mime_types", "vector[string]", "What the files that the server sent are, by their first bytes."),
    ),
)
