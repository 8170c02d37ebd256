"""What the law lets an office do with the clock of a case, and what it owes when the clock runs out: read from `time`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from balai.engine.forms.branch import Branch
from balai.engine.manifest.periods import Period
from balai.engine.manifest.town import STATUSES

LEGAL = "legal"  # the role of the legal desk


@dataclass(frozen=True, slots=True)
class MoreTime:
    """A period by which whoever holds a role may extend the time of a case, once, for a reason its holder reads."""

    period: Period
    by: str
    basis: str = ""
    status: str = "unconfirmed"
    line: int = 0


@dataclass(frozen=True, slots=True)
class SecondReturn:
    """Who must allow that a case goes back to its applicant a second time: the first return names every defect."""

    by: str
    basis: str = ""
    status: str = "unconfirmed"
    line: int = 0


@dataclass(frozen=True, slots=True)
class SilenceReview:
    """Who confirms a decision that the law made by silence before anybody is told of it, and within what."""

    by: str
    within: Period
    basis: str = ""
    status: str = "unconfirmed"
    line: int = 0


@dataclass(frozen=True, slots=True)
class ClockLaw:
    """All of these that a service has; `warn` are the percents of its time after which the head is told."""

    extension: MoreTime | None = None
    second_return: SecondReturn | None = None
    silence_review: SilenceReview | None = None
    warn: tuple[int, ...] = ()

    def rows(self) -> tuple[tuple[str, MoreTime | SecondReturn | SilenceReview], ...]:
        """List what of it is law, by its key under `time`."""
        found = (
            ("extension", self.extension),
            ("second_return", self.second_return),
            ("silence_review", self.silence_review),
        )
        return tuple((name, one) for name, one in found if one is not None)


CLOCK_KEYS = ("extension", "second_return", "silence_review", "warn")
PeriodReader = Callable[[Branch | None], Period | None]


def clock_law_of(keys: Mapping[str, Branch], read_period: PeriodReader) -> ClockLaw:
    """Read what `time` says of the clock's law."""
    return ClockLaw(
        extension=_more_time(keys["extension"], read_period) if "extension" in keys else None,
        second_return=_second_return(keys["second_return"]) if "second_return" in keys else None,
        silence_review=_review(keys["silence_review"], read_period) if "silence_review" in keys else None,
        warn=_percents(keys["warn"]) if "warn" in keys else (),
    )


def _words(keys: Mapping[str, Branch]) -> dict[str, str]:
    told = {name: keys[name].text() for name in ("by", "basis") if name in keys}
    status = keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed"
    return {"by": "", **told, "status": status}


def _more_time(branch: Branch, read_period: PeriodReader) -> MoreTime:
    known = ("for", "by", "basis", "status")
    keys = branch.keys(known, required=known)
    return MoreTime(read_period(keys.get("for")) or Period(1, "working-days"), **_words(keys), line=branch.line)


def _second_return(branch: Branch) -> SecondReturn:
    known = ("by", "basis", "status")
    return SecondReturn(**_words(branch.keys(known, required=known)), line=branch.line)


def _review(branch: Branch, read_period: PeriodReader) -> SilenceReview:
    known = ("by", "within", "basis", "status")
    keys = branch.keys(known, required=known)
    within = read_period(keys.get("within")) or Period(1, "working-days")
    return SilenceReview(within=within, **_words(keys), line=branch.line)


def _percents(branch: Branch) -> tuple[int, ...]:
    found = tuple(one.whole(least=1) for one in branch.items())
    if list(found) != sorted(set(found)) or any(not 0 < one < 100 for one in found):
        branch.wrong(
            "The head is told after parts of the time, each later than the one before, and before it is over.",
            "Write percents between 1 and 99, as in warn: [50, 80]; that it is over is told as overdue.",
        )
        return ()
    return found
