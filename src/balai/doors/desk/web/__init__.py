"""The views of the officers' door, by area."""
