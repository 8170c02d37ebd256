"""Facts about confirmed law, for the journal; they name values and offices, nobody else."""

CONFIRMED = "confirm"  # name, basis, basis_date, link, review_on, office, folders
REVIEWED = "review"  # the same
WITHDRAWN = "withdraw"  # folders, reason
TOLD = "tell-review"  # review_on
