"""Where the portal stands in the navigation of every page."""

from django.http import HttpRequest

from balai.base.pages import frames
from balai.doors.portal import town


def register() -> None:
    """Name the portal's places, and the town that stands at the head of each page."""
    frames.name_town(lambda lang: town.get_town().name)
    frames.place("citizen", "portal.nav.services", "portal:services", order=10)
    frames.place("citizen", "portal.nav.track", "portal:track", order=20)
    frames.place("citizen", "portal.nav.verify", "portal:verify", order=30, shows=_is_unknown)
    frames.place("citizen", "portal.nav.mine", "portal:mine", order=5, shows=_is_known)
    frames.place("citizen", "portal.nav.account", "portal:account", order=60, shows=_is_known)
    frames.place("citizen", "portal.nav.sign_in", "account_login", order=90, shows=_is_unknown)
    frames.place("citizen", "portal.nav.sign_out", "account_logout", order=90, shows=_is_known)
    frames.place("foot", "portal.mandate.title", "portal:mandates", order=5, shows=_is_known)
    frames.place("foot", "portal.nav.accessibility", "portal:accessibility", order=10)
    frames.place("foot", "portal.nav.resume", "portal:resume", order=20)
    frames.place("foot", "portal.ours.title", "portal:ours", order=25)


def _is_known(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)  # a page about an error may be made before the visitor is known
    return bool(user is not None and user.is_authenticated)


def _is_unknown(request: HttpRequest) -> bool:
    return not _is_known(request)
