"""Facts about outages; payloads hold ids only."""

READ_ONLY = "read-only"  # until
WRITABLE = "writable"  # outage
RECORDED = "recorded"  # outage, began_at, ended_at, how, drill
ANNOUNCED = "announced"  # announcement
TAKEN_DOWN = "taken-down"  # announcement
