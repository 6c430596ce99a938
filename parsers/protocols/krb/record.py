"""kerberos.log: its fields. Source: Zeek, scripts/base/protocols/krb/{main,files}.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "kerberos",
    "Someone who proved to a Kerberos server who he is, or asked it for a ticket to a service.",
    "#8fc7b5",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field(
            "request_type", "string", "AS for a login, TGS for a ticket to a service by one who is in.", 4, repeats=True
        ),
        Field("client", "string", "Who asks, and the realm.", 5),
        Field("service", "string", "The service that the ticket is for; krbtgt is the server's own.", 6),
        Field("success", "bool", "Whether a ticket was given; unset where no answer was seen.", 7),
        Field("error_msg", "string", "Why there was none.", 8, repeats=True),
        Field("from", "time", "From when on the ticket is wanted to be valid.", far=True),
        Field("till", "time", "Until when the ticket is wanted to be valid.", far=True),
        Field("cipher", "string", "What the ticket is encrypted with.", repeats=True),
        Field("forwardable", "bool", "Whether a ticket is wanted that other machines may use as well."),
        Field("renewable", "bool", "Whether a ticket is wanted that can be made valid for longer."),
        Field("client_cert_subject", "string", "Whom the client's certificate names, where it proves itself by one."),
        Field("client_cert_fuid", "string", "The identifier of the client's certificate."),
        Field("server_cert_subject", "string", "Whom the server's certificate names."),
        Field("server_cert_fuid", "string", "The identifier of the server's certificate."),
    ),
)
