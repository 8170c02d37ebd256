"""Every write of notices: tell a person, queue what an event owes, gather, settle what a carrier said, mark as read, alert."""

from balai.casework.notices.actions.alerts import raise_alert, send_test, tell_administrators
from balai.casework.notices.actions.carrying import (
    QUIET,
    mark_read,
    note_delivery,
    send_digest,
    settle_failed,
    settle_sent,
    try_again,
)
from balai.casework.notices.actions.cases import queue, send_link, tell_of_sending_back, tell_of_silence, tell_of_time
from balai.casework.notices.actions.persons import (
    clear_erased,
    follow_person,
    forget_person_notices,
    tell_of_binding,
    tell_of_deputising,
    tell_of_freeze,
    tell_of_mandate,
    tell_of_recorded_mandate,
    tell_of_recovery,
)
from balai.casework.notices.actions.telling import tell, tell_holder
from balai.casework.notices.actions.texting import answer_text

__all__ = [
    "QUIET",
    "answer_text",
    "clear_erased",
    "follow_person",
    "forget_person_notices",
    "mark_read",
    "note_delivery",
    "queue",
    "raise_alert",
    "send_digest",
    "send_link",
    "send_test",
    "settle_failed",
    "settle_sent",
    "tell",
    "tell_administrators",
    "tell_holder",
    "tell_of_binding",
    "tell_of_deputising",
    "tell_of_freeze",
    "tell_of_mandate",
    "tell_of_recorded_mandate",
    "tell_of_recovery",
    "tell_of_sending_back",
    "tell_of_silence",
    "tell_of_time",
    "try_again",
]
