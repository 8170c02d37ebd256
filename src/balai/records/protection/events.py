"""Facts about protections, for the journal; ids only."""

SET = "set"  # posts, review
REVIEWED = "reviewed"  # posts, review
LIFTED = "lifted"
