"""What a form sends: the command's id, ids of things, plain answers; and the way of every deed, done and led back."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, NotFound
from balai.base.pages import texts

REFUSED = (Conflict, Invalid, NotAllowed)  # what somebody can do something about; a stranger's NotFound stays a page


def command_id(request: HttpRequest) -> UUID:
    """Read the id that the page gave its form, so that a second click is the same deed; a missing one is new."""
    try:
        return UUID(str(request.POST.get("command", "")))
    except ValueError:
        return uuid4()


def posted_id(request: HttpRequest, name: str) -> UUID:
    """Read an id from a form. :raises NotFound: when it is none."""
    try:
        return UUID(str(request.POST.get(name, "")))
    except ValueError:
        raise NotFound from None


def posted(request: HttpRequest) -> dict[str, list[str]]:
    """Give what was posted as plain lists, as the engine's forms read it."""
    return {str(name): [str(value) for value in values] for name, values in request.POST.lists()}


def do_and_return(
    request: HttpRequest,
    back: str,
    done: str,
    deed: Callable[[], object],
    *,
    again: Callable[[BalaiError], HttpResponse] | None = None,
    **words: object,
) -> HttpResponse:
    """Do a deed and lead to `back`, saying by the text `done` what was done.

    A refusal is said on the page led back to, or drawn by `again`, which keeps what was typed.
    """
    try:
        deed()
    except REFUSED as refused:
        if again is not None:
            return again(refused)
        messages.error(request, say_refusal(refused), extra_tags="bad")
    else:
        messages.success(request, texts.say(done, **words), extra_tags="ok")
    return HttpResponseRedirect(back)


def say_refusal(refused: BalaiError) -> str:
    """Put a refusal into the reader's words: those of its fields where they are sentences, else its own."""
    own = [words for words in refused.fields.values() if " " in words]
    return " ".join(own) or refused.message(texts.language())
