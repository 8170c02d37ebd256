"""The administration: first steps, services, what the machine room owes, stuck cases, journal and security log."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balai.base import access_log, errors, intake, journal_check, owed, post
from balai.base.errors import BalaiError, Conflict, Invalid
from balai.base.models import Dispatch
from balai.base.pages import texts
from balai.base.pages.parts import Cell, Column
from balai.casework.archive import queries as archive
from balai.casework.cases import actions as cases
from balai.casework.cases import queries as case_queries
from balai.casework.catalogue import actions as catalogue_actions
from balai.casework.catalogue import folders
from balai.casework.catalogue import queries as catalogue
from balai.casework.legal import actions as legal_actions
from balai.casework.legal import queries as legal
from balai.casework.notices import actions as notices_actions
from balai.casework.notices import queries as notices
from balai.doors.desk import tally, words
from balai.doors.desk.shown import attention, issued, leaving
from balai.doors.desk.web.proposals import FAULTY, folder_of, list_faults, list_folders, read_title, unstaffed_lines
from balai.engine.manifest import Service
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import command_id, do_and_return, posted_id
from balai.records.folders import differences
from balai.records.offices import queries as offices


@require_GET
@administrator_page
def show_home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what an administrator must know today, and the first steps while they are not done."""
    today = timezone.localdate(desk.now)
    messages_, sent = owed.count_owed(), notices.count_by_state()
    open_services = catalogue.list_services()
    officers = offices.count_officers(today)
    steps = [
        ("units", offices.has_units(), reverse("desk:admin-units")),
        ("officers", officers > 0, reverse("desk:admin-officers")),
        ("services", bool(open_services), reverse("desk:admin-services")),
        ("mail", sent["sent"] > 0, reverse("desk:admin-notices")),
    ]
    context = {
        "desk": desk,
        "steps": [(texts.say(f"desk.admin.step.{name}"), done, url) for name, done, url in steps],
        "new": not all(done for _, done, _ in steps[:3]),
        "messages_count": messages_,
        "sent": sent,
        "stuck": tally.attention(desk)["cases.stuck"],
        "kinds": attention.kinds(desk.now, desk.lang),
        "leaving": leaving.read(desk.now, desk.lang),
        "known": attention.kinds(desk.now, desk.lang, calm=True),
        "wishes": archive.count_open_wishes(),
        "officers": officers,
        "services": len(open_services),
        "unconfirmed": sum(catalogue.get_law(one, desk.now).is_unconfirmed for one in open_services),
    }
    return render(request, "desk/admin/home.html", context)


# ---- services -------------------------------------------------------------------------------------------------------


@require_GET
@administrator_page
def show_services(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the folders that can be published and the versions that were."""
    return _services(request, desk)


def _services(request: HttpRequest, desk: Desk, *, faults: list[str] | None = None, of: str = "") -> HttpResponse:
    versions = catalogue.list_all_versions()
    current = {service_id: (version, key, at) for service_id, version, key, at, is_current in versions if is_current}
    open_ones = {service.id: service for service in catalogue.list_services()}
    found = {path.name: path for path in folders.list_folders(settings.BALAI_SERVICES)}
    paused = catalogue.list_paused(desk.now)
    differing = differences.list_differing(folders.SERVICES)
    held = offices.count_by_role(timezone.localdate(desk.now))
    rows = []
    for service_id in sorted({*found, *open_ones}):
        service = open_ones.get(service_id)
        version, key, at = current.get(service_id, ("", "", None))
        rows.append(
            {
                "id": service_id,
                "title": service.text("title", desk.lang)
                if service
                else folders.read_title(found[service_id], desk.lang),
                "version": version,
                "key": key[:12],
                "at": words.moment(at, desk.lang) if at else "",
                "in_folder": service_id in found,
                "differs": differing.get(service_id, 0),
                "unconfirmed": _unconfirmed(service, desk.now) if service else (),
                "in_force": service.in_force if service else True,
                "unstaffed": unstaffed_lines(service, desk, held) if service else (),
                "paused": paused[service_id].words(desk.lang) if service and service_id in paused else "",
            }
        )
    context = {
        "desk": desk,
        "rows": rows,
        "new": legal.is_new_hall(),
        "faults": faults or [],
        "of": of,
        "older": [one for one in versions if not one[4]],
        "counter": _at_counter(desk),
    }
    return render(request, "desk/admin/services.html", context, status=422 if faults else 200)


def _at_counter(desk: Desk) -> list[dict[str, object]]:
    """List what is served at a counter and not online: the folders there are, and the version that is shown of each."""
    shown = {one.id: one for one in catalogue.list_counter_services()}
    paths = {path.name: path for path in list_folders(folders.COUNTER)}
    differing = differences.list_differing(folders.COUNTER) if paths else {}
    return [
        {
            "id": name,
            "title": read_title(folders.COUNTER, paths[name], desk.lang)
            if name in paths else shown[name].said(shown[name].title, desk.lang),
            "version": shown[name].version if name in shown else "",
            "in_folder": name in paths,
            "differs": differing.get(name, 0),
        }
        for name in sorted({*shown, *paths})
    ]  # fmt: skip


def _unconfirmed(service: Service, now: datetime) -> tuple[str, ...]:
    """Name the law a service rests on that no official has confirmed."""
    found = [one.value.basis for one in catalogue.get_law(service, now).standings if not one.confirmed]
    return tuple(dict.fromkeys(basis or texts.say("desk.admin.services.period") for basis in found))


@require_POST
@administrator_page
def publish(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Publish a folder while the hall is set up, or nothing but wording of one in force; every fault is shown with file and line."""
    kind, folder = folder_of(request)
    told: dict[str, Any] = {"command_id": command_id(request), "actor": desk.actor, "now": desk.now, "folder": folder}
    in_force = kind is folders.SERVICES and folder.name in catalogue.current_keys()
    try:
        if in_force:
            made = catalogue_actions.publish_wording(**told, town=settings.BALAI_TOWN_FOLDER)
        else:
            made = legal_actions.install(**told, town=settings.BALAI_TOWN_FOLDER, kind=kind)
    except FAULTY as faulty:
        return _services(request, desk, faults=list_faults(faulty, desk), of=folder.name)
    messages.success(
        request, texts.say("desk.admin.services.published", service=folder.name, version=made.version), extra_tags="ok"
    )
    return HttpResponseRedirect(reverse("desk:admin-services"))


# ---- the outbox and the notices -------------------------------------------------------------------------------------


@require_GET
@administrator_page
def show_outbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the work that is owed: what died first, then what jobs could not do and what waits, with the last error."""
    context = {
        "desk": desk,
        "counted": owed.count_owed(),
        "failing": attention.lines_of("base.failing", desk.now, desk.lang),
        "dead": [message_line(one, desk) for one in owed.list_owed("dead")],
        "waiting": [message_line(one, desk) for one in owed.list_owed("waiting")],
    }
    return render(request, "desk/admin/outbox.html", context)


def message_line(one: owed.Owed, desk: Desk) -> dict[str, object]:
    """Put a message of the outbox into words."""
    return {
        "id": one.id,
        "topic": _topic(one.topic),
        "code": f"{one.topic} → {one.listener.rsplit('.', 1)[-1]}",  # for whoever reads the log beside the page
        "attempts": one.attempts,
        "due": words.near(one.due_at, desk.now, desk.lang),
        "since": words.near(one.created_at, desk.now, desk.lang),
        "error": one.last_error,
        "payload": ", ".join(f"{key} {value}" for key, value in one.payload.items()),
    }


def _topic(topic: str) -> str:
    key = f"desk.topic.{topic}"
    return texts.say(key if texts.has(key) else "desk.topic.other")


@require_POST
@administrator_page
def revive(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Put a dead message back to waiting."""
    back = owed.revive(posted_id(request, "message"), desk.now)
    messages.success(
        request,
        texts.say("desk.admin.outbox.revived" if back else "desk.admin.outbox.alive"),
        extra_tags="ok" if back else "warn",
    )
    return HttpResponseRedirect(reverse("desk:admin-outbox"))


@require_GET
@administrator_page
def show_notices(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what was sent and what became of it, of cases or of sign-in: masked addresses, no contents."""
    state, waited_for = request.GET.get("keadaan", ""), "pesan" in request.GET
    counted = notices.count_by_state()
    rows = [] if waited_for else notices.list_by_state(state if state in counted else "")
    case_queries.record_list(desk.actor, "notices", ((row.case_id, row.person_id) for row in rows), now=desk.now)
    context = {
        "desk": desk,
        "state": state,
        "states": [(key, texts.say(f"desk.notice.state.{key}"), count, key == state) for key, count in counted.items()],
        "rows": [
            {
                "id": row.id,
                "number": row.case.number if row.case else "—",
                "event": issued.event_words(row.event, desk.lang),
                "channel": texts.say(f"desk.notice.channel.{row.channel}"),
                "to": row.address_masked,
                "state": row.state,
                "words": texts.say(f"desk.notice.state.{row.state}"),
                "at": words.near(row.sent_at or row.created_at, desk.now, desk.lang),
                "error": row.last_error,
                "receipt": issued.delivery_words(row, desk.now, desk.lang) or row.receipt,
                "again": row.state in ("failed", "dead"),
                "tone": issued.notice_tone(row.state),
            }
            for row in rows
        ],
        "waited_for": waited_for,
        "dispatches": [_dispatch(one, desk) for one in post.list_newest()] if waited_for else [],
    }
    return render(request, "desk/admin/notices.html", context)


def _dispatch(one: Dispatch, desk: Desk) -> dict[str, object]:
    kind, state = f"desk.dispatch.kind.{one.kind}", f"desk.notice.state.{one.state}"
    return {
        "kind": texts.say(kind) if texts.has(kind) else one.kind.replace("_", " "),
        "channel": texts.say(f"desk.notice.channel.{'email' if one.port == 'mail' else one.port}"),
        "to": one.address_masked,
        "words": texts.say("desk.dispatch.expired" if one.state == Dispatch.EXPIRED else state),
        "tone": "warn" if one.state == Dispatch.EXPIRED else issued.notice_tone(one.state),
        "at": words.near(one.tried_at or one.created_at, desk.now, desk.lang),
        "error": one.last_error,
    }


@require_POST
@administrator_page
def send_again(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Queue a failed notice once more."""
    notices_actions.try_again(
        command_id=command_id(request), actor=desk.actor, now=desk.now, notice_id=posted_id(request, "notice")
    )
    messages.success(request, texts.say("desk.admin.notices.queued"), extra_tags="ok")
    return HttpResponseRedirect(reverse("desk:admin-notices"))


@require_POST
@administrator_page
def send_test(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Send a test mail to the administrator's own address by the very way that notices take."""
    return do_and_return(
        request, f"{reverse('desk:admin-notices')}?pesan=1", "desk.admin.test_mail.sent",
        lambda: notices_actions.send_test(command_id=command_id(request), actor=desk.actor, now=desk.now),
    )  # fmt: skip


# ---- stuck cases ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@administrator_page
def show_stuck(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the steps that cannot go on by themselves, and retry, move or end them with a reason."""
    refused: BalaiError | None = None
    if request.method == "POST":
        try:
            _mend(request, desk)
        except (Invalid, Conflict) as error:
            refused = error
        else:
            messages.success(request, texts.say("desk.admin.stuck.done"), extra_tags="ok")
            return HttpResponseRedirect(reverse("desk:admin-stuck"))
    rows = []
    for stuck in case_queries.list_stuck():
        service = catalogue.get_service(stuck.service_id, stuck.service_key)
        nodes = [
            (node.id, service.text(f"steps.{node.id}.title", desk.lang, node.title))
            for node in service.graph.nodes.values()
            if node.kind in _TARGETS
        ]
        rows.append(
            {
                "stuck": stuck,
                "code": errors.in_words(stuck.code, desk.lang),
                "title": service.text("title", desk.lang),
                "step": service.text(f"steps.{stuck.node}.title", desk.lang, stuck.node),
                "nodes": nodes,
            }
        )
    context = {"desk": desk, "rows": rows, "refused_text": refused.message(desk.lang) if refused else ""}
    return render(request, "desk/admin/stuck.html", context, status=refused.status if refused else 200)


_TARGETS = frozenset({"userTask", "serviceTask", "businessRuleTask", "endEvent", "exclusiveGateway"})


def _mend(request: HttpRequest, desk: Desk) -> None:
    """Send the one command that lets a stuck case go on. :raises Invalid: without a reason."""
    token, what, reason = (
        request.POST.get("token", ""),
        request.POST.get("what", "retry"),
        intake.words(request.POST.get("reason", ""), 400, "reason"),
    )
    if not reason:
        raise Invalid("reason-missing")
    data: dict[str, object] = {}
    if what == "move":
        data = {"moves": [[token, request.POST.get("node", "")]]}
    elif what == "end":
        data = {"end": [token]}
    cases.act(
        cases.Command(
            id=command_id(request),
            actor=desk.operator,
            now=desk.now,
            case_id=posted_id(request, "case"),
            action="retry" if what == "retry" else "move",
            token=token,
            data=data,
            reason=reason,
        )
    )


# ---- journal and security log ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@administrator_page
def check_journal(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Recompute every chain of the journal when asked, and name each place where it does not hold."""
    report = journal_check.verify_journal() if request.method == "POST" else None
    if report is not None and report.faults:
        access_log.record_security(
            "journal-broken", actor=desk.actor.reference, now=desk.now, faults=len(report.faults)
        )
    return render(request, "desk/admin/journal.html", {"desk": desk, "report": report})


@require_GET
@administrator_page
def show_security(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the newest refusals and alarms; never what was refused, only that it was."""
    columns, rows = security_table(desk)
    return render(request, "desk/admin/security.html", {"desk": desk, "columns": columns, "rows": rows})


def security_table(desk: Desk) -> tuple[tuple[Column, ...], list[list[Cell]]]:
    """Make the table of the newest refusals and alarms."""
    columns = tuple(Column(texts.say(f"desk.admin.security.{name}")) for name in ("at", "kind", "who", "more"))
    rows = [
        [
            Cell(words.moment(event.at, desk.lang)),
            Cell(_kind(event.kind)),
            Cell(_who(event.actor, desk)),
            Cell(", ".join(f"{key} {value}" for key, value in event.body.items())),
        ]
        for event in access_log.list_security_events()
    ]
    return columns, rows


def _kind(kind: str) -> str:
    key = f"desk.security.{kind}"
    return texts.say(key) if texts.has(key) else kind


def _who(reference: str, desk: Desk) -> str:
    return names.say_actor(reference, applicant_id=None, reader=desk.person_id) if reference else "—"
