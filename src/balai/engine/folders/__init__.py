"""What every kind of folder has: a key over what it says, names of files that belong in it, words in two languages, its law.

A service is one kind; pages of the hall, registries and others are more. Pure: files come in as bytes. What the kinds are, where
their folders lie and how their versions are kept is `records/folders`.
"""

from balai.engine.folders.contents import LANGS, check_names, key_of, words_of
from balai.engine.folders.law import Law

__all__ = ["LANGS", "Law", "check_names", "key_of", "words_of"]
