"""The ground's tables: deeds, journal, accesses, outbox and vaults."""

import uuid

from django.db import models


class Deed(models.Model):
    """One command that was carried out; the same id twice is one deed."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    answer = models.JSONField(null=True)


class Stream(models.Model):
    """The head of a journal stream that no domain row carries itself."""

    name = models.CharField(primary_key=True, max_length=80)
    seq = models.PositiveIntegerField()
    hash = models.BinaryField(max_length=32)


class Entry(models.Model):
    """One fact in the journal, chained to the one before it in its stream and, once sealed, to the one before it in all."""

    id = models.BigAutoField(primary_key=True)
    stream = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    on_behalf_of = models.UUIDField(null=True)
    channel = models.CharField(max_length=12)
    action = models.CharField(max_length=60)
    body = models.JSONField()  # no personal data: ids, codes, moves and salted digests
    deed_id = models.UUIDField()
    format = models.PositiveSmallIntegerField(
        default=1, db_default=1
    )  # of the line its hash is taken over, see journal
    hash = models.BinaryField(max_length=32)
    global_seq = models.BigIntegerField(null=True, unique=True)
    global_hash = models.BinaryField(max_length=32, null=True)  # the leaf in the log; in the chain before it, the link
    salt = models.BinaryField(max_length=16, null=True)  # null: not in the log

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="entry_once_per_seq")]
        indexes = [models.Index(fields=["id"], name="entry_unsealed", condition=models.Q(global_seq__isnull=True))]


class Log(models.Model):
    """The public log in one row: its name, which of its keys sign, and where the chain before it ended."""

    id = models.PositiveSmallIntegerField(primary_key=True)  # 1
    origin = models.CharField(max_length=200)
    keys = models.JSONField()  # numbers, the oldest first
    chained = models.BigIntegerField()
    chained_hash = models.BinaryField(max_length=32)


class ReadOnly(models.Model):
    """A stretch in which the hall could only be read; at most one runs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)  # when it is expected to end; somebody ends it
    why_id = models.CharField(max_length=300)
    why_en = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)
    running = models.BooleanField(null=True, unique=True)  # true while it runs, else null


class Access(models.Model):
    """Someone read personal data: who, what, why; the person concerned can see it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=120)
    reader_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=12)
    purpose = models.CharField(max_length=120)
    object = models.CharField(max_length=120, db_index=True)  # "case:<id>", "registry:penduduk", "list:inbox"
    person_id = models.UUIDField(null=True, db_index=True)  # whose data it is
    refused = models.BooleanField(default=False, db_default=False)  # it was asked for, and nothing was shown
    list_id = models.BinaryField(max_length=16, null=True, db_index=True)  # of a list: who was in it
    mac = models.BinaryField(max_length=32, default=b"")  # keyed, over all of the above
    linked = models.BigIntegerField(null=True)  # the entry of `accesses` that vouches for it; null in its first second

    class Meta:
        indexes = [models.Index(fields=["id"], name="access_open", condition=models.Q(linked__isnull=True))]


class AccessMember(models.Model):
    """That somebody stands in a list that was shown; lists of the same persons are one, by a keyed digest of them."""

    id = models.BigAutoField(primary_key=True)
    list_id = models.BinaryField(max_length=16)
    person_hash = models.BinaryField(max_length=16, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list_id", "person_hash"], name="access_member_once")]


class SecurityEvent(models.Model):
    """A refusal or an alarm that belongs to the security log, not to the journal."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=60)
    actor = models.CharField(max_length=120, blank=True)
    body = models.JSONField(default=dict)
    mac = models.BinaryField(max_length=32, default=b"")  # keyed, over all of the above
    linked = models.BigIntegerField(null=True)  # the entry of `security` that vouches for it; null in its first second

    class Meta:
        indexes = [models.Index(fields=["id"], name="security_open", condition=models.Q(linked__isnull=True))]


class Mark(models.Model):
    """How one row of a marked table was last written (`base/marks.py`); the newest of a row counts."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(null=True)  # null: written beside any deed, as what a sign-in saves
    name = models.CharField(max_length=80)  # of the table
    row = models.CharField(max_length=64)  # its id; "": all rows of the table are marked since
    digest = models.BinaryField(max_length=80)  # keyed, of its columns; empty: the row went
    mac = models.BinaryField(max_length=32)  # keyed, over all of the above
    linked = models.BigIntegerField(null=True)  # the entry of `marks` that vouches for it; null in its first second

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="mark_open", condition=models.Q(linked__isnull=True)),
            models.Index(fields=["name", "row"], name="mark_of_row"),
        ]


class Message(models.Model):
    """One piece of work owed to one listener; payloads carry ids only."""

    WAITING, DONE, DEAD = "waiting", "done", "dead"
    UNDONE = "undone"  # what it tells of was taken back before anybody heard it
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    topic = models.CharField(max_length=60)
    listener = models.CharField(max_length=120)
    payload = models.JSONField()
    key = models.CharField(max_length=120, null=True, unique=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_by = models.CharField(max_length=40, null=True)
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        indexes = [
            # each line of the worker looks for its own, however much waits for another
            models.Index(fields=["listener", "due_at"], name="message_line", condition=models.Q(state="waiting")),
            models.Index(fields=["due_at"], name="message_dead", condition=models.Q(state="dead")),
        ]


class Failure(models.Model):
    """What a job could not do: tried again after a while, shown to the operator, gone once it works. Ids only."""

    id = models.BigAutoField(primary_key=True)
    job = models.CharField(max_length=80)
    item = models.CharField(max_length=120, blank=True)  # "": the job as a whole
    times = models.PositiveIntegerField()
    since = models.DateTimeField()
    tried_at = models.DateTimeField()
    due_at = models.DateTimeField()
    last_error = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "item"], name="failure_once_per_item")]


class Dispatch(models.Model):
    """One mail or text that somebody waits for, sealed until it left or ran out; what became of it stays a while longer."""

    QUEUED, SENT, FAILED, DEAD, EXPIRED = "queued", "sent", "failed", "dead", "expired"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    port = models.CharField(max_length=8)  # mail | sms
    kind = models.CharField(max_length=60)  # what it is, for the operator: "password_reset_key", "code"
    address_masked = models.CharField(max_length=120)
    sealed = models.BinaryField()  # JSON {to, subject, body} under a key derived for this; empty once it is settled
    perishable = models.BooleanField(default=False)  # emptied when nobody tries it any more: nobody may revive it
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=8, default=QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # after this it would be of no use to anybody
    tried_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["port", "-tried_at"], name="dispatch_last_tried"),
            models.Index(
                fields=["expires_at"], name="dispatch_open", condition=models.Q(state__in=["queued", "failed", "dead"])
            ),
            models.Index(fields=["-created_at"], name="dispatch_newest"),
        ]


class Sent(models.Model):
    """The keyed print of a text, line or link that was sent, and the newest day; neither what it says nor to whom."""

    digest = models.BinaryField(primary_key=True, max_length=16)
    sent_on = models.DateField(db_index=True)


class Tally(models.Model):
    """How often something was done within one window of time; the key is a digest."""

    key = models.BinaryField(primary_key=True, max_length=20)
    used = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)


class Shared(models.Model):
    """What all processes remember together for a while, in the columns that Django's database cache expects."""

    cache_key = models.CharField(primary_key=True, max_length=255)  # a digest
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)


class Vault(models.Model):
    """A wrapped data key; everything about one case or one person is sealed under one vault and forgotten with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    wrapped_key = models.BinaryField(null=True)
    key_id = models.CharField(max_length=16)
    shredded_at = models.DateTimeField(null=True)


class Key(models.Model):
    """One of the town's keys, by a digest of it, so that no other is ever taken for it; the key itself lies in the home."""

    key_id = models.CharField(primary_key=True, max_length=16)
    role = models.CharField(max_length=8)  # root | lookup | wrapping
    since = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
