"""BPMN 2.0 executed by pure functions: a file is compiled to a frozen graph, a case is a handful of tokens on it.

    graph = process.compile_bpmn(xml, file="process.bpmn")
    move = process.start(graph, data, now)                 # -> Move(state, effects, data, choices)
    move = process.step(graph, move.state, process.Complete(token, {"check": {...}}), move.data, now)

Nothing here reads a clock, a file or a database; the host carries out the effects and answers with commands.
"""

from balai.engine.process.bind import bind_timers, countable
from balai.engine.process.bpmn_model import BpmnModel, list_elements, read_model
from balai.engine.process.compile import compile_bpmn
from balai.engine.process.expand import Expansion, expand, with_term
from balai.engine.process.migrate import MigrationReport, TokenNote, migration_report
from balai.engine.process.outlook import Outlook, awaited_messages, list_awaited, look_ahead
from balai.engine.process.picture import draw_svg
from balai.engine.process.process_graph import Event, Flow, Graph, Loop, Node
from balai.engine.process.reach import reached_without
from balai.engine.process.replay import ReplayEntry, replay, replay_steps
from balai.engine.process.soundness import SoundnessProblem, check
from balai.engine.process.standard import STANDARD_PROCESS, STANDARD_PROCESS_SEALED, standard_process
from balai.engine.process.state import (
    CancelOperation,
    ClearTimer,
    CloseTask,
    Command,
    Complete,
    DecisionFailure,
    Done,
    Effect,
    Enter,
    Escalate,
    Fail,
    Fire,
    Impossible,
    Leave,
    LogLine,
    Message,
    Migrate,
    Modify,
    Move,
    OpenTask,
    Rebind,
    Retry,
    RunOperation,
    SetTimer,
    Signal,
    Stale,
    Start,
    State,
    Subscribe,
    TakeBack,
    Throw,
    Token,
    TokenStuck,
    Unsubscribe,
    Update,
)
from balai.engine.process.step import position, start, step, view
from balai.engine.process.steps_text import list_steps

__all__ = [
    "STANDARD_PROCESS",
    "STANDARD_PROCESS_SEALED",
    "BpmnModel",
    "CancelOperation",
    "ClearTimer",
    "CloseTask",
    "Command",
    "Complete",
    "DecisionFailure",
    "Done",
    "Effect",
    "Enter",
    "Escalate",
    "Event",
    "Expansion",
    "Fail",
    "Fire",
    "Flow",
    "Graph",
    "Impossible",
    "Leave",
    "LogLine",
    "Loop",
    "Message",
    "Migrate",
    "MigrationReport",
    "Modify",
    "Move",
    "Node",
    "OpenTask",
    "Outlook",
    "Rebind",
    "ReplayEntry",
    "Retry",
    "RunOperation",
    "SetTimer",
    "Signal",
    "SoundnessProblem",
    "Stale",
    "Start",
    "State",
    "Subscribe",
    "TakeBack",
    "Throw",
    "Token",
    "TokenNote",
    "TokenStuck",
    "Unsubscribe",
    "Update",
    "awaited_messages",
    "bind_timers",
    "check",
    "compile_bpmn",
    "countable",
    "draw_svg",
    "expand",
    "list_awaited",
    "list_elements",
    "list_steps",
    "look_ahead",
    "migration_report",
    "position",
    "reached_without",
    "read_model",
    "replay",
    "replay_steps",
    "standard_process",
    "start",
    "step",
    "view",
    "with_term",
]
