"""Logs that are followed while Zeek writes them: `follower` looks at all of them, again and again.

What is read of a log is a `content`; a `tail` is a file that holds one and may grow. A log is known again by its
`beginning`: a copy, a packed one too, is read on from where the log was left, which is its end as a rule.
"""
