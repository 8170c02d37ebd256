"""Facts that the room writes into the journal; none says what is needed, and none is sent."""

STATED = "need-stated"  # nothing but that it was, and whether at a counter
TAKEN_BACK = "need-taken-back"
