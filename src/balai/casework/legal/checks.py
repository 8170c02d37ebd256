"""Proposals are marked as they are written: who proposed and who published is what four-eyes rests on."""

from balai.base import marks

marks.keep(
    "legal.Proposal", "kind", "service_id", "key", "key_before", "version", "proposed_at", "proposed_by", "state", "settled_at",
    "settled_by",
)  # fmt: skip
