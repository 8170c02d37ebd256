"""Every write of cases. Each function is one deed: it happens whole, or not at all, and once however often it is sent."""

from balai.casework.cases.actions.clock import deem, fire, remind, tell_overdue
from balai.casework.cases.actions.clock_law import allow_return, extend
from balai.casework.cases.actions.drafts import (
    clear_erased,
    discard_draft,
    drop_stale_draft,
    follow_version,
    forget_drafts,
    save_draft,
    send_resume_code,
    start_draft,
)
from balai.casework.cases.actions.extension import extend_office
from balai.casework.cases.actions.identity import complete_identity
from balai.casework.cases.actions.indexing import index_again
from balai.casework.cases.actions.joining import bind_all, follow_person
from balai.casework.cases.actions.migration import MigrationPlan, fill_apart, migrate_case, preview_migration
from balai.casework.cases.actions.moves import Command, Moved, act
from balai.casework.cases.actions.numbers import Drawn, draw_numbers, return_numbers
from balai.casework.cases.actions.proof import prove_contact, send_code
from balai.casework.cases.actions.silence import confirm_silence, decline_silence, escalate
from balai.casework.cases.actions.sketches import drop_old_sketch, drop_sketch, save_sketch, turn_document
from balai.casework.cases.actions.submission import HandedOut, Receipt, Submission, Submitted, judge, submit
from balai.casework.cases.actions.tasks import (
    add_note,
    claim,
    file_external_id,
    hand_over,
    park,
    pass_on_errand,
    release,
    unpark,
)
from balai.casework.cases.actions.undo import HELD, take_back
from balai.casework.cases.actions.undo import forget as forget_undo
from balai.casework.cases.actions.views import drop_view, forget_views, save_view

__all__ = [
    "HELD",
    "Command",
    "Drawn",
    "HandedOut",
    "MigrationPlan",
    "Moved",
    "Receipt",
    "Submission",
    "Submitted",
    "act",
    "add_note",
    "allow_return",
    "bind_all",
    "claim",
    "clear_erased",
    "complete_identity",
    "confirm_silence",
    "decline_silence",
    "deem",
    "discard_draft",
    "draw_numbers",
    "drop_old_sketch",
    "drop_sketch",
    "drop_stale_draft",
    "drop_view",
    "escalate",
    "extend",
    "extend_office",
    "file_external_id",
    "fill_apart",
    "fire",
    "follow_person",
    "follow_version",
    "forget_drafts",
    "forget_undo",
    "forget_views",
    "hand_over",
    "index_again",
    "judge",
    "migrate_case",
    "park",
    "pass_on_errand",
    "preview_migration",
    "prove_contact",
    "release",
    "remind",
    "return_numbers",
    "save_draft",
    "save_sketch",
    "save_view",
    "send_code",
    "send_resume_code",
    "start_draft",
    "submit",
    "take_back",
    "tell_overdue",
    "turn_document",
    "unpark",
]
