"""What can be needed, and how much may be said of it."""

from datetime import timedelta

KINDS = ("interpreter", "companion", "large", "aloud", "wheelchair")
LARGE = "large"  # makes the person's own pages larger
MOST = 300  # characters of what they say in words
CHANGES = 20  # of one need
PER = timedelta(hours=1)
