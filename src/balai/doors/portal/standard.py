"""The published standard of a service (UU 25/2009 article 21) as rows that the service page shows."""

from dataclasses import dataclass

from django.utils.timezone import localdate

from balai.base.pages.parts import Cell, Column, Fact
from balai.base.pages.texts import has, say
from balai.casework.catalogue import queries as catalogue
from balai.casework.catalogue import rules
from balai.doors.portal import contact, leading
from balai.engine import forms, manifest, process
from balai.records.entrance.visitors import Visitor


@dataclass(frozen=True, slots=True)
class ServicePage:
    """Everything the service page says."""

    id: str
    title: str
    summary: str
    in_force: bool
    requirements: tuple[str, ...]
    procedure: tuple[str, ...]
    quick: tuple[Fact, ...]  # what one decides by: how long, what it costs, for whom
    caution: str  # the one thing to know before beginning, "" where there is none
    effort: str
    product: str
    key_facts: tuple[Fact, ...]
    promise_columns: tuple[Column, ...]
    promises: tuple[tuple[Cell, ...], ...]  # for whom each period is, where there are several
    more: tuple[Fact, ...]
    basis: tuple[Fact, ...]
    no_longer_asked: str
    unconfirmed: bool
    other_system: str
    paused: str  # why it takes no applications now, "" while it does


def describe(service: manifest.Service, visitor: Visitor) -> ServicePage:
    """Put a service's standard into words."""
    lang, law = visitor.lang, catalogue.get_law(service, visitor.now)
    return ServicePage(
        id=service.id,
        title=service.text("title", lang),
        summary=service.text("summary", lang, ""),
        in_force=service.in_force,
        requirements=service.text_list("standard.requirements", lang),
        procedure=service.text_list("standard.procedure", lang) or steps_in_words(service, lang),
        quick=_quick(service, visitor),
        caution=_caution(service, law, lang),
        effort=_effort(service, visitor),
        product=service.text("standard.products", lang, service.text("title", lang)),
        key_facts=_key_facts(service, law, visitor),
        promise_columns=(Column(say("portal.standard.applies_to", lang)), Column(say("portal.standard.period", lang))),
        promises=_promises(service, law, lang),
        more=_more(service, law, lang),
        basis=tuple(_basis(one, law.at(f"legal_basis.{at}"), lang) for at, one in enumerate(service.legal_basis)),
        no_longer_asked=_no_longer_asked(service, visitor),
        unconfirmed=law.is_unconfirmed,
        other_system=service.system if service.issuer == "other_system" else "",
        paused=paused.words(lang) if (paused := catalogue.find_pause(service.id, visitor.now)) else "",
    )


def steps_in_words(service: manifest.Service, lang: str) -> tuple[str, ...]:
    """List the steps of the process in the order the folder binds them."""
    named = (
        service.text(f"steps.{step.id}.public", lang, service.text(f"steps.{step.id}.title", lang, ""))
        for step in service.steps.values()
    )
    return tuple(name for name in named if name)


def fee_text(service: manifest.Service, visitor: Visitor) -> str:
    """Say what the service costs today."""
    amount = rules.fee_of(service, visitor.now)
    if amount is None:
        return say("portal.standard.fee_depends", visitor.lang)
    if not amount:
        return say("portal.standard.free", visitor.lang)
    return "Rp" + forms.format_number(amount, visitor.lang)


def _quick(service: manifest.Service, visitor: Visitor) -> tuple[Fact, ...]:
    lang = visitor.lang
    periods = dict.fromkeys(one.due.text(lang) for one in service.time.promises)
    return (
        Fact(say("portal.standard.time", lang), say("portal.standard.or", lang).join(periods)),
        Fact(say("portal.standard.fee", lang), fee_text(service, visitor)),
        Fact(say("portal.standard.for", lang), say(f"portal.who.{service.who}", lang)),
    )


def _caution(service: manifest.Service, law: catalogue.ServiceLaw, lang: str) -> str:
    if not service.in_force:
        return say("portal.service.not_in_force_text", lang)
    return say("portal.service.unconfirmed", lang) if law.is_unconfirmed else ""


def _effort(service: manifest.Service, visitor: Visitor) -> str:
    """Say what applying asks of this visitor: how many questions, and whether an account is needed."""
    own = service.forms["apply"].fields.values()
    known = visitor.person_id is not None
    count = sum(1 for one in own if one.is_asked and not (known and one.name in service.prefill))
    size = say(
        "portal.service.size", visitor.lang, count=count + (0 if known else len(contact.contact_form(service).fields))
    )
    return size if known else f"{size}. {say(f'portal.identity.{service.identity}', visitor.lang)}."


def _key_facts(service: manifest.Service, law: catalogue.ServiceLaw, visitor: Visitor) -> tuple[Fact, ...]:
    lang = visitor.lang
    first = service.time.promises[0]
    time = Fact(
        say("portal.standard.time", lang), first.due.text(lang), note="" if first.id else mark(law.at("time"), lang)
    )
    return (
        *(() if first.id else (time,)),
        Fact(say("portal.standard.who", lang), say(f"portal.who.{service.who}", lang)),
        Fact(say("portal.standard.fee", lang), fee_text(service, visitor), note=_fee_basis(service, law, lang)),
        Fact(say("portal.standard.identity", lang), say(f"portal.identity.{service.identity}", lang)),
    )


def _promises(service: manifest.Service, law: catalogue.ServiceLaw, lang: str) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            Cell(
                service.text(f"time.{one.id}", lang, one.id), note=mark(law.at(catalogue.place_of(service, one)), lang)
            ),
            Cell(one.due.text(lang)),
        )
        for one in service.time.promises
        if one.id
    )


def _more(service: manifest.Service, law: catalogue.ServiceLaw, lang: str) -> tuple[Fact, ...]:
    rows = []
    for part in ("complaints", "facilities", "competence", "supervision", "staff", "guarantee", "safety", "evaluation"):
        if texts := service.leading_texts(f"standard.{part}", lang):
            rows.append(Fact(say(f"portal.standard.{part}", lang), leading.draw(texts)))
    if service.objection:
        within = say(
            "portal.standard.objection_text",
            lang,
            within=service.objection.within.text(lang),
            basis=service.objection.basis,
        )
        rows.append(Fact(say("portal.standard.objection", lang), within, note=mark(law.at("objection"), lang)))
    silence = service.time.silence_basis
    if service.time.silence == "deemed-granted":
        basis = f"{silence.ref} ({mark(law.at('time.silence_basis'), lang)})" if silence else ""
        rows.append(
            Fact(say("portal.standard.silence", lang), say("portal.standard.silence_granted", lang), note=basis)
        )
    if purpose := service.privacy.purpose.get(lang):
        rows.append(Fact(say("portal.standard.privacy", lang), purpose))
    rows.append(Fact(say("portal.standard.version", lang), service.version))
    return tuple(rows)


def _basis(one: manifest.LegalBasis, standing: catalogue.LawStanding, lang: str) -> Fact:
    return Fact(one.ref, mark(standing, lang), note=one.note, tone="ok" if standing.confirmed else "warn")


def mark(standing: catalogue.LawStanding, lang: str) -> str:
    """Say whether an official confirmed it: of this hall which office, and when."""
    if standing.mark is not None:
        at = forms.format_date(localdate(standing.mark.confirmed_at), lang)
        return say("portal.mark.confirmed_by", lang, office=standing.mark.office, at=at)
    return say(f"portal.mark.{standing.value.status}", lang)


def _fee_basis(service: manifest.Service, law: catalogue.ServiceLaw, lang: str) -> str:
    money = next((name for name, values in service.town_values.items() if values and values[0].type == "money"), "")
    found = law.find(f"town_values.{money}")
    return f"{found.value.basis}: {mark(found, lang)}" if found else ""


def _no_longer_asked(service: manifest.Service, visitor: Visitor) -> str:
    """Say which papers and answers are no longer asked: in the folder's own words, else by the names of the data.

    Whoever has no account types what we would know of them, and needs no copy of it.
    """
    lang = visitor.lang
    named = [say(f"portal.known.{name}", lang) for name in service.once_only if has(f"portal.known.{name}", lang)]
    if visitor.person_id is None and service.identity in ("none", "contact"):
        return say("portal.service.once_only_guest", lang, names=", ".join(named)) if named else ""
    if own := service.text("once_only", lang, ""):
        return own
    return f"{say('portal.service.once_only_text', lang)} {', '.join(named)}." if named else ""


def picture(service: manifest.Service, lang: str) -> tuple[str, tuple[str, ...]]:
    """Draw the service's process, and tell its steps in words."""
    return _drawn(service.key, lang, service)


_DRAWINGS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}


def _drawn(key: str, lang: str, service: manifest.Service) -> tuple[str, tuple[str, ...]]:
    """Draw once per published version and language: it never changes, and drawing costs more than the page."""
    if (key, lang) not in _DRAWINGS:
        if len(_DRAWINGS) > 500:
            _DRAWINGS.clear()
        title, labels = say("portal.standard.picture", lang), service.labels(lang, public=True)
        _DRAWINGS[key, lang] = (
            process.draw_svg(service.graph, title=title, lang=lang, labels=labels),
            tuple(process.list_steps(service.graph, lang, labels=labels)),
        )
    return _DRAWINGS[key, lang]
