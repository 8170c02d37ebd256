"""Protections are marked as they are written: one that is lifted by hand would show an address."""

from balai.base import marks

marks.keep(
    "protection.Protection", "person_id", "vault_id", "number", "unit_id", "kind", "reason_sealed", "first_post_id",
    "second_post_id", "since", "review_on", "set_by", "lifted_at", "lifted_by", "lifted_sealed",
)  # fmt: skip
