"""Facts that notices publish."""

QUEUED = "notices.queued"  # {notice}: a notice waits for its carrier
