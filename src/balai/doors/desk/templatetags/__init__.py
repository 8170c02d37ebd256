"""Template tags of the officers' door."""
