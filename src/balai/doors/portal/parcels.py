"""The portal's words around the codes it has sent: to go on with a draft, to prove a contact."""

from balai.base.pages.texts import say


def write(kind: str, lang: str, **params: str) -> tuple[str, str]:
    """Write a message of the portal: (subject, body)."""
    return say(f"portal.parcel.{kind}.subject", lang), say(f"portal.parcel.{kind}.body", lang, **params)
