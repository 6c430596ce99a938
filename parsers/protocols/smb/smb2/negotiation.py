"""What an answer to a negotiation of SMB 3.1.1 lists at its end (MS-SMB2 2.2.4): it must be whole, no more."""

from parsers.protocols.binpac import out_of_bound
from parsers.protocols.grammar import Reading

_PREAUTH_INTEGRITY, _ENCRYPTION, _COMPRESSION, _NETNAME = 1, 2, 3, 5


def read_contexts(message: Reading, count: int) -> None:
    """So many contexts, each but the last padded to eight bytes."""
    if not count:
        return
    if count - 1 > message.left:
        raise out_of_bound("NegotiateContextList:vals", count - 1, message.left)
    for number in range(count):
        context = message.inner()
        _read_context(context)
        if number < count - 1:
            context.place += -context.offset % 8
            if context.left < 0:
                raise out_of_bound("Padded_SMB3_negotiate_context_value", context.offset, context.offset + context.left)
        message.place = context.place


def _read_context(context: Reading) -> None:
    kind, length, _ = context.numbers("SMB3_negotiate_context_value:reserved", "<HHI")
    value = context.inner()
    if kind == _PREAUTH_INTEGRITY:
        count, salt = value.numbers("SMB3_preauth_integrity_capabilities:salt_length", "<HH")
        value.array("SMB3_preauth_integrity_capabilities:hash_alg", count, 2)
        value.octets("SMB3_preauth_integrity_capabilities:salt", salt)
    elif kind == _ENCRYPTION:
        (count,) = value.numbers("SMB3_encryption_capabilities:cipher_count", "<H")
        value.array("SMB3_encryption_capabilities:ciphers", count, 2)
    elif kind == _COMPRESSION:
        count, _, _ = value.numbers("SMB3_compression_capabilities:reserved", "<HHI")
        value.array("SMB3_compression_capabilities:algs", count, 2)
    elif kind == _NETNAME:
        value.octets("SMB3_netname_negotiate_context_id:net_name", length)
    else:
        context.octets("SMB3_negotiate_context_value:unknown_context_data", length)
        return
    context.place = value.place
