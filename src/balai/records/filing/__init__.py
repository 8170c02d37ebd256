"""Filing: what is kept how long and why, what must not be destroyed meanwhile, and numbers that are given out once.

A case, a letter that came in, a decision: any object of any app is filed under a class, held, and numbered here, by the name of its kind and
its id. Nobody deletes, administrators included: what falls due is listed. An app says in its `checks.py` what its kind is (`filing.kinds`).
"""
