"""Facts that the room publishes: none; what came of an application is the case's own story."""
