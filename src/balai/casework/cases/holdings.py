"""What cases hold about a person: their applications with answers and files, what they began, and what they did as officers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from balai.base import crypto
from balai.base.holdings import Item, Subject, holds
from balai.base.journal import Deed
from balai.base.pages import links
from balai.casework.cases import actions, queries, rules
from balai.casework.cases.models import Case, Draft, Evidence, Note, Task, WorkView
from balai.casework.catalogue import queries as catalogue
from balai.records.documents import queries as documents
from balai.records.offices import roles


def _applications(subject: Subject) -> list[Item]:
    """List every case that is about a person or that they sent for another; answers are opened where they are about them.

    Files are named; themselves they stand on the page of the case.
    """
    mine = Q(applicant_id__in=subject.ids) | Q(submitted_by_id__in=subject.ids)
    found = list(Case.objects.select_related("vault", "unit").filter(mine).order_by("-submitted_at"))
    files = _files(subject)
    return [_application(row, files.get(row.id, []), subject) for row in found]


def _files(subject: Subject) -> dict[UUID, list[Evidence]]:
    found: dict[UUID, list[Evidence]] = {}
    filed = Evidence.objects.select_related("document").filter(case__applicant_id__in=subject.ids)
    for one in filed.order_by("id"):
        found.setdefault(one.case_id, []).append(one)
    return found


def _application(row: Case, files: Sequence[Evidence], subject: Subject) -> Item:
    service = catalogue.get_service(row.service_id, row.service_key)
    facts = {
        "number": row.number, "service": service.text("title", subject.lang), "unit": row.unit.name, "at": row.submitted_at,
        "status": row.status, "outcome": row.outcome, "channel": row.channel, "closed_at": row.closed_at,
        "files": len(files),
    }  # fmt: skip
    title = f"{row.number}, {facts['service']}"
    url = links.path("citizen.case", row.number) if links.leads("citizen.case") else ""
    if row.applicant_id not in subject.ids or row.vault.wrapped_key is None:
        return Item(facts, title, url=url)
    key = crypto.unwrap(row.vault_id, bytes(row.vault.wrapped_key))
    answers = rules.plain(rules.from_bytes(crypto.open_with(key, bytes(row.data_sealed), queries.ANSWERS)))
    answers.get("contact", {}).pop("track_code", None)  # a key, nothing about anybody
    return Item(facts, title, {"answers": answers, "files": [_file(one, key) for one in files]}, url)


def _file(one: Evidence, key: bytes) -> dict[str, Any]:
    file = one.document
    return {
        "place": one.place, "name": documents.name_with(file, key), "type": file.media_type, "size": file.size,
        "stored_at": file.stored_at.isoformat(),
    }  # fmt: skip


def _drafts(subject: Subject) -> list[Item]:
    mine = Q(person_id__in=subject.ids) | Q(on_behalf_of_id__in=subject.ids)
    found = Draft.objects.select_related("vault").filter(mine, case__isnull=True).order_by("-updated_at")
    return [_draft(row, subject) for row in found]


def _draft(row: Draft, subject: Subject) -> Item:
    title = catalogue.get_service(row.service_id, row.service_key).text("title", subject.lang)
    facts = {"service": title, "at": row.created_at, "changed_at": row.updated_at, "until": row.expires_at}
    about = row.on_behalf_of_id or row.person_id
    if about not in subject.ids or row.vault.wrapped_key is None:
        return Item(facts, title)  # what is being written for somebody else is about them
    key = crypto.unwrap(row.vault_id, bytes(row.vault.wrapped_key))
    return Item(facts, title, {"answers": json.loads(crypto.open_with(key, bytes(row.answers_sealed), queries.DRAFT))})


def _forget_drafts(deed: Deed, person_id: UUID, reason: str) -> None:
    actions.forget_drafts(actor=deed.actor, now=deed.now, person_id=person_id)


def _count_drafts(person_id: UUID) -> Mapping[str, int]:
    return {"drafts": len(queries.list_all_drafts(person_id))}


def _work(subject: Subject) -> list[Item]:
    """Count what an officer did; the cases are others', so none of them is named."""
    tasks = Task.objects.filter(done_by_id__in=subject.ids).values("role").annotate(n=Count("id")).order_by("role")
    notes = Note.objects.filter(author_id__in=subject.ids).count()
    waiting = Task.objects.filter(assignee_id__in=subject.ids, state="open").exclude(role="applicant").count()
    done = [
        Item({"role": roles.say(row["role"], subject.lang), "steps_done": row["n"]})
        for row in tasks
        if row["role"] != "applicant"
    ]
    return done + ([Item({"notes_written": notes, "steps_waiting": waiting})] if notes or waiting else [])


def _views(subject: Subject) -> list[Item]:
    found = WorkView.objects.filter(person_id__in=subject.ids).order_by("made_at")
    return [Item({"name": row.name, "at": row.made_at}) for row in found]


holds(
    "cases.applications",
    tables=(
        "cases.Case", "cases.Timer", "cases.Pause", "cases.Extension", "cases.AwaitedSilence", "cases.ExternalId", "cases.Evidence", "cases.SearchWord",
        "cases.Household", "cases.CaseLink",
        "documents.Document",
    ),
    bases="ce", lists=_applications, clears=lambda vault_ids, now: actions.clear_erased(vault_ids),
)  # fmt: skip
holds("cases.drafts", tables=("cases.Draft",), bases="e", lists=_drafts, forgets=_forget_drafts, counts=_count_drafts)
holds(
    "cases.work",
    tables=("cases.Task", "cases.Note", "cases.Sketch", "cases.Undo", "cases.Barred"),
    bases="ce",
    lists=_work,
)
holds("cases.work-views", tables=("cases.WorkView",), bases="e", lists=_views, forgets=actions.forget_views)
