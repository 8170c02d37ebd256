"""What the log holds about a person: at most a contact that a guest left, sealed, which leads to nobody's record."""

from balai.base.holdings import Item, Subject, holds


def _reported(subject: Subject) -> list[Item]:
    """List nothing: whoever reports is a guest, and no report can be told to be anybody's."""
    return []


holds("room_improvements.reported", tables=("room_improvements.Report",), bases="a", lists=_reported)
