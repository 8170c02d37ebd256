"""The public log of what people found wrong on our pages, and what became of it.

Anybody writes, without an account; a way to be reached is optional, and sealed with the words. An administrator puts each into
public words of their own and says what is done, or why not; what somebody wrote is never published itself.
"""
