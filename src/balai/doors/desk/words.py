"""Moments and deadlines in words, in the office's own time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.utils import timezone

from balai.base.pages import texts
from balai.base.pages.moments import clock as clock
from balai.base.pages.moments import moment as moment
from balai.base.pages.parts import Tone
from balai.engine import forms

Group = Literal["late", "today", "soon", "later", "paused", "none"]


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as people read it: the words, how urgent, and the exact moment for those who need it."""

    text: str
    group: Group
    tone: Tone
    icon: str
    exact: str
    iso: str


def day(on: date, lang: str) -> str:
    """Write a date: 23 November 2026."""
    return forms.format_date(on, lang)


def near(at: datetime, now: datetime, lang: str) -> str:
    """Write a moment close to now shortly: today 14.05, tomorrow 09.00, yesterday; else day and date."""
    local, today = timezone.localtime(at), timezone.localdate(now)
    days = (local.date() - today).days
    named = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    if named:
        return texts.say(f"desk.when.{named}", lang, time=clock(at))
    weekday = texts.say("desk.when.weekdays", lang).split()[local.weekday()]
    written = forms.format_date(local.date(), lang)
    return f"{weekday}, {written.rsplit(' ', 1)[0] if local.year == today.year else written}"


def length(span: timedelta, lang: str) -> str:
    """Write how long something is or was: 3 days, 5 hours, 12 minutes; the largest unit that fits."""
    minutes = max(1, int(abs(span.total_seconds()) // 60))
    if minutes >= 48 * 60:
        return texts.say("desk.span.days", lang, count=minutes // (24 * 60))
    if minutes >= 60:
        return texts.say("desk.span.hours", lang, count=minutes // 60)
    return texts.say("desk.span.minutes", lang, count=minutes)


def due(at: datetime | None, now: datetime, lang: str, *, paused: bool = False) -> Due:
    """Put a deadline into words and into its group: late, today, soon (tomorrow), later, paused or none."""
    if paused:
        return Due(texts.say("desk.due.paused", lang), "paused", "", "pause", "", "")
    if at is None:
        return Due(texts.say("desk.due.none", lang), "none", "", "clock", "", "")
    exact, iso = moment(at, lang), at.isoformat(timespec="minutes")
    if at < now:
        return Due(texts.say("desk.due.late", lang, span=length(now - at, lang)), "late", "bad", "alert", exact, iso)
    days = (timezone.localdate(at) - timezone.localdate(now)).days
    if days == 0:
        return Due(texts.say("desk.due.today", lang, time=clock(at)), "today", "warn", "clock", exact, iso)
    group: Group = "soon" if days == 1 else "later"
    return Due(near(at, now, lang), group, "info" if group == "soon" else "", "calendar", exact, iso)
