"""What the room holds about a person: what an auditor or head wrote; cases that were put together stay under the case's key."""

from balai.base.holdings import Item, Subject, holds
from balai.rooms.audits import queries


def _written(subject: Subject) -> list[Item]:
    count = queries.count_findings_of(subject.ids) + queries.count_samples_of(subject.ids)
    return [Item({"written": count})] if count else []


def _gathered(subject: Subject) -> list[Item]:
    count = queries.count_dossiers_of(subject.ids)
    return [Item({"gathered": count})] if count else []


holds(
    "room_audits.written", bases="e", lists=_written,
    tables=("room_audits.Sample", "room_audits.Finding", "room_audits.Recommendation", "room_audits.Reply"),
)  # fmt: skip
holds("room_audits.gathered", bases="e", lists=_gathered, tables=("room_audits.Dossier",))
