"""ssh.log: one secure shell session a row. Source: Zeek, base/protocols/ssh/main.zeek."""

from parsers.schema import CONNECTION, Field, Record

RECORD = Record(
    "ssh",
    "A secure shell session: who speaks which version, what they agree on, whether the login seems to succeed.",
    "#b39ddb",
    (
        *CONNECTION,
        Field("version", "count", "The version of the protocol that both sides can speak: 1 or 2."),
        Field("auth_success", "bool", "T when someone seems to have logged in, F when all attempts seem to fail.", 5),
        Field("auth_attempts", "count", "How many attempts to log in there seem to be.", 6),
        Field("direction", "enum", "OUTBOUND from a local host to the outside, INBOUND from there to a local one.", 9),
        Field("client", "string", "What the client says it is: protocol, program, version.", 7, repeats=True),
        Field("server", "string", "What the server says it is: protocol, program, version.", 8, repeats=True),
        Field("cipher_alg", "string", "How the session is encrypted.", repeats=True),
        Field("mac_alg", "string", "How changes to a message on its way would be noticed.", repeats=True),
        Field("compression_alg", "string", "How the session is compressed.", repeats=True),
        Field("kex_alg", "string", "How the two sides agree on a key.", repeats=True),
        Field("host_key_alg", "string", "The kind of key by which the server shows who it is.", repeats=True),
        Field("host_key_fingerprint", "string", "That key's fingerprint, the first part of what ssh-keygen -l shows."),
    ),
)
