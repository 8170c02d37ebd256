"""The ground every app stands on: journal, outbox, errors, actors, clock, crypto, plugs and pages.

It knows nothing of cases, people or services. Django lives here; the pure engine lies beside it.
"""
