"""What ssl.log says of a connection."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "ssl",
    "An encrypted connection (SSL, TLS, DTLS): what was agreed before the encryption began.",
    "#b6a1f2",
    (
        *ranked(CONNECTION, {"id.resp_p": 8}),
        Field("version", "string", "The version of SSL or TLS that the server chose.", 6, repeats=True),
        Field("cipher", "string", "The cipher suite that the server chose.", repeats=True),
        Field("curve", "string", "The group, mostly an elliptic curve, that the keys were agreed in.", repeats=True),
        Field("server_name", "string", "The host that the client asked for (SNI); it is not encrypted.", 5),
        Field("resumed", "bool", "Whether an earlier session went on, so that no certificate was shown."),
        Field("last_alert", "string", "The last warning or error that one side sent unencrypted.", repeats=True),
        Field(
            "next_protocol", "string", "The protocol inside, as both sides agreed (ALPN): h2, http/1.1.", repeats=True
        ),
        Field("established", "bool", "Whether both sides came as far as encrypted data.", 7),
        Field(
            "ssl_history",
            "string",
            "The messages in order, one letter each, the client's in capitals: C hello, s hello, x certificate, k key "
            "exchange, r certificate wanted, n hello done, G key exchange, Y certificate proven, I cipher on, f "
            "finished, t ticket, u revocation status, j another hello wanted, l alert, ^ sides swapped.",
        ),
        Field("cert_chain_fps", "vector[string]", "The fingerprints of the server's certificates, its own first."),
        Field("client_cert_chain_fps", "vector[string]", "The fingerprints of the client's certificates."),
        Field("sni_matches_cert", "bool", "Whether the server's certificate is valid for the host asked for."),
        Field(
            "ja3",
            "string",
            "The client's fingerprint: the same for all connections of one program, so malware can be looked up by it.",
            repeats=True,
            added=True,
        ),
        Field(
            "ja3s",
            "string",
            "The server's fingerprint: how it answered a client like this one.",
            repeats=True,
            added=True,
        ),
        Field(
            "ja4",
            "string",
            "The client's fingerprint in a newer way that can be read: t TCP, q QUIC or d DTLS, version, d name or i "
            "address asked for, how many ciphers and extensions, ALPN; then hashes of both lists, sorted.",
            repeats=True,
            added=True,
        ),
    ),
)
