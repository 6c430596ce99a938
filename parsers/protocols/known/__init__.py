"""What is known of the local network: its hosts, the services that they offer, the certificates that these show.

Each is listed once a day. These facts are found in all shards; `thinned` keeps what a shard has to tell of them, and
`logged` says what Zeek writes of it.
"""
