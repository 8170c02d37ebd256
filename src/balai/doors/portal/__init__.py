"""The citizen's door: find a service, apply page by page, follow the case, check a letter.

It translates pages into one domain call each and holds no table of its own; drafts and cases live in casework. An
applicant without an account is let in by the secret of their draft or case, kept in their session.
"""
