"""The page that is shown without a connection: the telephone number, when the offices are open, what is kept on this phone."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from balai.base.pages import texts
from balai.base.pages.guards import open_page
from balai.base.pages.hours import list_hours
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
    context = {
        "hours": list_hours(town.get_town().zone, lang),
        "others": [one for one in texts.languages() if one != lang],
    }
    return render(request, "portal/offline.html", context)
