"""ldap.log and ldap_search.log. Source: Zeek, base/protocols/ldap/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "ldap",
    "What a client wanted of a directory (LDAP), searches aside, and how it went.",
    "#b7a6d8",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("message_id", "int", "The number of the message; the answer bears the same."),
        Field("version", "int", "The version of LDAP that a login asks for."),
        Field("opcode", "string", "What is wanted: bind simple, bind SASL, modify, unbind, …", 4, repeats=True),
        Field("result", "string", "How it went: success, invalid credentials, …", 7, repeats=True),
        Field("diagnostic_message", "string", "The server's words on it."),
        Field("object", "string", "What it is about: the name of a user or an entry, the kind of request.", 5),
        Field("argument", "string", "More of it: how the login is proved, what is changed; passwords are left out.", 6),
    ),
)

SEARCH_RECORD = Record(
    "ldap_search",
    "A search in a directory (LDAP), and how much was found.",
    "#c3b2e3",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("message_id", "int", "The number of the message; the answers bear the same."),
        Field(
            "scope", "string", "Where to search: the base itself, what is below it, or the whole tree.", repeats=True
        ),
        Field("deref_aliases", "string", "Whether aliases are followed, and when.", repeats=True),
        Field("base_object", "string", "The entry where the search begins.", 4, repeats=True),
        Field("result_count", "count", "How many entries were found.", 6),
        Field("result", "string", "How it went: success, no such object, …", 7, repeats=True),
        Field("diagnostic_message", "string", "The server's words on it."),
        Field("filter", "string", "What entries must be like.", 5),
        Field("attributes", "vector[string]", "What is wanted of each entry; not recorded by default."),
    ),
)
