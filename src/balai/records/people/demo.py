"""What people tell in a demonstration: an offer to act for somebody waits for its answer."""

from datetime import timedelta

from django.utils.timezone import localdate

from balai.base import stories
from balai.records.people import actions
from balai.records.people.models import Mandate


@stories.story("people.mandate")
def offer_a_mandate(stage: stories.Stage) -> None:
    """Let Joko ask Siti to act for him."""
    joko, siti = stage.cast.joko, stage.cast.siti
    today = localdate(stage.now)
    actions.offer_mandate(
        command_id=stage.id("offer"), actor=joko.citizen, now=stage.ago(days=1), principal_id=joko.person_id,
        agent_id=siti.person_id, kind=Mandate.Kind.POWER_OF_ATTORNEY, services=[], from_date=today,
        to_date=today + timedelta(days=365),
    )  # fmt: skip
