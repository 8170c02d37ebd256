"""Letters that leave the house: their numbers, their signatures, and the public proof that they are genuine.

A letter's number is reserved first, then the letter is typeset and signed outside any transaction, then attached; a
crash between any two of these loses nothing, doubles nothing and reuses no number. Whoever holds a letter can check it;
only whoever holds the identical file sees more than its face.
"""
