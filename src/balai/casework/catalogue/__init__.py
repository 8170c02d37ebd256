"""The catalogue: service folders loaded, checked and kept by the hash of what they say.

A version is published only when its folder has no fault and its golden examples pass. A published version never changes; the
cases opened under it keep it for ever.
"""
