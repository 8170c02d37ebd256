"""The incident book: what went wrong, found, contained, reported and learnt from, told in order and kept.

Administrators write it, freeze accounts and make the hall read-only from it; its clocks say what must be reported by when. Heads
of units take more time for their office from a recorded outage.
"""
