"""The officers' door: what is due, the case with its evidence beside it, a decision with its reason, letters to sign.

A view translates, makes one call into casework and answers; nothing is decided here. Words are in `texts/`, the pages
stand in the officer's frame of `base.pages`, and everything works without script.
"""
