"""Facts that the ground itself sends. Payloads carry ids only; no key is personal."""

POST_OWED = "base.post-owed"  # {dispatch}: a mail or text waits to be carried
