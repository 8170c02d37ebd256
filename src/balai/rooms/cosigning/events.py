"""Facts that the room publishes: none; that enough agreed is told to the case itself."""
