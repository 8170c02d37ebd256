"""Carries the link of a case to its holder."""

from uuid import UUID

from django.conf import settings

from balai.base import outbox
from balai.base.errors import NotFound
from balai.doors.portal import actions, parcels


@outbox.courier(actions.LINK_WANTED)
def send_link(message: outbox.Message) -> None:
    """Send the link to the contact kept with the case; a case that was destroyed meanwhile has none."""
    try:
        to, number, code = actions.kept_contact(UUID(message.payload["case"]), message.payload["means"])
    except NotFound as error:
        raise outbox.GiveUp("the case is no more") from error
    link = f"{settings.BALAI_URL}/lacak/{number}/{code}/"
    parcels.carry(message.id, to, "link", settings.LANGUAGE_CODE, number=number, link=link)
