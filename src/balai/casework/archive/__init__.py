"""The archive of cases: each is filed when it closes, counted from the event its schedule names, and can be held. Persons are forgotten here.

How anything is kept and held lies below (`records/filing`); nobody deletes, administrators included: what falls due is listed, and destroyed by
its procedure (a later issue) or kept.
"""
