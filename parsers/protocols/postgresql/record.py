"""postgresql.log: a login or a query. Source: Zeek, base/protocols/postgresql/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "postgresql",
    "A login to a PostgreSQL server, or a query to it, and whether it succeeded.",
    "#8fb3d9",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("user", "string", "The user name that the client logged in with.", 8, repeats=True),
        Field("database", "string", "The database that it wanted to use.", 9, repeats=True),
        Field("application_name", "string", "What the client's program calls itself.", repeats=True),
        Field("frontend", "string", "What the client did: ssl_request, startup, simple_query, …", 4, repeats=True),
        Field("frontend_arg", "string", "The query's SQL text.", 5),
        Field("backend", "string", "What the server answered: ssl_reply, auth_ok, error, …", 6, repeats=True),
        Field("backend_arg", "string", "How the server wants a login to be proved, or its words on an error."),
        Field("success", "bool", "Whether the login or the query succeeded.", 7),
        Field("rows", "count", "How many rows the server sent."),
    ),
)
