"""Who looked at my data: the access log told to whom it is about, and what in it is out of the ordinary told to who must ask why.

Citizens see every reading, list and refusal by reader and day, with who decided and signed, and may be told of the first look from an
office that has no case of theirs. Heads and auditors see readings of neighbours, of namesakes and without a task; heads settle them.
"""
