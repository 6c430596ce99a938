"""Tunnels: packets inside packets, one file a protocol and one line each in the registry."""
