"""Facts that notices publish."""

QUEUED = "notices.queued"  # {notice}: a notice waits for its carrier
ALERTED = "notices.alerted"  # {batch, person}: one mail to one administrator tells of everything in the batch
