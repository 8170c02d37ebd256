"""Confirmations are marked as they are written: one that was put in by hand would make law of what nobody confirmed."""

from balai.base import marks

marks.keep(
    "law.Confirmation", "digest", "kind", "folder", "name", "written", "basis", "basis_date", "link", "review_on", "office",
    "confirmed_at", "confirmed_by", "ended_at", "ended_by", "ended_how", "reason",
)  # fmt: skip
