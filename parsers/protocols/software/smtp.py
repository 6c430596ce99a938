"""The programs that mails are written with, in the headers of those that local hosts send.

Source: Zeek, scripts/policy/protocols/smtp/software.zeek.
"""

import re
from collections.abc import Sequence
from typing import Final

from parsers import escape
from parsers.protocols.analyzer import Context
from parsers.protocols.software.tracking import found
from parsers.site import is_local

_WEBMAIL: Final = re.compile(
    r"\A(?:iPlanet Messenger|Sun Java\(tm\) System Messenger Express|SquirrelMail|NeoMail)|\(IMP\)|ZimbraWebClient"
)


def is_webmail(user_agent: str) -> bool:
    """Whether it is a program that is used in a browser."""
    return _WEBMAIL.search(user_agent) is not None


def mail_client(
    context: Context, ts: int, user_agent: str, path: Sequence[str], received: str | None, *, webmail: bool
) -> None:
    """A mail is over: the program runs where the mail comes from, the last host of its way.

    `received` is the last Received field that was read; `webmail` says that the program is used in a browser: where the
    mail came by HTTP from there, the program runs on the host before it.
    """
    if not is_local(context.connection.orig_h):
        return
    host = path[-2] if webmail and received is not None and "via HTTP" in received else path[-1]
    kind = "SMTP::WEBMAIL_SERVER" if webmail else "SMTP::MAIL_CLIENT"
    found(context.rows, ts, host, None, kind, escape.raw(user_agent))
