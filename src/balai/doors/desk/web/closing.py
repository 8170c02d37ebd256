"""The end of a unit or of a post, and its return: what lies there and where it is moved, the reason, the deed."""

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from balai.base import intake
from balai.base.errors import BalaiError, NotFound
from balai.base.pages import links, texts
from balai.base.pages.parts import FormFault
from balai.doors.desk import words
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import command_id, do_and_return, say_refusal
from balai.records.offices import actions as offices
from balai.records.offices import queries
from balai.records.offices.models import Post, Unit


@require_http_methods(["GET", "POST"])
@administrator_page
def close(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Say what closing a unit or its post `?jabatan=` means and what still lies there; close it, or open it again, with a reason."""
    unit = queries.get_unit(code)
    post = _post(unit, request.GET.get("jabatan", ""))
    if request.method == "GET":
        return _asking(request, desk, unit, post)
    again, named = request.POST.get("do") == "reopen", post.title if post else unit.name
    stays = post is not None or again
    return do_and_return(
        request,
        reverse("desk:admin-unit", args=[code]) if stays else reverse("desk:admin-units"),
        f"desk.closing.{'reopened' if again else 'closed'}",
        lambda: _do(request, desk, unit, post, again=again),
        again=lambda refused: _asking(request, desk, unit, post, refused),
        name=named,
    )


def _do(request: HttpRequest, desk: Desk, unit: Unit, post: Post | None, *, again: bool) -> None:
    reason, command = intake.words(request.POST.get("reason", ""), 200, "reason"), command_id(request)
    if post is not None:
        do_post = offices.reopen_post if again else offices.close_post
        do_post(command_id=command, actor=desk.actor, now=desk.now, post_id=post.id, reason=reason)
    else:
        do_unit = offices.reopen_unit if again else offices.close_unit
        do_unit(command_id=command, actor=desk.actor, now=desk.now, unit_id=unit.id, reason=reason)


def _post(unit: Unit, told: str) -> Post | None:
    """Read which post of the unit is meant. :raises NotFound: for none or one of another."""
    if not told:
        return None
    try:
        post = queries.get_post(UUID(told))
    except ValueError:
        raise NotFound from None
    if post.unit_id != unit.id:
        raise NotFound
    return post


def _asking(
    request: HttpRequest, desk: Desk, unit: Unit, post: Post | None, refused: BalaiError | None = None
) -> HttpResponse:
    closed = post.closed_on if post else unit.closed_on
    lying = [] if closed else queries.list_lying(unit, timezone.localdate(desk.now), post)
    errors = {"reason": say_refusal(refused)} if refused and "reason" in refused.fields else {}
    context = {
        "desk": desk, "unit": unit, "post": post, "name": post.title if post else unit.name,
        "lying": [(texts.say(one.words, count=one.count), links.path(one.page, *one.args) if one.page else "") for one in lying],
        "closed": words.day(closed, desk.lang) if closed else "",
        "why": queries.find_why_closed(unit.id, post.id if post else None) if closed else "",
        "errors": errors, "faults": [FormFault(name, said) for name, said in errors.items()],
        "fault": say_refusal(refused) if refused and not errors else "",
        "command": request.POST.get("command") or uuid4(), "typed": request.POST,
    }  # fmt: skip
    return render(request, "desk/admin/closing.html", context, status=refused.status if refused else 200)
