"""Balai, a digital bureaucracy: a public service is a folder, and the whole city hall is one program.

The floors are, from the top: `doors`, `rooms`, `casework`, `records`, and on the ground `base` and `engine`.
Imports go down only; `docs/house.md` is the map.
"""

__version__ = "0.1.0"
