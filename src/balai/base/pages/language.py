"""The language somebody chose while a form was before them: the form is sent with the choice, so that nothing typed is lost.

A page whose form can be shown anew draws the other language as a button of that form; its address carries the choice.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from balai.base.pages import texts

ASKED = "bahasa"
KEPT_FOR = 365 * 24 * 3600  # seconds


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
