"""What of people is marked as it is written: who may sign in, whom a letter names, who may act for whom."""

from balai.base import marks

marks.keep(
    "people.Account", "email", "phone", "phone_verified_at", "password", "is_active", "is_administrator", "second_factor_required",
)  # fmt: skip
marks.keep("account.EmailAddress", "user_id", "email", "verified", "primary")
marks.keep("mfa.Authenticator", "user_id", "type", "data")
marks.keep(
    "people.Person", "kind", "vault_id", "account_id", "sealed", "name_masked", "nik_hash", "identity_level", "erased_at",
    "joined_into_id",
)  # fmt: skip
marks.keep(
    "people.Mandate", "principal_id", "agent_id", "kind", "services", "may_delegate", "from_date", "to_date",
    "evidence_document_id", "state", "decided_by", "at_counter", "ended_at",
)  # fmt: skip
marks.keep("people.Binding", "person_id", "level", "bound_at", "officer_id", "evidence", "reason")
marks.keep("people.Recovery", "person_id", "officer_id", "at", "reason", "dropped", "contacts_sealed")
marks.keep("people.Freeze", "person_id", "at", "by_person", "reason", "ended_at", "ended_by", "ended_reason")
