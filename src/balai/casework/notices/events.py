"""Facts that notices publish."""

QUEUED = "notices.queued"  # {notice}: a notice waits for its carrier
GATHERED = "notices.gathered"  # {batch, person}: one mail to one person tells of everything in the batch
