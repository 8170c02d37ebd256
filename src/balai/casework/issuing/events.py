"""Facts that issuing publishes. Payloads carry ids only; no key is personal."""

REVOKED = "issuing.revoked"  # {case, letter, by?}: a signed letter no longer holds; the reason is public; `by` another case's letter, which its holder is told of
VOIDED = "issuing.voided"  # {case, letter}: a number was given and will not be used
