"""People and firms: who they are, how surely we know it, how they sign in, and who may act for whom.

What identifies a person is sealed under their own vault; lists show masked names, and a NIK is found by a keyed hash.
An account is a way to sign in; a person may be without one, and an account proves nothing until its identity is bound.
"""
