"""The archive: what is kept how long, counted from which event (closing, decision, the letter's end), and what then becomes of it. A legal hold stops the count.

Nobody deletes, administrators included: what falls due is listed, and destroyed by its procedure (a later issue) or kept.
"""
