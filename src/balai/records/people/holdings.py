"""What people hold about a person: their details, account, how they were identified, who may act for whom."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID, uuid5

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from balai.base import crypto
from balai.base.holdings import Item, Subject, holds
from balai.base.journal import Deed
from balai.records.people import actions, policy, queries
from balai.records.people.models import Binding, CounterCode, Freeze, Invitation, Mandate, Person, Recovery


def _details(subject: Subject) -> list[Item]:
    person = queries.get_person(subject.person_id)
    row = Person.objects.get(id=subject.person_id)
    told = asdict(person.identity)  # in the order in which a card is read
    return [
        Item(told | {"identity_level": row.identity_level, "since": row.registered_at, "changed_at": row.changed_at})
    ]


def _forget(deed: Deed, person_id: UUID, reason: str) -> None:
    actions.erase_person(
        command_id=uuid5(deed.id, "erase"), actor=deed.actor, now=deed.now, person_id=person_id, reason=reason
    )


def _count(person_id: UUID) -> Mapping[str, int]:
    account_id = queries.find_account_of_person(person_id)
    return {
        "details": 1,
        "account": int(account_id is not None),
        "factors": policy.count_second_factors(account_id) if account_id else 0,
        "mandates": queries.living_mandates(person_id).count(),
    }


def _account(subject: Subject) -> list[Item]:
    if subject.account_id is None:
        return []
    account = queries.get_account(subject.account_id)
    facts = {
        "email": account.email, "phone": account.phone, "since": account.joined_at, "last_login": account.last_login,
        "administrator": account.is_administrator,
    }  # fmt: skip
    return [
        Item(facts),
        *(Item({"email": row.email, "verified": row.verified}) for row in EmailAddress.objects.filter(user=account)),
        *(
            Item({"factor": str(row.type), "since": row.created_at, "last_used": row.last_used_at})
            for row in Authenticator.objects.filter(user=account)
        ),
        *(
            Item({"provider": row.provider, "number_there": row.uid, "since": row.date_joined}, data=row.extra_data)
            for row in SocialAccount.objects.filter(user=account)
        ),
    ]


def _bindings(subject: Subject) -> list[Item]:
    found = Binding.objects.filter(person_id__in=subject.ids).order_by("-bound_at")
    codes = CounterCode.objects.filter(person_id__in=subject.ids)
    return [
        *(
            Item({"at": row.bound_at, "identity_level": row.level, "evidence": row.evidence, "reason": row.reason})
            for row in found
        ),
        *(Item({"counter_code": row.made_at, "until": row.expires_at, "used_at": row.used_at}) for row in codes),
    ]


def _recoveries(subject: Subject) -> list[Item]:
    found = Recovery.objects.select_related("person__vault").filter(person_id__in=subject.ids).order_by("-at")
    return [
        Item({"at": row.at, "reason": row.reason, "dropped": row.dropped, "contacts": _contacts(row)}) for row in found
    ]


def _contacts(row: Recovery) -> list[str]:
    """Open where somebody was reached before; of a record that was joined into another the key is gone."""
    vault = row.person.vault
    if vault.wrapped_key is None:
        return []
    key = crypto.unwrap(vault.id, bytes(vault.wrapped_key))
    told = json.loads(crypto.open_with(key, bytes(row.contacts_sealed), queries.RECOVERY_CONTEXT))
    return [str(address) for _, address in told]


def _freezes(subject: Subject) -> list[Item]:
    found = Freeze.objects.filter(person_id__in=subject.ids).order_by("-at")
    return [Item({"at": row.at, "reason": row.reason, "ended_at": row.ended_at}) for row in found]


def _mandates(subject: Subject) -> list[Item]:
    found = Mandate.objects.select_related("principal", "agent").order_by("-offered_at")
    mine = found.filter(Q(principal_id__in=subject.ids) | Q(agent_id__in=subject.ids))
    asked = Invitation.objects.select_related("principal__vault").filter(principal_id__in=subject.ids).order_by("-at")
    return [
        *(
            Item({"kind": row.kind, "by": queries.open_invitation(row), "at": row.at, "until": row.to_date, "ended_at": row.ended_at})
            for row in asked
        ),
        *(Item({
            "kind": row.kind, "for": row.principal.name_masked, "by": row.agent.name_masked, "state": row.state,
            "from": row.from_date, "until": row.to_date, "services": row.services, "at": row.offered_at,
            "decided_at": row.decided_at, "ended_at": row.ended_at, "reason": row.reason,
        })
        for row in mine),
    ]  # fmt: skip


holds(
    "people.details", tables=("people.Person", "base.Vault"), bases="ce", lists=_details, forgets=_forget, counts=_count,
    clears=actions.erase_again,
)  # fmt: skip
holds(
    "people.account",
    tables=(
        "people.Account", "account.EmailAddress", "account.EmailConfirmation", "mfa.Authenticator", "sessions.Session",
        "socialaccount.SocialAccount", "socialaccount.SocialToken",
    ),
    bases="e", lists=_account, goes_with="people.details",
)  # fmt: skip
holds("people.identity", tables=("people.Binding", "people.CounterCode"), bases="c", lists=_bindings)
holds("people.recoveries", tables=("people.Recovery",), bases="c", lists=_recoveries)
holds("people.freezes", tables=("people.Freeze",), bases="c", lists=_freezes)
holds("people.mandates", tables=("people.Mandate", "people.Invitation"), bases="ce", lists=_mandates)
