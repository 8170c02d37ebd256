"""The language somebody chose while a form was before them: the form is sent with the choice, so that nothing typed is lost.

A page whose form can be shown anew draws the other language as a button of that form; its address carries the choice. On any other
page with one form the button leaves what was typed with the choice of language, which puts it back (`base.pages.kept`).
"""

import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from balai.base.pages import texts

ASKED = "bahasa"
KEPT_FOR = 365 * 24 * 3600  # seconds
_LINK = re.compile(r'<a href="(/bahasa/[\w-]+)\?next=[^"]*" hreflang="([\w-]+)"[^>]*>(.*?)</a>', re.DOTALL)
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_TYPED = re.compile(
    r'<textarea\b|<select\b|<input\b(?![^>]*\btype="(?:hidden|submit|button|image|reset|file|password)")'
)
_PLAIN = "application/x-www-form-urlencoded"
_NAMED = re.compile(r'\b(id|action)="([^"]*)"')


class ChosenLanguage:
    """Middleware: a form that is sent with a language is answered in it, and the reader keeps it; stands behind Django's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        lang = request.GET.get(ASKED, "") if request.method == "POST" else ""
        if lang not in texts.languages():
            return self.get_response(request)
        translation.activate(lang)
        request.LANGUAGE_CODE = lang
        response = self.get_response(request)
        keep(response, lang)
        return response


def send_along(page: str, address: str) -> str:
    """Let the languages of a page with one form that is typed in send it along; a page with more stays as it is.

    Files are not sent, only their names: so the page can say that they are to be chosen again.
    """
    forms = [one for one in _FORM.finditer(page) if 'method="post"' in one[1] and _TYPED.search(one[2])]
    forms = [
        one for one in forms if "csrfmiddlewaretoken" in one[2]
    ]  # others are never sent: what they hold stays on the device
    if len(forms) != 1 or not _LINK.search(page):
        return page
    given = dict(_NAMED.findall(forms[0][1]))
    name, to = given.get("id") or "isian-bahasa", urljoin(address, unescape(given.get("action", "")) or address)
    at = forms[0].start() + len("<form")
    named = page if "id" in given else f'{page[:at]} id="{name}"{page[at:]}'

    def button(link: re.Match[str]) -> str:
        where = escape(f"{link[1]}?{urlencode({'next': address, 'to': to})}")
        return f'<button form="{name}" formaction="{where}" formenctype="{_PLAIN}" formnovalidate lang="{link[2]}">{link[3]}</button>'

    return _LINK.sub(button, named)


def keep(response: HttpResponse, lang: str) -> None:
    """Let the reader's browser keep their language for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        lang,
        max_age=KEPT_FOR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
        httponly=True,
    )
