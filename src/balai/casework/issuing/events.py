"""Facts that issuing publishes. Payloads carry ids only; no key is personal."""

REVOKED = "issuing.revoked"  # {case, letter}: a signed letter no longer holds; the reason is public
VOIDED = "issuing.voided"  # {case, letter}: a number was given and will not be used
