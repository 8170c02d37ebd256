"""Protected persons: whoever's address must not reach whoever seeks them, after violence or as a witness.

A head sets the protection with a reason, a day on which it is looked at again, and the two posts that alone see address, phone and
papers. Of who has no record the one case is protected, by its vault. Everybody else sees the case without them, finds nobody by
name or number, and every reading raises an alarm.
"""
