"""How often one address may do what costs us or invites guessing."""

from datetime import timedelta
from typing import TypedDict


class Limit(TypedDict):
    """So many times within so long."""

    limit: int
    per: timedelta


HOUR = timedelta(hours=1)
DRAFTS: Limit = {"limit": 30, "per": timedelta(minutes=10)}
OFFERS: Limit = {"limit": 10, "per": timedelta(hours=1)}  # of one person
CODES: Limit = {"limit": 20, "per": timedelta(minutes=10)}
LETTERS: Limit = {"limit": 60, "per": timedelta(minutes=10)}
UPLOADS: Limit = {"limit": 20, "per": timedelta(minutes=10)}
ACCESS_FILES: Limit = {"limit": 10, "per": timedelta(hours=1)}  # of one person
COUNTER_CODES: Limit = {"limit": 6, "per": timedelta(hours=1)}  # of one person
CONTACT_CODES: Limit = {"limit": 5, "per": timedelta(hours=1)}  # to one address or number, whoever asks
OURS: Limit = {"limit": 30, "per": timedelta(minutes=10)}
TEXTS: Limit = {"limit": 10, "per": timedelta(days=1)}  # answers to one phone, and about one case
OTHER_TEXTS: Limit = {"limit": 6, "per": timedelta(days=1)}  # answers to one phone that asked for no case, or in vain
GATEWAY: Limit = {"limit": 1200, "per": timedelta(minutes=10)}  # texts and reports of one gateway
