"""The page that is shown without a connection: the telephone number, when the offices are open, what is kept on this phone."""

from collections.abc import Iterator
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from balai.base import clock
from balai.base.pages import texts
from balai.base.pages.guards import open_page
from balai.base.pages.parts import Fact
from balai.base.pages.texts import say
from balai.doors.portal import town


@require_GET
@open_page
def show_offline(request: HttpRequest) -> HttpResponse:
    """Show what can be done without a connection, in the reader's language; the worker shows it in place of a page it cannot reach."""
    return _page(request)


@require_GET
@open_page
def show_in(request: HttpRequest, lang: str) -> HttpResponse:
    """Show the same in one language, which a browser keeps. :raises Http404: for a language the program does not speak."""
    if lang not in texts.languages():
        raise Http404
    with translation.override(lang):
        request.LANGUAGE_CODE = lang
        response = _page(request)
    response["Content-Language"] = lang
    return response


def _page(request: HttpRequest) -> HttpResponse:
    lang = texts.language()
    context = {"hours": tuple(_hours(lang)), "others": [one for one in texts.languages() if one != lang]}
    return render(request, "portal/offline.html", context)


def _hours(lang: str) -> Iterator[Fact]:
    """Say when the ordinary office is open through the week; days alike in one line."""
    calendar = clock.office_calendar(town.get_town().zone)
    for hours, group in groupby(range(7), key=lambda day: calendar.hours.get(day)):
        days = list(group)
        named = [say(f"portal.days.{day}", lang) for day in (days if len(days) < 3 else (days[0], days[-1]))]
        joiner = ", " if len(days) < 3 else "–"
        words = say("portal.offline.closed", lang)
        if isinstance(hours, clock.DayHours):
            words = f"{hours.opens:%H.%M}–{hours.closes:%H.%M}"
        yield Fact(joiner.join(named), words)
