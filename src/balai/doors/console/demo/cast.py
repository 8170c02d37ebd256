"""The cast: Siti asks, Budi checks, Ratna decides and signs, Joko is a stranger. The same four everywhere, tests included."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP

from balai.base.actors import Actor
from balai.base.stories import Cast, Member
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries
from balai.records.people import actions as people
from balai.records.people import policy as people_policy
from balai.records.people import queries as people_queries
from balai.records.people.models import Account, Level
from balai.records.people.rules import Identity

__all__ = [
    "CONSOLE",
    "DISTRICT",
    "DISTRICT_HEAD",
    "IDENTITIES",
    "PASSPHRASE",
    "Cast",
    "Member",
    "find_cast",
    "find_district_head",
    "make_cast",
    "seat_district_head",
    "seat_treasurer",
]

CONSOLE = Actor("system", "console", name="demo")
NAMESPACE = UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8")
AREA = "64.72.05.1003"  # the village office where Budi and Ratna work
DEPARTMENTS = ("disdukcapil", "dpmptsp")
NEIGHBOURS = ("kel-64.72.05.1013", "kel-64.72.05.1011")  # where Ratna acts for a vacant head
PASSPHRASE = (
    "kunci ratna contoh"  # Ratna's, printed on the demonstration's pages; a real one is known to its owner alone
)
PASSWORD = "balai-contoh-2026"
OFFICIALS: dict[str, dict[str, Any]] = {
    "ratna": {"nip": "19800101 200501 2 001", "rank": "III/d"}
}  # Budi is no civil servant
AUTHENTICATOR = "JBSWY3DPEHPK3PXP"  # the secret of both officers' authenticator apps

IDENTITIES = {
    "siti": Identity(
        name="Siti Rahma Contoh", nik="9901014101900001", birth_date=date(1990, 1, 1), birth_place="Samarinda", sex="P",
        address="Jalan Contoh Nomor 1 RT 02", village="64.72.05.1003", phone="+6281200000001",
        email="siti@balai.example",
    ),
    "budi": Identity(
        name="Budi Santoso Contoh", nik="9901011202850002", birth_date=date(1985, 2, 12), birth_place="Samarinda",
        sex="L", address="Jalan Contoh Nomor 2", village="64.72.05.1003", phone="+6281200000002",
        email="budi@balai.example",
    ),
    "ratna": Identity(
        name="Ratna Dewi Contoh", nik="9901015503780003", birth_date=date(1978, 3, 15), birth_place="Samarinda", sex="P",
        address="Jalan Contoh Nomor 3", village="64.72.05.1003", phone="+6281200000003",
        email="ratna@balai.example",
    ),
    "joko": Identity(
        name="Joko Prasetyo Contoh", nik="9901010107950004", birth_date=date(1995, 7, 1), birth_place="Samarinda",
        sex="L", address="Jalan Contoh Nomor 4", village="64.72.05.1003", phone="+6281200000004",
        email="joko@balai.example",
    ),
}  # fmt: skip


# The head of the district above the cast's village, who signs behind Ratna what two offices sign; an office, with nobody's name.
DISTRICT_HEAD = Identity(
    name="Camat Contoh", nik="9901010505700005", birth_date=date(1970, 5, 5), birth_place="Samarinda", sex="L",
    address="Jalan Contoh Nomor 5", village="64.72.05.1003", phone="+6281200000005", email="camat@balai.example",
)  # fmt: skip

# Who looks at objections in that district: nobody who worked on the village's decision may.
REVIEWER = Identity(
    name="Penelaah Contoh", nik="9901010606800006", birth_date=date(1980, 6, 6), birth_place="Samarinda", sex="L",
    address="Jalan Contoh Nomor 6", village="64.72.05.1003", phone="+6281200000006", email="penelaah@balai.example",
)  # fmt: skip
DISTRICT = {"camat": (DISTRICT_HEAD, "head"), "penelaah": (REVIEWER, "clerk")}


def seat_district_head(cast: Cast, now: datetime) -> Member:
    """Give the district above the cast's village a head and a clerk who can enter the desk; done again it finds the head."""
    village = office_queries.get_unit_by_id(cast.unit_id)
    assert village.parent_id is not None, "a village lies in a district"
    for name, (identity, role) in DISTRICT.items():
        member = _member(name, identity, now)
        account = people_queries.get_account(member.account_id)
        if not people_policy.has_authenticator_app(account.id):
            TOTP.activate(account, AUTHENTICATOR)
        _appoint(member, village.parent_id, role, now, acting=False)
    _appoint(cast.budi, village.parent_id, "section-head", now, acting=True)  # gives the district's opinions
    return _find_member("camat")


def seat_treasurer(cast: Cast, now: datetime) -> None:
    """Let Budi say whether what the village asks to be paid has come; done again it changes nothing."""
    posts = office_queries.list_posts(cast.unit_id)
    if not any(post.role == "treasurer" for post in posts):
        offices.create_post(
            command_id=_id("treasurer"), actor=CONSOLE, now=now, unit_id=cast.unit_id, role="treasurer",
            title="Bendahara Penerimaan",
        )  # fmt: skip
    _appoint(cast.budi, cast.unit_id, "treasurer", now, acting=False)


def find_district_head() -> Member | None:
    """Find the head of the district; None where the city has none."""
    person = people_queries.find_person_by_nik(DISTRICT_HEAD.nik)
    account = people_queries.find_account_of_person(person) if person else None
    return Member("camat", person, account) if person and account else None


def make_cast(now: datetime) -> Cast:
    """Build the town and put the cast into it; done again it finds what it made."""
    offices.seed_town(command_id=_id("town"), actor=CONSOLE, now=now)
    members = {name: _member(name, identity, now) for name, identity in IDENTITIES.items()}
    for officer in (members["budi"], members["ratna"]):  # work is given to nobody who could not enter the desk
        account = people_queries.get_account(officer.account_id)
        if not people_policy.has_authenticator_app(account.id):
            TOTP.activate(account, AUTHENTICATOR)
    village = office_queries.find_unit("kelurahan", AREA)
    assert village is not None, "the town that was just seeded has this village"
    for code in (village.code, *DEPARTMENTS, *NEIGHBOURS):
        unit = office_queries.get_unit(code)
        acting = code != village.code
        _appoint(members["budi"], unit.id, "clerk", now, acting=False)
        _appoint(members["budi"], unit.id, "counter", now, acting=False)
        _appoint(members["ratna"], unit.id, "head", now, acting=acting)
    return Cast(unit_id=village.id, **members)


def find_cast() -> Cast:
    """Find the cast of a city that stands."""
    village = office_queries.find_unit("kelurahan", AREA)
    assert village is not None, "a city that stands has this village"
    return Cast(unit_id=village.id, **{name: _find_member(name) for name in IDENTITIES})


def _find_member(name: str) -> Member:
    """Find one of the cast by what cannot be changed at a page, their NIK. :raises LookupError: when they were forgotten."""
    identity = IDENTITIES[name] if name in IDENTITIES else DISTRICT[name][0]
    person = people_queries.find_person_by_nik(identity.nik)
    account = people_queries.find_account_of_person(person) if person else None
    if person is None or account is None:
        raise LookupError(f"{identity.name} lives here no more")
    return Member(name, person, account)


def _member(name: str, identity: Identity, now: datetime) -> Member:
    if not Account.objects.filter(email=identity.email).exists():
        _make_account(identity, now)
    return _find_member(name)


def _make_account(identity: Identity, now: datetime) -> None:
    account = Account(email=identity.email, phone=identity.phone, joined_at=now)
    account.set_password(PASSWORD)
    account.save(force_insert=True)
    EmailAddress.objects.create(user=account, email=identity.email, verified=True, primary=True)
    person = people.prepare_person(identity=identity, now=now, level=Level.SEEN, account_id=account.id, bound=True)
    person.vault.save(force_insert=True)
    person.save(force_insert=True)


def _appoint(member: Member, unit_id: UUID, role: str, now: datetime, *, acting: bool) -> None:
    for post in office_queries.list_posts(unit_id):
        if post.role == role:
            offices.appoint(
                command_id=_id(f"appoint {member.name} {post.id}"), actor=CONSOLE, now=now, post_id=post.id,
                person_id=member.person_id, from_date=date(2025, 1, 2), acting=acting, basis="SK Contoh (demonstrasi)",
                **OFFICIALS.get(member.name, {}),
            )  # fmt: skip
            return


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE, f"balai-demo {name}")
