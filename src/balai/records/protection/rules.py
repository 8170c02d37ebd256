"""What a protection hides, and how long until it must be looked at again."""

from datetime import date, timedelta

KINDS = ("violence", "witness", "other")
LEAST_REASON = 10  # letters
LONGEST = timedelta(days=366)  # until a protection is looked at again
# What stands in the place of words that anybody may have written: an address can be in any sentence.
WORDS = "[disembunyikan: orang ini dilindungi / hidden: this person is protected]"
HIDDEN = ("address", "village", "phone", "email")  # of a person's record and of what they told of themselves


def is_review(day: date, today: date) -> bool:
    """Tell whether a day can be that of the review: after today, within a year."""
    return today < day <= today + LONGEST
