"""Facts that the room publishes. Payloads carry ids only; no key is personal."""

WRITTEN = "messages.written"  # {case, message, thread}: thread is public or internal
