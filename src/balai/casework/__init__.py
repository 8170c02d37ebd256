"""Casework: services become cases, cases become letters, notices, files and figures.

Every change to a case goes through `cases.actions`; the order inside is catalogue ← cases ← issuing | notices | archive | figures.
"""
