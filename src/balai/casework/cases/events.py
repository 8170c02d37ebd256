"""Facts that cases publish. Payloads carry ids only; no key is personal."""

HAPPENED = "cases.happened"  # {case, event, node}: event as in service.yaml `notify.when`, or an end's outcome
OPERATION = "cases.operation"  # {case, token, node}: a service task waits for its operation
ERRAND = "cases.errand"  # {case, token, node}: the same, to be done outside: a letter sealed, a registry asked
CLOSED = "cases.closed"  # {case, outcome}
INCIDENT = "cases.incident"  # {case, node, code}: an operator must look
SENT_BACK = (
    "cases.sent-back"  # {case, node, person}: a head sent it back to the step before, on whose desk it lies again
)
UNSTAFFED = "cases.unstaffed"  # {case, node, role, unit}: nobody holds the role; the parent unit was asked
SILENCE_WAITS = "cases.silence-waits"  # {case, round}: silence decided, and the legal desk must confirm it
DISPUTED = "cases.disputed"  # {case, about}: an objection to a decided case was taken in
TIME_GIVEN = "cases.time-given"  # {case, outage, kind}: an outage moved a citizen's, objection's or office's time
