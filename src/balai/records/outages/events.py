"""Facts about outages; payloads hold ids only."""

READ_ONLY = "read-only"  # until
WRITABLE = "writable"  # outage
RECORDED = "recorded"  # outage, began_at, ended_at, how, drill
ANNOUNCED = "announced"  # announcement
TOPIC_CHANGED = "outages.changed"  # nothing: what the status page says is another thing now
TAKEN_DOWN = "taken-down"  # announcement
