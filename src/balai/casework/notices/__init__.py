"""Notices: telling people what happened to their case, by portal, e-mail and SMS, and knowing whether it arrived.

A fact of a case becomes one sealed notice per channel; a courier carries each into the world outside any transaction, with an
idempotency key, again and again until it arrives or a person must look.
"""
