"""Facts about readings, for the journal; ids only."""

WISHED = "wished"  # on
DELAYED = "delayed"  # kind, until
TOLD = "told"  # day
FOUND = "found"  # rule, access
ALARMED = "alarmed"  # access
SETTLED = "settled"  # state
