"""Accounts, persons, how they were identified, and mandates."""

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from balai.base import marks

if TYPE_CHECKING:
    _EmailField = models.EmailField[str | None, str | None]
else:
    _EmailField = models.EmailField


class UniqueOrNullEmail(_EmailField):
    """An e-mail column that stores NULL for "", so that many accounts may have none."""

    def get_prep_value(self, value: Any) -> Any:
        """Turn the empty string into NULL."""
        return super().get_prep_value(value) or None


class Accounts(marks.Marking["Account"], BaseUserManager["Account"]):
    """How Django finds accounts; creating them is an action."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Fetch an account by its e-mail address, whatever its case."""
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """A way to sign in: e-mail or phone with a password, a passkey, or a national identity."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = UniqueOrNullEmail(unique=True, null=True, blank=True)
    phone = models.CharField(max_length=16, unique=True, null=True, blank=True)  # E.164
    phone_verified_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    second_factor_required = models.BooleanField(default=False)  # officers and administrators
    joined_at = models.DateTimeField()

    objects: ClassVar[Accounts] = Accounts()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="account_email_any_case"),
            models.CheckConstraint(
                condition=models.Q(is_administrator=False) | models.Q(second_factor_required=True),
                name="administrator_has_second_factor",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"


class Level(models.TextChoices):
    """How surely we know who someone is, weakest first."""

    NONE = "none"
    CONTACT = "contact"  # reached at an e-mail address or phone they control
    SEEN = "seen"  # an officer saw the identity card and the face
    NATIONAL = "national"  # vouched for by the national identity provider


class Person(models.Model):
    """A natural person or an organisation; everything that identifies it lies in `sealed`, under its own vault."""

    class Kind(models.TextChoices):
        NATURAL = "natural"
        ORGANISATION = "organisation"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.NATURAL)
    vault = models.OneToOneField("base.Vault", on_delete=models.PROTECT, related_name="+")
    account = models.OneToOneField(Account, on_delete=models.SET_NULL, null=True, related_name="person")
    sealed = models.BinaryField()  # JSON of rules.Identity
    name_masked = models.CharField(max_length=120)
    nik_hash = models.BinaryField(
        max_length=32, null=True, unique=True
    )  # of the NIK, of another identity document by its kind, or of an organisation's number
    identity_level = models.CharField(max_length=8, choices=Level.choices, default=Level.NONE)
    registered_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    # the same human being as this one, found at a counter: nothing is kept of this row but its id
    joined_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="joined")

    objects = marks.Marked()

    def __str__(self) -> str:
        return f"person {self.pk}"


class Binding(models.Model):
    """How a person's identity was established, each time it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bindings")
    level = models.CharField(max_length=8, choices=Level.choices)
    bound_at = models.DateTimeField()
    officer_id = models.UUIDField(null=True)  # the person who saw the card; null when a provider vouched
    evidence = models.CharField(max_length=40)  # "ktp-el", "oidc:<provider>"
    reason = models.CharField(max_length=400)

    objects = marks.Marked()


class CounterCode(models.Model):
    """A one-time code by which a person at a counter shows which account is theirs; only its keyed digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")  # a newer code takes its place
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Recovery(models.Model):
    """An account was given back to its person: by whom, why, and where the person was reached until then."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="recoveries")
    officer_id = models.UUIDField(null=True)  # null when the console did it
    at = models.DateTimeField()
    reason = models.CharField(max_length=400)
    dropped = models.JSONField(default=list)  # of "second-factors", "email", "phone"
    contacts_sealed = models.BinaryField()  # JSON [[means, address]]: the contacts of before, who must hear of it

    objects = marks.Marked()


class Freeze(models.Model):
    """An account was frozen: by whom, why, and who thawed it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by_person = models.UUIDField(null=True)  # null when the console did it
    reason = models.CharField(max_length=400)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_reason = models.CharField(max_length=400, blank=True)

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="one_freeze_runs", condition=models.Q(ended_at__isnull=True)
            )
        ]


class Mandate(models.Model):
    """One person may act for another: for which services, between which dates, on what evidence."""

    class Kind(models.TextChoices):
        FAMILY = "family"
        BUSINESS = "business"
        POWER_OF_ATTORNEY = "power-of-attorney"

    class State(models.TextChoices):
        OFFERED = "offered"
        ACTIVE = "active"
        REFUSED = "refused"
        REVOKED = "revoked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    principal = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates_given")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates_held")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    services = models.JSONField(default=list)  # service ids; empty means all
    may_delegate = models.BooleanField(default=False)  # may accept and revoke mandates in the principal's name
    from_date = models.DateField()
    to_date = models.DateField(null=True)  # the last day, included
    evidence_document_id = models.UUIDField(null=True)
    state = models.CharField(max_length=8, choices=State.choices)
    offered_at = models.DateTimeField()
    offered_by = models.UUIDField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    at_counter = models.BooleanField(default=False)  # confirmed by an officer who saw the evidence
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    reason = models.CharField(max_length=400, blank=True)

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(principal=models.F("agent")), name="mandate_for_another"),
            models.CheckConstraint(
                condition=models.Q(to_date__isnull=True) | models.Q(to_date__gte=models.F("from_date")),
                name="mandate_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["agent", "principal", "state"], name="mandate_who_for_whom")]


class Invitation(models.Model):
    """Somebody was asked, by the contact that was typed, to act for a person; whether the contact is anybody's is not told.

    The mandate that is offered to whoever has the contact bears the same id, and is made by the worker.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    principal = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    by_person = models.UUIDField()
    contact_sealed = models.BinaryField()  # as it was typed, under the principal's vault
    kind = models.CharField(max_length=20, choices=Mandate.Kind.choices)
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # taken back

    class Meta:
        indexes = [models.Index(fields=["principal", "at"], name="invitation_by_principal")]


class SetupToken(models.Model):
    """The one-time right to become the first administrator; only its digest is kept."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
