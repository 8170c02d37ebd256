"""Facts about proposed versions, for the journal; keys, counts and names of files."""

PROPOSED = "propose"  # version, key, key_before, differs
DROPPED = "drop"  # key
NOTED = "replay-read"  # from, to
REPLAYED = "replay"  # size, closed
PUBLISHED = "publish-second"  # key, proposed_by
