"""Measuring ourselves against the bare limit, in the same run, on the same database.

Absolute numbers depend on the machine; the ratios are what counts. Nothing here runs in a served hall.
"""
