"""Letters with the numbers they bear, and the signed files themselves."""

import uuid

from django.db import models
from django.db.models import F, Q


class Letter(models.Model):
    """One letter of one case: its number from the moment it is reserved, and what became of it. Rows stay."""

    class State(models.TextChoices):
        RESERVED = "reserved"  # the number is given, the letter is being signed
        SIGNED = "signed"
        VOID = "void"  # the number was given and not used; it stays, with the reason
        REVOKED = "revoked"  # was signed and no longer holds

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="letters")
    letter_id = models.CharField(max_length=80)  # the letter's name in the service folder
    round = models.PositiveSmallIntegerField()  # a case that comes to the same letter again gets a new one
    token = models.CharField(max_length=24)  # the task or operation that made it
    kind = models.CharField(max_length=20)  # grant, refusal, receipt, notice
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=2)
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+")
    unit_code = models.CharField(max_length=20)  # as written in the number
    class_code = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    seq = models.PositiveIntegerField()
    number = models.CharField(max_length=120, unique=True)
    code = models.CharField(max_length=26, unique=True)  # 130 random bits; whoever holds the letter holds it
    holder_masked = models.CharField(max_length=120, blank=True)
    demo = models.BooleanField()  # signed with the demonstration authority: bears CONTOH
    in_force = models.BooleanField()
    automatic = models.BooleanField(default=False)  # a rule alone decided; the office's seal, not a person's signature
    state = models.CharField(max_length=8, choices=State.choices, default=State.RESERVED)
    reserved_at = models.DateTimeField()
    reserved_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    signer_name = models.CharField(max_length=160, blank=True)  # as printed under the letter
    signer_title = models.CharField(max_length=200, blank=True)
    signer_nip = models.CharField(max_length=40, blank=True)
    signer_rank = models.CharField(max_length=80, blank=True)
    valid_until = models.DateField(null=True)  # the last day, included
    sha256 = models.CharField(max_length=64, blank=True)  # hex, of the final file: fixity
    digest = models.BinaryField(max_length=32, null=True, unique=True)  # the same, keyed: how an upload is found
    size = models.PositiveIntegerField(null=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=400, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    revoked_reason = models.CharField(max_length=400, blank=True)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+"
    )  # the letter that holds instead

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit_code", "class_code", "year", "seq"], name="letter_number_never_reused"
            ),
            models.UniqueConstraint(fields=["case", "letter_id", "round"], name="letter_once_per_round"),
            models.UniqueConstraint(fields=["case", "token"], condition=~Q(state="void"), name="letter_once_per_task"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="letter_number_begins_at_one"),
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "void"], signed_at__isnull=True, digest__isnull=True)
                | Q(state__in=["signed", "revoked"], signed_at__isnull=False, digest__isnull=False),
                name="letter_signed_has_file",
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_at__isnull=False) & ~Q(void_reason="")
                | Q(voided_at__isnull=True, void_reason="") & ~Q(state="void"),
                name="letter_void_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="revoked", revoked_at__isnull=False) & ~Q(revoked_reason="")
                | Q(revoked_at__isnull=True, revoked_reason="") & ~Q(state="revoked"),
                name="letter_revoked_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | Q(state="revoked") & ~Q(replaced_by=F("id")),
                name="letter_replaced_is_revoked",
            ),
            models.CheckConstraint(
                condition=Q(automatic=True) | Q(signed_at__isnull=True) | Q(signed_by__isnull=False),
                name="letter_signed_by_someone",
            ),
        ]
        indexes = [
            models.Index(fields=["reserved_at"], name="letter_waiting", condition=Q(state="reserved")),
            models.Index(fields=["unit", "-signed_at"], name="letter_of_unit"),
        ]


class LetterFile(models.Model):
    """The final signed PDF, sealed under the case's vault; attached in the deed that says it is signed."""

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, primary_key=True, related_name="file")
    sealed = models.BinaryField()


class LetterPart(models.Model):
    """A letter that one of its signers has signed and another has still to sign: the PDF so far, sealed, and who signed it."""

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, primary_key=True, related_name="+")
    sealed = models.BinaryField()
    signers = models.JSONField()  # [{name, title, nip, rank, person}], in the order they signed

    objects = models.Manager()


class Sight(models.Model):
    """Which pages of a letter's draft its signer saw, and what it said; what was not seen, or changed since, is not signed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=24)  # the signing task
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    content = models.CharField(max_length=64)  # a keyed digest of all the letter says but its number and code
    sha256 = models.CharField(max_length=64)  # hex, of the very draft that was drawn
    pages = models.PositiveSmallIntegerField()
    drawn = models.BigIntegerField(default=0)  # one bit for each page; those beyond the sixtieth share the last
    at = models.DateTimeField()  # when its last page was drawn last

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "token", "person"], name="sight_once")]


class Delivery(models.Model):
    """A signed letter handed over on paper at the office: to whom, seen by which card; sealed under the case's vault."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="deliveries")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    receiver_sealed = models.BinaryField()  # who took it, what they are to the holder, which card was seen

    class Meta:
        indexes = [models.Index(fields=["letter", "at"], name="delivery_of_letter")]
