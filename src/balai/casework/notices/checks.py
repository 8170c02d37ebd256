"""What is looked at in notices: whether mail and texts arrive where they are sent, not only whether somebody greets."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from balai.base import marks
from balai.base.checks import Finding, looks

marks.keep(
    "notices.Notice", "case_id", "event", "audience", "channel", "person_id", "address_sealed", "content_sealed", "state",
    "sent_at", "receipt",
)  # fmt: skip
LATELY = timedelta(hours=24)
_NAMES = {"email": ("mail", "mail", "surel"), "sms": ("sms", "text messages", "SMS")}


@looks(92)
def deliveries(home: Path, now: datetime) -> Iterator[Finding]:
    """Look what became of the mail and texts of the last day, notices and sign-in messages alike."""
    from balai.casework.notices import queries

    for channel, (check, english, indonesian) in _NAMES.items():
        told = queries.count_lately(channel, now - LATELY)
        if told.refused and not told.sent:
            yield Finding(
                check, "bad",
                f"none of the {told.refused} {english} of the last day was taken: {told.why}. Mend it, then send a test under Kelola, Pemberitahuan.",
                f"tidak satu pun dari {told.refused} {indonesian} sehari terakhir diterima: {told.why}. Perbaiki, lalu kirim uji di Kelola, Pemberitahuan.",
            )  # fmt: skip
        elif told.refused:
            yield Finding(
                check, "bad" if told.refused > told.sent else "note",
                f"{told.refused} of {told.refused + told.sent} {english} of the last day did not arrive ({told.why}). See Kelola, Pemberitahuan.",
                f"{told.refused} dari {told.refused + told.sent} {indonesian} sehari terakhir tidak sampai ({told.why}). Lihat Kelola, Pemberitahuan.",
            )  # fmt: skip
        elif told.sent:
            yield Finding(
                check, "good", f"all {told.sent} {english} of the last day were taken.",
                f"semua {told.sent} {indonesian} sehari terakhir diterima.",
            )  # fmt: skip


@looks(225, deep=True)
def told_once(home: Path, now: datetime) -> Iterator[Finding]:
    """See that what services announced to people was told them, once for each event, person and channel."""
    from balai.casework.notices import queries

    told = queries.judge_told()
    for fault in told.faults[:5]:
        yield Finding("notices", "bad", fault, fault)
    if len(told.faults) > 5:
        yield Finding(
            "notices",
            "bad",
            f"and {len(told.faults) - 5} more notices.",
            f"dan {len(told.faults) - 5} pemberitahuan lagi.",
        )
    if not told.faults:
        yield Finding(
            "notices", "good", f"{told.count} notice(s) are there once for each event, person and channel.",
            f"{told.count} pemberitahuan ada satu kali untuk setiap peristiwa, orang dan saluran.",
        )  # fmt: skip
