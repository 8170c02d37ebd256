"""Documents: files of a case or a person, encrypted at rest under its vault, sniffed, scanned, versioned and previewed.

A file is a stream of sealed chunks, so that it is written and read with bounded memory and any change of it is refused.
"""
