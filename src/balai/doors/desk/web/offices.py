"""The administration of offices: units, posts, who holds them, and the accounts of officers."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Literal
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balai.base import intake
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.numbers import whole
from balai.base.pages import sheets, texts
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import officers, queries, words
from balai.engine.letters import qr_svg
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import command_id, do_and_return, posted, posted_id, say_refusal
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries
from balai.records.offices import roles
from balai.records.people import actions as people_actions
from balai.records.people import queries as people


@require_GET
@administrator_page
def show_units(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the tree of units with what is vacant."""
    rows = office_queries.list_unit_rows(timezone.localdate(desk.now))
    gone = [
        (unit, words.day(unit.closed_on, desk.lang)) for unit in office_queries.list_closed_units() if unit.closed_on
    ]
    return render(request, "desk/admin/units.html", {"desk": desk, "rows": rows, "kinds": _kinds(), "gone": gone})


def _kinds() -> list[tuple[str, str]]:
    return [
        (kind, texts.say(f"desk.unit.kind.{kind}")) for kind in ("kota", "dinas", "bagian", "kecamatan", "kelurahan")
    ]


@require_POST
@administrator_page
def add_unit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Create a unit below another."""
    parent = request.POST.get("parent", "")
    return do_and_return(
        request,
        reverse("desk:admin-units"),
        "desk.admin.units.added",
        lambda: offices.create_unit(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            code=intake.plain(request.POST.get("code", ""), 60, "code"),
            name=intake.line(request.POST.get("name", ""), 160, "name"),
            kind=request.POST.get("kind", ""),
            parent_id=office_queries.get_unit(parent).id if parent else None,
            area=intake.plain(request.POST.get("area", ""), 13, "area"),
            address=intake.line(request.POST.get("address", ""), 300, "address"),
        ),
    )


@require_POST
@administrator_page
def build_town(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Build the town's whole tree of units from the decree's area codes, with posts and calendars and nobody in them."""
    return do_and_return(
        request,
        reverse("desk:admin-units"),
        "desk.admin.units.built",
        lambda: offices.seed_town(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            area=settings.BALAI_TOWN,
            zone=settings.TIME_ZONE,
        ),
    )


@require_GET
@administrator_page
def show_unit(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Show one unit: its posts, who holds them and who stands in."""
    unit, today = office_queries.get_unit(code), timezone.localdate(desk.now)
    loads = {(load.person_id, load.role): load.count for load in cases.list_loads(unit.path)}
    able = office_queries.list_workers(unit.path, today)
    posts = [
        {
            "post": post,
            "role": roles.say(post.role, desk.lang),
            "free": post.seats - sum(not one.stands_in for one in post.holders),
            "holders": [
                {
                    "one": one,
                    "name": names.find_name(one.person_id),
                    "kind": texts.say(f"desk.post.kind.{one.kind}"),
                    "future": one.from_date > today,
                    "from": words.day(one.from_date, desk.lang),
                    "to": words.day(one.to_date, desk.lang) if one.to_date else "",
                    "left": _left(one.person_id, post.role, unit.path, loads.get((one.person_id, post.role), 0), able),
                    "alone": (one.person_id, post.role) in loads
                    and not any(other.role == post.role and other.person_id != one.person_id for other in able),
                }
                for one in post.holders
            ],
        }
        for post in office_queries.list_post_rows(unit.id, today)
    ]
    above = [
        (parent.name, reverse("desk:admin-unit", args=[parent.code]))
        for parent in reversed(office_queries.list_parents(unit))
    ]
    context = {
        "desk": desk,
        "unit": unit,
        "posts": posts,
        "contacts": queries.list_officer_contacts(),
        "today": today.isoformat(),
        "above": above,
        "closed": words.day(unit.closed_on, desk.lang) if unit.closed_on else "",
        "gone": [
            (post, roles.say(post.role, desk.lang), words.day(post.closed_on, desk.lang))
            for post in office_queries.list_closed_posts(unit.id)
            if post.closed_on
        ],
        "roles": [(role, roles.say(role, desk.lang)) for role in _roles()],
    }
    return render(request, "desk/admin/unit.html", context)


def _roles() -> list[str]:
    """List what roles a post may give: those of the program and rooms, and those that services name."""
    named = {role for service in catalogue.list_services() for role in service.roles}
    return sorted({*roles.table(), *named} - {"kepala"})


def _left(person_id: UUID, role: str, path: str, count: int, able: Sequence[office_queries.AbleOfficer]) -> str:
    """Say how many open tasks an officer has for a unit in a role, and where they will lie when the post is theirs no more."""
    if not count:
        return texts.say("desk.admin.posts.left.none")
    same = [one for one in able if one.role == role]
    if any(one.person_id == person_id and one.unit_path != path for one in same):
        return texts.say("desk.admin.posts.left.keeps", count=count)
    others = {one.person_id: one.unit_path for one in same if one.person_id != person_id}
    here = sum(unit_path == path for unit_path in others.values())
    where = "unit" if here else "above" if others else "nobody"
    return texts.say(f"desk.admin.posts.left.{where}", count=count, able=here or len(others))


@require_POST
@administrator_page
def add_post(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Create a post in a unit."""
    seats = request.POST.get("seats", "1")
    return do_and_return(
        request,
        reverse("desk:admin-unit", args=[code]),
        "desk.admin.posts.added",
        lambda: offices.create_post(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            unit_id=office_queries.get_unit(code).id,
            role=intake.plain(request.POST.get("role", ""), 40, "role").lower(),
            title=intake.line(request.POST.get("title", ""), 160, "title"),
            seats=whole(seats, 1, least=1, most=1_000),
        ),
    )


@require_POST
@administrator_page
def appoint(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Appoint somebody to a post, chosen among those whom the words fit; from then on their account needs a second factor."""
    return _whom(request, desk, code) or do_and_return(
        request,
        reverse("desk:admin-unit", args=[code]),
        "desk.admin.posts.appointed",
        lambda: offices.appoint(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            post_id=_post(request, desk, code),
            person_id=_person(request, desk),
            from_date=_date(request, "from_date"),
            to_date=_date_or_none(request, "to_date"),
            acting=bool(request.POST.get("acting")),
            basis=_basis(request),
            nip=intake.line(request.POST.get("nip", ""), 40, "nip"),
            rank=intake.line(request.POST.get("rank", ""), 60, "rank"),
        ),
    )


@require_POST
@administrator_page
def set_deputy(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Let somebody stand in for a holder between two dates."""
    return _whom(request, desk, code) or do_and_return(
        request,
        reverse("desk:admin-unit", args=[code]),
        "desk.admin.posts.deputised",
        lambda: offices.set_deputy(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            appointment_id=_appointment(request, desk, code),
            person_id=_person(request, desk),
            from_date=_date(request, "from_date"),
            to_date=_date(request, "to_date"),
            basis=_basis(request),
        ),
    )


def _whom(request: HttpRequest, desk: Desk, code: str) -> HttpResponse | None:
    """Ask whom the typed words mean, unless they are a whole address or somebody was chosen; what else was typed is kept."""
    if "email" in request.POST or "person" in request.POST:
        return None
    typed = request.POST.get("who", "")
    if "@" in typed and people.find_person_by_email(typed) is not None:
        return None
    context = {
        "desk": desk,
        "unit": office_queries.get_unit(code),
        "who": typed,
        "found": officers.search(typed, desk),
        "kept": [
            (name, value)
            for name, values in posted(request).items()
            for value in values
            if name not in ("who", "csrfmiddlewaretoken")
        ],
    }
    return render(request, "desk/admin/whom.html", context)


@require_POST
@administrator_page
def end_appointment(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """End an appointment after a last day."""
    return do_and_return(
        request,
        reverse("desk:admin-unit", args=[code]),
        "desk.admin.posts.ended",
        lambda: offices.end_appointment(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            appointment_id=_appointment(request, desk, code),
            last_day=_date(request, "last_day"),
            reason=intake.line(request.POST.get("reason", ""), 200, "reason"),
        ),
    )


def _rows(desk: Desk, code: str) -> list[office_queries.PostRow]:
    return office_queries.list_post_rows(office_queries.get_unit(code).id, timezone.localdate(desk.now))


def _post(request: HttpRequest, desk: Desk, code: str) -> UUID:
    """Read which post of this unit is meant. :raises NotFound: for a post of another."""
    return _one_of({row.id for row in _rows(desk, code)}, posted_id(request, "post"))


def _appointment(request: HttpRequest, desk: Desk, code: str) -> UUID:
    """Read which appointment to a post of this unit is meant. :raises NotFound: for one of another."""
    held = {holder.id for row in _rows(desk, code) for holder in row.holders}
    return _one_of(held, posted_id(request, "appointment"))


def _one_of(known: Collection[UUID], wanted: UUID) -> UUID:
    if wanted not in known:
        raise NotFound
    return wanted


def _person(request: HttpRequest, desk: Desk) -> UUID:
    """Find who is meant: chosen among those who may be appointed, or by the e-mail address of their account."""
    if "person" in request.POST:
        known = {row.person_id for row in officers.search(request.POST.get("who", ""), desk)}
        return _one_of(known, posted_id(request, "person"))
    found = people.find_person_by_email(request.POST.get("email", "") or request.POST.get("who", ""))
    if found is None:
        raise Invalid(fields={"email": texts.say("desk.admin.fault.email")})
    return found


def _basis(request: HttpRequest) -> str:
    basis = intake.line(request.POST.get("basis", ""), 200, "basis")
    if not basis:
        raise Invalid(fields={"basis": texts.say("desk.admin.fault.basis")})
    return basis


def _date(request: HttpRequest, name: str) -> date:
    found = _date_or_none(request, name)
    if found is None:
        raise Invalid(fields={name: texts.say("desk.admin.fault.date")})
    return found


def _date_or_none(request: HttpRequest, name: str) -> date | None:
    return intake.find_day(request.POST.get(name, ""))


# ---- officers -------------------------------------------------------------------------------------------------------


@require_GET
@administrator_page
def show_officers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show who may enter the desk, their posts, and whose second factor is missing."""
    rows = [
        {
            "row": row,
            "name": names.find_name(row.account.person_id),
            "last": words.near(row.account.last_login, desk.now, desk.lang) if row.account.last_login else "",
        }
        for row in queries.list_officers(timezone.localdate(desk.now))
    ]
    return render(
        request, "desk/admin/officers.html", {"desk": desk, "rows": sorted(rows, key=lambda row: str(row["name"]))}
    )


@require_http_methods(["GET", "POST"])
@administrator_page
def invite(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Make an account for an officer; they choose a password by a link, and a second factor before anything else."""
    context: dict[str, object] = {"desk": desk, "command": uuid4(), "errors": {}, "typed": request.POST}
    if request.method == "GET":
        return render(request, "desk/admin/invite.html", context)
    try:
        account_id = people_actions.create_account(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            email=intake.plain(request.POST.get("email", ""), 254, "email"),
            phone=intake.plain(request.POST.get("phone", ""), 40, "phone"),
            password=None,
            name=intake.line(request.POST.get("name", ""), 120, "name"),
            administrator=bool(request.POST.get("administrator")),
        )
    except (Invalid, Conflict, NotAllowed) as refused:
        context |= {
            "errors": refused.fields,
            "error_text": say_refusal(refused),
            "command": request.POST.get("command", ""),
        }
        return render(request, "desk/admin/invite.html", context, status=422)
    link = password_link(account_id, "paper")
    context |= {
        "link": link,
        "name": request.POST.get("name", ""),
        "until": words.moment(desk.now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT), desk.lang),
        "qr": mark_safe(qr_svg(link, fills=True).decode()),  # drawn by our own encoder, from our own address
    }
    return render(request, "desk/admin/invited.html", context)


@require_http_methods(["GET", "POST"])
@administrator_page
def import_officers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Read a file of officers, show what is wrong with which line, and take in those that are right once that was looked at."""
    if request.GET.get("contoh"):
        heading, *lines = officers.template()
        return sheets.respond("petugas", heading, lines)
    context: dict[str, object] = {"desk": desk, "roles": [(role, roles.say(role, desk.lang)) for role in _roles()]}
    if request.method == "GET":
        return render(request, "desk/admin/import.html", context)
    file = request.FILES.get("file")
    raw = (
        file.read(1_000_000).decode("utf-8", "replace")
        if file is not None
        else intake.within(request.POST.get("text", ""), 1_000_000, "text")
    )
    rows = officers.read(raw, desk)
    right = [row for row in rows if not row.faults and not row.done]
    context |= {
        "text": raw,
        "rows": rows,
        "right": len(right),
        "wrong": sum(bool(row.faults) for row in rows),
        "command": request.POST.get("command") or uuid4(),
    }
    if not request.POST.get("confirmed"):
        return render(request, "desk/admin/import.html", context, status=200 if right else 422)
    taken = officers.take_in(rows, desk, command_id(request))
    until = words.moment(desk.now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT), desk.lang)
    results = [
        (row, refused, password_link(account_id, "paper") if account_id and not refused else "")
        for row, account_id, refused in taken
    ]
    sheets_ = [
        (row.told["nama"], link, mark_safe(qr_svg(link, fills=True).decode())) for row, _, link in results if link
    ]
    return render(
        request, "desk/admin/imported.html", context | {"results": results, "sheets": sheets_, "until": until}
    )


@require_POST
@administrator_page
def invite_again(request: HttpRequest, desk: Desk, person_id: UUID) -> HttpResponse:
    """Send an officer who cannot work yet a new link to choose their password, to their own address alone."""
    account_id = people.find_account_of_person(person_id)
    if account_id is None:
        raise NotFound
    return do_and_return(
        request, reverse("desk:admin-officers"), "desk.admin.officers.sent_again",
        lambda: people_actions.invite_again(
            command_id=command_id(request), actor=desk.actor, now=desk.now, person_id=person_id,
            link=password_link(account_id, "mail"),
        ),
    )  # fmt: skip


def password_link(account_id: UUID, way: Literal["mail", "paper"]) -> str:
    """Make the address at which a new account chooses its password, for a mail or for paper; good for some days, once."""
    return f"{settings.BALAI_URL}{people_actions.write_invitation(account_id, way)}"
