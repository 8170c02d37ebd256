"""Folders of every kind: what a town writes as files, judged, versioned by what it says, published and kept whole.

A kind is a service, a page of the hall, a registry: an app registers it in its `folders.py` (`kinds.py`), and it has all of this.
A published version never changes; whatever was opened under one keeps it for ever.
"""
