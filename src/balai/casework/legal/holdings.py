"""What proposals hold about a person: that they proposed or settled a version as an officer. Of the cases replayed only counts are kept."""

from balai.base.holdings import Item, Subject, holds
from balai.casework.legal import queries


def _proposed(subject: Subject) -> list[Item]:
    return [
        Item(
            {"at": one.proposed_at, "state": one.state, "ended_at": one.settled_at},
            title=f"{one.service_id} {one.version}",
        )
        for one in queries.list_by(subject.ids)
    ]


holds("legal.proposed", tables=("legal.Proposal",), bases="c", lists=_proposed)
