"""websocket.log: an HTTP connection that has become a WebSocket. Source: Zeek, base/protocols/websocket/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "websocket",
    "A web connection that both sides use freely from then on: chats, notebooks, tunnels.",
    "#8fd0ff",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("host", "string", "The server's name as the client wrote it.", 4, repeats=True),
        Field("uri", "string", "What was asked for.", 5),
        Field("user_agent", "string", "The program that the client says it is.", repeats=True),
        Field("subprotocol", "string", "What is spoken inside, as the server chose.", 6, repeats=True),
        Field("client_protocols", "vector[string]", "What the client can speak inside."),
        Field("server_extensions", "vector[string]", "What the server adds to the protocol: compression, …"),
        Field("client_extensions", "vector[string]", "What the client would like to add."),
    ),
)
