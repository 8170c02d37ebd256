"""The manifest: a service folder's text becomes one frozen `Service`, or a list of everything that is wrong with it.

Reads and cross-checks the files, and plays golden examples through process, rules and forms with a given clock. Pure:
files come in as bytes, the time and the calendar are handed in.
"""

from balai.engine.manifest.check_units import Doubt
from balai.engine.manifest.comparing import ServiceChange, compare_services, takes_two
from balai.engine.manifest.connections import Connection, RecordShape, fit, read_connections
from balai.engine.manifest.contact import HallContact, read_contact
from balai.engine.manifest.cosigners import REFUSED as COSIGN_REFUSED
from balai.engine.manifest.counter_service import CounterService, FactBasis, read_counter_service
from balai.engine.manifest.doors import open_door
from balai.engine.manifest.face import Face, read_face
from balai.engine.manifest.filling import fill_texts
from balai.engine.manifest.guides import EventGuide, judge_guides
from balai.engine.manifest.notice_words import NoticeAbout, fill, say_notice
from balai.engine.manifest.objected import read_objected
from balai.engine.manifest.operations import COSIGN, OPERATIONS, Operation, offer
from balai.engine.manifest.past import PastCase, PastEnding, end_again, takes_effect
from balai.engine.manifest.periods import Period, read_duration, read_period
from balai.engine.manifest.plain_words import Advice
from balai.engine.manifest.play import Played, play, play_all, typeset_letters
from balai.engine.manifest.quality import TIERS
from balai.engine.manifest.rehearsal import Rehearsal, RehearsalCalendar, RehearsedEvent, WrongStepError, prefilled
from balai.engine.manifest.rehearsed_answers import cosigned_by, payment_answers
from balai.engine.manifest.service import (
    AWAITED,
    PARENT,
    UNIT_UNKNOWN,
    Archive,
    CaseMessage,
    Cosigners,
    DisputedCase,
    End,
    Example,
    ExampleEvent,
    HandledBy,
    LegalBasis,
    LetterKind,
    Notify,
    Objection,
    Phrase,
    Promise,
    Service,
    ServiceTime,
    Step,
    StepUnit,
    TimerRule,
)
from balai.engine.manifest.service_folder import read_service
from balai.engine.manifest.service_law import list_law
from balai.engine.manifest.sharing import share_answers
from balai.engine.manifest.town import Town, TownValue, read_town
from balai.engine.manifest.townpages import HallPage, read_page
from balai.engine.manifest.unready import Unready

__all__ = [
    "AWAITED",
    "COSIGN",
    "COSIGN_REFUSED",
    "OPERATIONS",
    "PARENT",
    "TIERS",
    "UNIT_UNKNOWN",
    "Advice",
    "Archive",
    "CaseMessage",
    "Connection",
    "Cosigners",
    "CounterService",
    "DisputedCase",
    "Doubt",
    "End",
    "EventGuide",
    "Example",
    "ExampleEvent",
    "Face",
    "FactBasis",
    "HallContact",
    "HallPage",
    "HandledBy",
    "LegalBasis",
    "LetterKind",
    "NoticeAbout",
    "Notify",
    "Objection",
    "Operation",
    "PastCase",
    "PastEnding",
    "Period",
    "Phrase",
    "Played",
    "Promise",
    "RecordShape",
    "Rehearsal",
    "RehearsalCalendar",
    "RehearsedEvent",
    "Service",
    "ServiceChange",
    "ServiceTime",
    "Step",
    "StepUnit",
    "TimerRule",
    "Town",
    "TownValue",
    "Unready",
    "WrongStepError",
    "compare_services",
    "cosigned_by",
    "end_again",
    "fill",
    "fill_texts",
    "fit",
    "judge_guides",
    "list_law",
    "offer",
    "open_door",
    "payment_answers",
    "play",
    "play_all",
    "prefilled",
    "read_connections",
    "read_contact",
    "read_counter_service",
    "read_duration",
    "read_face",
    "read_objected",
    "read_page",
    "read_period",
    "read_service",
    "read_town",
    "say_notice",
    "share_answers",
    "takes_effect",
    "takes_two",
    "typeset_letters",
]
