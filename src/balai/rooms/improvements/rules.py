"""What the log takes, and by which steps a report goes on."""

from datetime import timedelta

STATES = ("new", "accepted", "done", "declined")
STEPS = {"new": ("accepted", "done", "declined"), "accepted": ("done", "declined"), "done": (), "declined": ()}
SETTLED = ("done", "declined")
LEAST, LONGEST, CONTACT, SUBJECT, ANSWER = 10, 2000, 120, 120, 600  # letters
EACH, PER = 10, timedelta(hours=1)  # reports of one address
KEPT = timedelta(days=90)  # how long the words and the contact stay after it was settled
