"""Every write of proposed versions: proposing, dropping, replaying past cases, publishing by a second person; and telling of reviews."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.utils.timezone import localdate

from balai.base import access_log, journal
from balai.base.actors import Actor
from balai.base.clock import office_calendar
from balai.base.errors import Altered, Conflict, NotFound
from balai.base.pages import links
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import actions as catalogue_actions
from balai.casework.catalogue import queries as catalogue
from balai.casework.catalogue.folders import SERVICES
from balai.casework.legal import events, policy, queries, rules
from balai.casework.legal.models import Proposal
from balai.casework.notices import actions as notices
from balai.casework.notices import kinds as notice_kinds
from balai.engine import manifest
from balai.records.folders import judging, kinds, packing
from balai.records.folders import queries as versions
from balai.records.folders.kinds import FolderKind
from balai.records.folders.models import FolderVersion
from balai.records.law import actions as law
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.people import policy as people

HOUSE = Actor("system", "clock", name="replay")
BATCH, REVIEW = 25, "legal.review"

notice_kinds.kind(REVIEW, page="officer.law", audience="officer", urgency="digest")


def propose(
    *, command_id: UUID, actor: Actor, now: datetime, folder: Path, town: Path, kind: FolderKind[Any] = SERVICES
) -> UUID:
    """Propose a folder, as it lies on disk, as its first or next version, and have past cases replayed. Gives the proposal's id.

    It is a service's, or of another `kind` that people are served by: without cases there is nothing to replay.

    :raises NotAllowed: :raises Problems: the folder has faults or a golden example fails.
    :raises Conflict: `proposal-nothing`, `proposal-open`.
    """
    person_id = policy.require_either(actor, now)
    judged = judging.judge(kind, folder, town, units=offices.list_unit_codes())
    service = judged.thing
    digest = journal.digest_of(service.id, service.key)
    with journal.deed(
        command_id, actor=actor, now=now, name="legal.propose", digest=digest, lost="proposal-open"
    ) as deed:
        if deed.repeated:
            return UUID(deed.answer["proposal"])
        key_before = versions.find_key_in_force(kind.name, service.id) or ""
        if key_before == service.key:
            raise Conflict("proposal-nothing")
        if Proposal.objects.filter(kind=kind.name, service_id=service.id, state="open").exists():
            raise Conflict("proposal-open")
        differs = _differences(versions.get_files(key_before), judged) if key_before else sorted(judged.files)
        row = Proposal.objects.create(
            id=uuid5(deed.id, "proposal"), kind=kind.name, service_id=service.id, key=service.key, key_before=key_before,
            version=service.version, files=packing.pack(judged.files, judged.town), differs=differs, proposed_at=now,
            proposed_by=person_id,
        )  # fmt: skip
        body = {"version": row.version, "key": row.key, "key_before": row.key_before, "differs": differs}
        deed.record(f"proposal:{row.id}", events.PROPOSED, body)
        deed.answer = {"proposal": str(row.id)}
    return row.id


def _differences(before: packing.PackedFolder, judged: judging.Judged) -> list[str]:
    """Name the files that are not as in the version in force."""
    pairs = (("", before.folder, judged.files), ("town/", before.town, packing.without_looks(judged.town)))
    return sorted(
        f"{place}{path}" for place, old, new in pairs for path in {*old, *new} if old.get(path) != new.get(path)
    )  # fmt: skip


def drop(*, command_id: UUID, actor: Actor, now: datetime, proposal_id: UUID) -> None:
    """Take a proposal back; nothing is published. :raises NotAllowed: :raises NotFound: :raises Conflict: `proposal-settled`."""
    policy.require_either(actor, now)
    with journal.deed(command_id, actor=actor, now=now, name="legal.drop", digest=proposal_id.bytes) as deed:
        if deed.repeated:
            return
        row = _lock(proposal_id)
        _settle(row, "dropped", actor, now)
        deed.record(f"proposal:{row.id}", events.DROPPED, {"key": row.key})


def publish(*, command_id: UUID, actor: Actor, now: datetime, proposal_id: UUID, folder: Path, town: Path) -> None:
    """Publish what another person proposed, once past cases were replayed.

    :raises NotAllowed: `four-eyes` for whoever proposed it; :raises Problems: the folder has faults now.
    :raises Conflict: `proposal-settled`, `proposal-replaying`; `proposal-overtaken` when folder or version in force are others now.
    """
    proposed = queries.get_proposal(proposal_id)
    policy.require_second(actor, proposed.proposed_by, now)

    def settle(deed: journal.Deed, service: Any) -> None:
        row = _lock(proposal_id)
        policy.require_second(actor, row.proposed_by, now)
        if row.state != "open":
            raise Conflict("proposal-settled")
        if row.replay != "done":
            raise Conflict("proposal-replaying")
        key_before = versions.find_key_in_force(row.kind, row.service_id) or ""
        if (service.id, service.key) != (row.service_id, row.key) or key_before != row.key_before:
            raise Conflict("proposal-overtaken")
        _settle(row, "published", actor, now)
        deed.record(
            f"proposal:{row.id}", events.PUBLISHED, {"key": row.key, "proposed_by": str(row.proposed_by)}
        )  # fmt: skip

    kind = kinds.get_kind(proposed.kind)
    catalogue_actions.publish(folder, town, actor=actor, now=now, command_id=command_id, before=settle, kind=kind)


def install(
    *, command_id: UUID, actor: Actor, now: datetime, folder: Path, town: Path, kind: FolderKind[Any] = SERVICES
) -> FolderVersion:
    """Open a service as part of setting a hall up, before anybody applied here: then one administrator may, for lack of others.

    :raises NotAllowed: :raises Problems: as `propose` does; :raises Conflict: `proposal-needed` once somebody applied, or it is in force.
    """
    people.require_administrator(actor)

    def settle(deed: journal.Deed, service: Any) -> None:
        if not queries.is_new_hall() or versions.find_key_in_force(kind.name, service.id) is not None:
            raise Conflict("proposal-needed")

    return catalogue_actions.publish(
        folder, town, actor=actor, now=now, command_id=command_id, before=settle, kind=kind
    )


def _lock(proposal_id: UUID) -> Proposal:
    row = Proposal.objects.select_for_update().filter(id=proposal_id).first()
    if row is None:
        raise NotFound
    return row


def _settle(row: Proposal, state: str, actor: Actor, now: datetime) -> None:
    if row.state != "open":
        raise Conflict("proposal-settled")
    row.state, row.settled_at, row.settled_by = state, now, actor.person_id
    row.save(update_fields=["state", "settled_at", "settled_by"])


# ---- the replay --------------------------------------------------------------------------------------------------------


def replay_on(proposal_id: UUID, *, now: datetime) -> int:
    """Go on with a replay by one batch, from wherever it stopped; tells how many cases were replayed.

    What is about to be read is noted and committed first, each case once; what came of it is counted in a deed of its own. Whoever kills
    the worker between the two has the batch replayed again, and nothing noted or counted twice.
    """
    row = _begin(proposal_id, now)
    if row.replay == "done":
        return 0
    batch = [UUID(one) for one in (row.sample or [])[row.place : row.place + BATCH]]
    _note(row.id, batch, row.place, now)
    found = _replay(row, batch, now) if batch else {}
    _count(row.id, found, row.place, len(batch), now)
    return len(batch)


def _begin(proposal_id: UUID, now: datetime) -> Proposal:
    """Draw the sample, once."""
    with journal.deed(uuid5(proposal_id, "replay"), actor=HOUSE, now=now, name="legal.replay-begin") as deed:
        row = _lock(proposal_id)
        if deed.repeated or row.replay != "waiting":
            return row
        closed = queries.list_closed(row.service_id, row.proposed_at) if row.kind == SERVICES.name else []
        sample = rules.draw(closed)
        row.sample, row.size, row.closed = [str(one) for one in sample], len(sample), len(closed)
        row.replay = "running"
        row.save(update_fields=["sample", "size", "closed", "replay"])
    return row


def _note(proposal_id: UUID, batch: list[UUID], place: int, now: datetime) -> None:
    """Write down of each case of a batch that it is about to be read, for this replay."""
    if not batch:
        return
    with journal.deed(uuid5(proposal_id, f"note {place}"), actor=HOUSE, now=now, name="legal.replay-read") as deed:
        if deed.repeated:
            return
        for case_id, applicant_id in cases.list_holders(case_ids=batch):
            access_log.record_access(
                HOUSE, purpose="replay", object=f"case:{case_id}", person_id=applicant_id, now=now
            )  # fmt: skip
        Proposal.objects.filter(id=proposal_id).update(noted=place + len(batch))
        deed.record(f"proposal:{proposal_id}", events.NOTED, {"from": place, "to": place + len(batch)})


def _replay(row: Proposal, batch: list[UUID], now: datetime) -> Mapping[str, int]:
    """Replay a batch, outside any transaction; a case that is forgotten, or was altered, is counted as gone."""
    packed = packing.unpack(bytes(row.files))
    town = manifest.read_town(packed.town) if packed.town else None
    proposed = SERVICES.read(packed.folder, f"services/{row.service_id}", town, True)
    found: Counter[str] = Counter()
    for case_id in batch:
        try:
            case = cases.read_case(case_id=case_id)
        except (NotFound, Altered):
            found[rules.GONE] += 1
            continue
        found[_compare(case, proposed, now)] += 1
    return found


def _compare(case: CaseRow, proposed: manifest.Service, now: datetime) -> str:
    own, calendar = catalogue.get_service(case.service_id, case.service_key), office_calendar(proposed.zone)
    unit = {"code": case.unit_code, "name": case.unit_name, "kind": case.unit_kind, "area": case.unit_area}
    applicant = case_rules.typed_applicant(case.data.get("applicant", {}))
    past = manifest.PastCase(
        case.submitted_at, case.channel, applicant, unit, case.data
    )  # fmt: skip
    before = manifest.end_again(own, past, calendar=calendar, judged=True)
    after = manifest.end_again(
        proposed, past, calendar=calendar, judged=False, town_on=manifest.takes_effect(proposed, localdate(now))
    )
    return rules.sort(case.end_event, case.outcome, before, after)


def _count(proposal_id: UUID, found: Mapping[str, int], place: int, many: int, now: datetime) -> None:
    """Add a batch to the counts; with the last one the ids go, and groups that are too small to be shown."""
    with journal.deed(uuid5(proposal_id, f"count {place}"), actor=HOUSE, now=now, name="legal.replay-count") as deed:
        row = _lock(proposal_id)
        if deed.repeated or row.place != place:
            return
        row.counts = dict(Counter(row.counts) + Counter(found))
        row.place = place + many
        if row.place >= row.size:
            shown = rules.show(row.counts)
            row.counts = {"groups": dict(shown.groups), "hidden": shown.hidden, "total": shown.total}
            row.replay, row.sample, row.done_at = "done", None, now
            deed.record(f"proposal:{row.id}", events.REPLAYED, {"size": row.size, "closed": row.closed})
        row.save(update_fields=["counts", "place", "replay", "sample", "done_at"])


# ---- reviews -----------------------------------------------------------------------------------------------------------


def tell_of_reviews(ids: list[UUID], *, now: datetime) -> int:
    """Alert every holder of the role that confirmations are to be reviewed; of each day of review once. Tells how many notices."""
    command = uuid5(NAMESPACE_OID, f"{REVIEW} {' '.join(sorted(map(str, ids)))}")
    with journal.deed(command, actor=HOUSE, now=now, name=REVIEW) as deed:
        if deed.repeated:
            return 0
        count = len({one.digest for one in law.note_told(ids, deed)})
        if not count:
            return 0
        link = links.address("officer.law")
        return sum(
            notices.tell(deed, person_id, REVIEW, lambda lang: {"count": count, "link": link})
            for person_id in offices.list_holding(roles.LEGAL, localdate(now))
        )  # fmt: skip
