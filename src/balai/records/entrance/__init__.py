"""The entrance: who comes in, as an officer, as a visitor, and how a form that was sent becomes one deed and an answer.

Doors and rooms alike take their guards from here, so that a page says by one word who may enter it.
It knows accounts and posts, no case and no door.
"""
