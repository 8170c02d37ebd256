"""Facts that the room publishes: none; who opened a link stands among the readings of its letter."""
