"""The keys of machines are marked as they are written: whose they are, what they may, until when."""

from balai.base import marks

marks.keep(
    "api.Token", "name", "hash", "person_id", "scopes", "on_post", "created_at", "expires_at", "revoked_at", "revoked_reason",
)  # fmt: skip
