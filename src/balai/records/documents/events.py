"""Facts that documents write into the journal; a file's name is personal and never among them."""

DOCUMENT_STORED = "document-stored"  # document, version, type, size, digest (keyed)
DOCUMENT_DISCARDED = "document-discarded"  # document

PERSONAL_KEYS: frozenset[str] = frozenset()
