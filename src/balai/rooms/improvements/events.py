"""Facts that the room publishes: none; what became of a suggestion stands on its public page."""
