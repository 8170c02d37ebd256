"""Facts that the room publishes: none; what casework must know of an outage stands in records/outages."""
