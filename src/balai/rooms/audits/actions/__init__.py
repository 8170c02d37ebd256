"""Every write of the auditor's room; each is one deed."""

from balai.rooms.audits.actions.dossiers import (
    ask_dossier,
    build_dossier,
    drop_dossier,
    fail_dossier,
    keep_dossier,
    note_step,
)
from balai.rooms.audits.actions.findings import (
    ROOM,
    answer,
    open_finding,
    recommend,
    remind,
    settle,
)
from balai.rooms.audits.actions.samples import draw_sample

__all__ = [
    "ROOM",
    "answer",
    "ask_dossier",
    "build_dossier",
    "draw_sample",
    "drop_dossier",
    "fail_dossier",
    "keep_dossier",
    "note_step",
    "open_finding",
    "recommend",
    "remind",
    "settle",
]
