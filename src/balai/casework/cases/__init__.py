"""Cases: one citizen's request from the first answer to the closed file.

`act()` is the one write path: guard, permission, the engine's step, journal and outbox, all in one deed.
The engine decides, this app records; the world is told by listeners afterwards.
"""
