"""Tables of a case: its position, its sealed answers, its tasks, timers, pauses, notes and drafts."""

import uuid

from django.db import models

from balai.base import marks


class Case(models.Model):
    """One request. The answers are sealed; what lists need stands beside them, masked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=24, unique=True)
    service_id = models.CharField(max_length=80)
    service_key = models.CharField(max_length=64)  # the exact version; a case keeps the one it was opened under
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+")
    vault = models.OneToOneField("base.Vault", on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    submitted_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    holder_masked = models.CharField(max_length=120, blank=True)
    track_hash = models.BinaryField(max_length=32)
    state = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    data_sealed = models.BinaryField()
    status = models.CharField(max_length=20, default="open")  # open | waiting | closed
    outcome = models.CharField(max_length=20, blank=True)
    end_event = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=12)
    language = models.CharField(max_length=2, default="id")
    submitted_at = models.DateTimeField()
    clock_from = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    overdue_told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    stuck_at = models.DateTimeField(null=True)  # since when a step waits for an operator; None while all go on
    sent_back = models.PositiveSmallIntegerField(default=0)
    origin = models.JSONField(null=True)  # where an imported case came from
    journal_seq = models.PositiveIntegerField(default=0)
    journal_hash = models.BinaryField(max_length=32, default=bytes(32))
    mac = models.BinaryField(
        max_length=32, default=b""
    )  # keyed, binds whose it is and how it stands to its journal's head

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=["open", "waiting", "closed"]), name="case_status"),
            models.CheckConstraint(
                condition=models.Q(status="closed", closed_at__isnull=False)
                | models.Q(closed_at__isnull=True) & ~models.Q(status="closed"),
                name="case_closed_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["applicant", "-submitted_at"], name="case_of_applicant"),
            models.Index(fields=["unit", "status", "due_at"], name="case_of_unit"),
            models.Index(fields=["due_at"], name="case_due", condition=models.Q(status="open")),
            models.Index(fields=["remind_at"], name="case_remind", condition=models.Q(status="open")),
            models.Index(fields=["service_id", "submitted_at"], name="case_of_service"),
            models.Index(fields=["stuck_at"], name="case_stuck", condition=models.Q(stuck_at__isnull=False)),
            # covers every figure, so that counting a year looks at no case
            models.Index(
                fields=[
                    "unit",
                    "status",
                    "submitted_at",
                    "service_id",
                    "outcome",
                    "channel",
                    "sent_back",
                    "due_at",
                    "closed_at",
                ],
                name="case_figures",
            ),
        ]


# `state`: a row is else looked at for what the index's own condition says
CHOSEN_BY = ("service_id", "node", "operation", "returned", "parked_until", "case", "opened_at", "state")


class Task(models.Model):
    """One thing one person has to do on a case; the applicant's tasks are here too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    token = models.CharField(max_length=24)
    node = models.CharField(max_length=80)
    role = models.CharField(max_length=40)
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    assignee = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    operation = models.CharField(max_length=40, blank=True)
    unstaffed = models.BooleanField(default=False, db_default=False)  # nobody in the case's own unit could take it
    apart_from = models.TextField(default="", db_default="")  # four-eyes: ",check,visit,", see rules
    state = models.CharField(max_length=10, default="open")  # open | done | cancelled
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    # what the lists of work choose by stands on the task itself, so that one index answers them
    service_id = models.CharField(max_length=80, default="", db_default="")  # the case's
    returned = models.BooleanField(default=False, db_default=False)  # the case came to this step again
    parked_until = models.DateTimeField(null=True)  # waits outside the house; not the officer's lateness until then
    parked_for = models.CharField(max_length=12, default="", db_default="")  # system | visit | other

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "token"], name="task_once_per_token")]
        indexes = [
            # a desk's and a pile's list in its order; the columns behind are what a list chooses by, so that a row that is not
            # in it is passed without being looked at
            models.Index(
                fields=["assignee", "due_at", "id", "unit", "role", *CHOSEN_BY],
                name="task_mine",
                condition=models.Q(state="open"),
            ),
            models.Index(
                fields=["unit", "role", "due_at", "id", "assignee", *CHOSEN_BY],
                name="task_of_unit",
                condition=models.Q(state="open"),
            ),
            # covers every count and every order of the lists of work
            models.Index(
                fields=[
                    "unit",
                    "role",
                    "assignee",
                    "service_id",
                    "node",
                    "operation",
                    "due_at",
                    "opened_at",
                    "returned",
                    "parked_until",
                    "case",
                    "id",
                    "state",  # a row is else looked at for what the index's own condition says
                ],
                name="task_pile",
                condition=models.Q(state="open"),
            ),
            # the orders of a list over very many piles
            models.Index(fields=["due_at", "id"], name="task_by_due", condition=models.Q(state="open")),
            models.Index(fields=["opened_at", "id"], name="task_by_age", condition=models.Q(state="open")),
            models.Index(
                fields=["service_id", "due_at", "id"], name="task_by_service", condition=models.Q(state="open")
            ),
            models.Index(fields=["opened_at"], name="task_unstaffed", condition=models.Q(state="open", unstaffed=True)),
        ]


class WorkView(models.Model):
    """A list of work that an officer named for themselves: the choices as they stand in its address, nobody's data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    choice = models.CharField(max_length=400)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="work_view_once")]


class Timer(models.Model):
    """A token that fires by itself when it is due."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=24)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "token"], name="timer_once_per_token")]


class Pause(models.Model):
    """A stretch in which the legal clock stood still because the applicant had to act."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pauses")
    node = models.CharField(max_length=80)  # its public reason is the text `steps.<node>.reason`
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="one_running_pause", condition=models.Q(ended_at__isnull=True)
            )
        ]


class AwaitedSilence(models.Model):
    """A case that the law decided by silence, which the legal desk must confirm, or has found not to be so."""

    class State(models.TextChoices):
        WAITS = "waits"
        DECLINED = "declined"  # silence decided nothing: it goes on, and is not deemed again

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITS)
    rounds = models.PositiveSmallIntegerField(default=0)  # how often somebody higher up was told that it still waits
    next_at = models.DateTimeField(db_index=True)  # when that is told again

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=["waits", "declined"]), name="awaited_silence_state")
        ]


class Extension(models.Model):
    """Time given back for an outage: to the citizen by itself, to the office by its head; once each."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    outage_id = models.UUIDField()
    kind = models.CharField(max_length=10)  # citizen | objection | office
    at = models.DateTimeField()
    due_before = models.DateTimeField(null=True)  # null where it had nothing to move
    due_after = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)  # the head's, which the holder reads
    by_person = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "outage_id", "kind"], name="extended_once_per_outage")]


class Note(models.Model):
    """What officers tell each other about a case; sealed like the answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    body_sealed = models.BinaryField()


class Sketch(models.Model):
    """What an officer has begun to answer in a task and not sent; sealed like the answers, gone with the task."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=24)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    updated_at = models.DateTimeField()
    body_sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "token", "person"], name="sketch_once_per_officer")]


class Undo(models.Model):
    """How a case stood before an officer's last move, while that may be taken back; sealed like the answers, gone soon after."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    node = models.CharField(max_length=80)  # the step they did
    seq = models.PositiveIntegerField()  # the move's entry in the case's journal: a later one, and it stands
    until = models.DateTimeField()
    body_sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["person", "until"], name="undo_of_officer")]


class ExternalId(models.Model):
    """The number under which another system knows this case or its product (SIAK, OSS)."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="external_ids")
    system = models.CharField(max_length=40)
    value = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="external_id_once")]


class Evidence(models.Model):
    """A document that belongs to a case, and where in the answers it stands."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evidence")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=160)  # "apply.photo"
    turn = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # degrees clockwise it is shown turned by: 0, 90, 180, 270

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "document", "place"], name="evidence_once")]


class SearchWord(models.Model):
    """A keyed hash of what a case is found by (`finding.py`): a whole word, number or phone, never listed.

    The case's unit stands beside it, so that a search costs what its searcher's units hold and not what the town does.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    hash = models.BinaryField(max_length=16)

    class Meta:
        indexes = [
            models.Index(fields=["hash", "unit", "id", "case"], name="search_in_units"),  # the newest first
            models.Index(fields=["hash", "case"], name="search_word"),  # one look tells whether a case bears a word
        ]


class DrawnNumber(models.Model):
    """A number drawn beforehand for a counter that works without a line; it stays, so that none is ever given twice.

    A case's number is its service's short name and this code. Of the tracking code only the keyed hash is kept.
    """

    code = models.CharField(max_length=8, primary_key=True)
    lot = models.UUIDField(db_index=True)  # what was drawn together
    track_hash = models.BinaryField(max_length=32)
    state = models.CharField(max_length=6, default="out")  # out | used | unused
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=["out", "used", "unused"]), name="drawn_number_state")
        ]


class CaseLink(models.Model):
    """That a case is about another one, which it may overturn: an objection of its holder, a correction or annulment by the office."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    about = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)  # objection | correction | annulment

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["objection", "correction", "annulment"]), name="case_link_kind"
            )
        ]


class Barred(models.Model):
    """That a person has no part in a case, whatever they are today: they worked on the decision it objects to."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="barred_once")]


class Household(models.Model):
    """A keyed hash of the number of a family card (KK) that a case speaks of: nobody of that household handles the case."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    hash = models.BinaryField(max_length=32, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "hash"], name="household_once_per_case")]


class Draft(models.Model):
    """An application that is still being written; sealed, resumable, forgotten after a while."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    service_id = models.CharField(max_length=80)
    service_key = models.CharField(max_length=64)
    vault = models.OneToOneField("base.Vault", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, null=True, related_name="+")
    on_behalf_of = models.ForeignKey("people.Person", on_delete=models.CASCADE, null=True, related_name="+")
    key_hash = models.BinaryField(max_length=32)  # of the secret in the resume link
    answers_sealed = models.BinaryField()
    page = models.CharField(max_length=80, blank=True)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, null=True, related_name="+")
    contact_hash = models.BinaryField(max_length=32, null=True)  # keyed: the address or number the last code went to
    contact_code = models.BinaryField(max_length=32, null=True)  # keyed digest of that code while it may be used
    contact_sent_at = models.DateTimeField(null=True)
    contact_tries = models.PositiveSmallIntegerField(default=0)  # wrong codes typed since
    contact_proven_at = models.DateTimeField(null=True)
    about = models.ForeignKey(
        Case, on_delete=models.CASCADE, null=True, related_name="+"
    )  # the case it will be about: whoever began the draft was let do so there
    at_counter = models.BooleanField(
        default=False, db_default=False
    )  # in an officer's hands, for who stands before them

    class Meta:
        indexes = [models.Index(fields=["person", "-updated_at"], name="draft_of_person")]
