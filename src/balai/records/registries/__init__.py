"""Registries of others: one port to look a person up in the state's data, its purpose recorded before anything shows.

A registry that does not answer is `unavailable`, never `not found`: nothing is decided on silence.
"""
