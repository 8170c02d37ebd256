"""Facts that issuing publishes. Payloads carry ids only; no key is personal."""

SIGNED = "issuing.signed"  # {case, letter}: a letter is signed or sealed and may be collected
REVOKED = "issuing.revoked"  # {case, letter}
VOIDED = "issuing.voided"  # {case, letter}: a number was given and will not be used
