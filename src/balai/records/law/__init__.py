"""Which law officials have confirmed: of each value of a folder the basis they state, since when, and when it is looked at again.

A folder says what it rests on and whether that is confirmed where it was written; the hall's own officers confirm the rest here, bound to
the very value. Whoever shows a value asks `queries.find`: it knows the hall's mark by folder and digest, at any moment.
"""
