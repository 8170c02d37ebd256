"""What this holds about a person: their wish, what law kept back, and unusual readings of their data or by them."""

from balai.base.holdings import Item, Subject, holds
from balai.casework.readings import actions, queries


def _wish(subject: Subject) -> list[Item]:
    return [Item({"state": "active"})] if any(queries.wants_to_be_told(one) for one in subject.ids) else []


def _delays(subject: Subject) -> list[Item]:
    return [Item({"since": one.since, "until": one.until}) for one in queries.list_delays_about(subject.ids)]


def _findings(subject: Subject) -> list[Item]:
    return [
        Item({"at": one.at, "reason": one.rule, "state": one.state}) for one in queries.list_findings_about(subject.ids)
    ]


holds("readings.wish", tables=("readings.Wish",), bases="a", lists=_wish, forgets=actions.forget)
holds("readings.delays", tables=("readings.Delay",), bases="c", lists=_delays, goes_with="readings.wish")
holds("readings.findings", tables=("readings.Finding",), bases="c", lists=_findings, goes_with="readings.wish")
