"""What filing holds about a person: how long what is about them is kept and why, of every kind, and what is held."""

from balai.base.holdings import Item, Subject, holds
from balai.records.filing import kinds, queries


def _kept(subject: Subject) -> list[Item]:
    about = {kind.name: list(kind.about(subject.ids)) for kind in kinds.list_kinds()}
    records = [row for name, ids in about.items() for row in queries.list_records(name, ids).values()]
    held = [row for name, ids in about.items() for row in queries.list_standing(name, ids)]
    return [
        *(
            Item(
                {
                    "class": row.class_code, "until": row.falls_due_on, "then": row.fate, "evidence": row.basis,
                    "confirmed": row.status == "confirmed", "since": row.filed_at,
                },
                row.reference,
            )
            for row in records
        ),
        *(Item({"held_since": row.placed_at, "evidence": row.basis}, row.reference) for row in held),
    ]  # fmt: skip


holds("filing.kept", tables=("filing.Record", "filing.Hold"), bases="c", lists=_kept)
