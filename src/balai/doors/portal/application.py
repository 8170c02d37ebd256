"""An application being written, as its pages need it: draft, form, what is known, where one is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from balai.base.pages import rendering
from balai.base.pages.parts import Fact, StepperStage, stages
from balai.base.pages.texts import say
from balai.casework.cases import actions as cases
from balai.casework.cases import identity
from balai.casework.cases import queries as case_queries
from balai.casework.cases import rules as cases_rules
from balai.casework.cases.actions.submission import application_scope
from balai.casework.cases.queries import offering
from balai.casework.catalogue import queries as catalogue
from balai.doors.portal import contact
from balai.doors.portal.filling import store_file, stored_files
from balai.engine import forms
from balai.engine.forms import Form, FormPage, JudgingScope
from balai.engine.letters import mask_document_number
from balai.records.entrance.visitors import DRAFTS, Visitor, secret_of
from balai.records.people import queries as people
from balai.records.people.rules import mask_nik
from balai.records.protection import policy as protection
from balai.records.protection import queries as protections

CONTACT = cases_rules.HOLDER  # no field can be called so: a field's name is an identifier
REVIEW = "periksa"


@dataclass
class Application:
    """One draft in the hands of its writer."""

    visitor: Visitor
    secret: str
    view: case_queries.DraftView

    @property
    def id(self) -> UUID:
        """Give the draft's id."""
        return self.view.draft.id

    @property
    def paused(self) -> str:
        """Say why the service takes no applications now, "" while it does; what was filled in is kept either way."""
        if self.view.draft.case_id is not None:
            return ""
        found = catalogue.find_pause(self.view.service.id, self.visitor.now)
        return found.words(self.visitor.lang) if found else ""

    @property
    def form(self) -> Form:
        """Give the service's application form."""
        return self.view.service.forms["apply"]

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Give the answers so far, as they were typed, without what the portal keeps beside them."""
        return {name: value for name, value in self.view.answers.items() if not name.startswith("$")}

    @property
    def contact(self) -> dict[str, Any]:
        """Give what an applicant without an account told about themselves, as typed."""
        return dict(self.view.answers.get(CONTACT, {}))

    @property
    def asks_contact(self) -> bool:
        """Tell whether the applicant has no account and so is asked who they are."""
        return self.view.draft.person_id is None

    @cached_property
    def lacks(self) -> tuple[str, ...]:
        """Name what the service asks of an applicant with a record, or its letters print, and the record does not know."""
        if self.asks_contact:
            return ()
        return identity.list_asked(self.view.service, self._known, firm=self._record.kind != "natural")

    @property
    def _known(self) -> dict[str, Any]:
        return cases_rules.applicant_tree(self._record)

    @property
    def post_id(self) -> UUID | None:
        """Name the post as whose holder an officer applies in their own right."""
        kept = str(self.view.answers.get(cases_rules.POST, ""))
        return UUID(kept) if kept else None

    @cached_property
    def asks_document(self) -> bool:
        """Tell whether somebody with a record is asked by which document they apply, or whether for a child."""
        if self.asks_contact:
            return False
        return identity.asks_document(self.view.service, self._known, firm=self._record.kind != "natural")

    @property
    def disputed(self) -> Mapping[str, Any]:
        """Give what is known of the case that this application is about; empty where it is about none."""
        found: Mapping[str, Any] = self.view.answers.get(cases_rules.SHOWN, {})
        return found

    @property
    def asks_about(self) -> bool:
        """Tell whether the first page asks who applies: all of it, or what their record lacks; nothing that the other case knows."""
        if self.disputed and self.asks_contact:
            return bool(self.contact_checked.errors)
        return self.asks_contact or bool(self.lacks) or self.asks_document

    @cached_property
    def contact_form(self) -> Form:
        """Give the form about the applicant."""
        service = self.view.service
        if self.asks_contact:
            return contact.contact_form(service)
        return identity.about_form(service, self._known, firm=self._record.kind != "natural")

    @cached_property
    def contact_texts(self) -> Mapping[str, Mapping[str, object]]:
        """Give the words of the form about the applicant."""
        lang = self.visitor.lang
        return contact.contact_texts(lang) if self.asks_contact else identity.words(lang)

    @cached_property
    def contact_checked(self) -> forms.Checked:
        """Judge what the applicant told about themselves."""
        scope = JudgingScope(now=self.visitor.now, lang=self.visitor.lang)
        if not self.asks_contact:
            fields = self.contact_form.fields
            told = {name: value for name, value in self.contact.items() if name in fields}
            return forms.validate(self.contact_form, told, scope)
        return contact.judge(self.contact_form, self.view.service, self.contact, scope)

    @property
    def contact_shown(self) -> tuple[forms.Field, ...]:
        """List the questions about the applicant that follow from what was told so far."""
        scope = JudgingScope(now=self.visitor.now, lang=self.visitor.lang)
        form = self.contact_form
        return tuple(forms.visible_fields(form, form.pages[0], self.contact, scope))

    @cached_property
    def told(self) -> dict[str, str]:
        """Give what was told about the applicant, as canonical text."""
        made = forms.to_json(self.contact_form, self.contact_checked.answers)
        return {name: str(value) for name, value in made.items() if value not in (None, "")}

    @cached_property
    def applicant(self) -> Mapping[str, Any]:
        """Give what is known of the applicant, as canonical text."""
        known = {} if self.asks_contact else cases_rules.applicant_tree(self.person)
        if self.view.service.is_officers:
            known |= case_queries.tell_work(self.person, self.post_id, self.visitor.now)
        told = self.told if self.asks_contact or self.asks_about else {}
        return identity.settle(self.view.service, known, told) if self.view.service.documents else known | told

    @cached_property
    def _record(self) -> people.PersonView:
        draft = self.view.draft
        subject = draft.on_behalf_of_id or draft.person_id
        assert subject is not None
        return people.read_person(self.visitor.actor, subject, purpose="application", now=self.visitor.now)

    @cached_property
    def person(self) -> people.PersonView:
        """Give the applicant who has an account, or for whom somebody acts who has one."""
        hidden = protection.is_hidden(self.visitor.actor, self._record.id, self.visitor.now)
        return protections.veil(self._record) if hidden else self._record

    def printed(self) -> tuple[Fact, ...]:
        """List who the letters will name, as they print it; whoever acts for another sees the NIK masked, and nothing that is hidden."""
        lang, behalf = self.visitor.lang, self.view.draft.on_behalf_of_id is not None
        firm = not self.asks_contact and self.person.kind != "natural"
        rows = []
        for name, label, value in identity.list_facts(self.view.service, self.applicant, lang, firm):
            if name == "birth_date" and value:
                value = forms.format_date(date.fromisoformat(value), lang)
            if name in ("nik", "document_number") and behalf:
                value = mask_nik(value) if name == "nik" or "nik" in self.applicant else mask_document_number(value)
            fields = self.contact_form.fields
            asked = self.asks_about and (name in fields or (name == "document_number" and "document" in fields))
            name = "document" if name == "document_number" else name
            change = f"{self.url(contact.PAGE)}?kembali=1#{name}" if asked else ""
            rows.append(Fact(label, value or say("portal.review.hidden"), change))
        return tuple(rows)

    @cached_property
    def contacts(self) -> dict[str, str]:
        """Give where the writer of this application can be reached: `email`, `phone` or both."""
        known = self.applicant
        draft = self.view.draft
        if not self.asks_contact and draft.on_behalf_of_id is not None and draft.person_id is not None:
            writer = people.read_person(
                self.visitor.actor, draft.person_id, purpose="application", now=self.visitor.now
            )
            known = {"email": writer.email, "phone": writer.phone}
        return {name: str(known[name]) for name in ("email", "phone") if known.get(name)}

    @cached_property
    def must_prove(self) -> bool:
        """Tell whether a code must prove the writer's contact before this can be sent; the deed itself judges the same."""
        level = "none" if self.asks_contact else self.person.identity_level
        return case_queries.must_prove(self.view, self.visitor.actor, self.contacts, level=level)

    @cached_property
    def reach(self) -> dict[str, str]:
        """Give where news of the case will go, as things stand: the applicant's own contacts, or the one that was proven."""
        names = case_queries.name_reach(self.view, self.contacts)
        return {name: str(self.applicant[name]) for name in names if self.applicant.get(name)}

    @cached_property
    def scope(self) -> JudgingScope:
        """Give what the answers are judged against."""
        scope = application_scope(
            self.view.service, self.applicant, self.visitor.now, self.visitor.lang, channel=self.visitor.actor.channel,
            objected=self.disputed,
        )  # fmt: skip
        return replace(scope, offers={name: one["rows"] for name, one in self._offers.items()})

    @property
    def _offers(self) -> Mapping[str, Any]:
        """Give what a registry offered so far, by field; nothing to whom it may not be offered any more."""
        found: Mapping[str, Any] = self.view.answers.get(cases_rules.OFFERS, {})
        return found if found and offering.may_be_offered(self.view, self.visitor.actor) else {}

    @cached_property
    def offered(self) -> dict[str, str]:
        """Say for each question whose rows a registry offers how asking it stands."""
        names = [one.name for one in self.form.fields.values() if one.offered]
        if not names:
            return {}
        first = "ask" if offering.may_be_offered(self.view, self.visitor.actor) else "unsure"
        return {name: str(self._offers.get(name, {}).get("state", first)) for name in names}

    def ask_offer(self, name: str, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Ask a registry for the rows of a question, and keep them with the draft; answer the answers in the order they have then."""
        one = self.form.fields[name]
        nik = str(cases_rules.applicant_tree(self._record).get("nik", "")) if self.offered[name] != "unsure" else ""
        found = offering.ask_offer(self.view, one, self.visitor.actor, self.visitor.now, nik)
        kept = {**self._offers, name: {"rows": found.rows, "state": found.state}}
        ticked, written = forms.split_rows(answers.get(name), found.rows)
        ordered = {**answers, name: [*(found.rows[at] for at in ticked), *written]}
        self._store({**self.view.answers, **ordered, cases_rules.OFFERS: kept}, self.view.draft.page)
        for each in ("answers", "scope", "offered", "pages", "steps"):
            self.__dict__.pop(each, None)
        return ordered

    @cached_property
    def pages(self) -> tuple[FormPage, ...]:
        """List the form's pages that apply, given the answers so far."""
        return forms.visible_pages(self.form, self.answers, self.scope)

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """List the ids of all pages the applicant goes through, the review last."""
        first = (contact.PAGE,) if self.asks_about else ()
        return (*first, *(page.id for page in self.pages), REVIEW)

    def stages(self, step: str) -> tuple[StepperStage, ...]:
        """Say how far the applicant has come."""
        return stages([self.title(each) for each in self.steps], self.steps.index(step) if step in self.steps else 0)

    def title(self, step: str) -> str:
        """Name a page."""
        if step == contact.PAGE:
            return say("portal.contact.title" if self.asks_contact else "portal.contact.lacks_title")
        if step == REVIEW:
            return say("portal.review.short")
        return self.view.service.text(f"forms.apply.pages.{step}.title", self.visitor.lang, step)

    def next_step(self, step: str) -> str:
        """Name the page after one, given the answers as they are now."""
        at = self.steps.index(step) if step in self.steps else -1
        return self.steps[min(at + 1, len(self.steps) - 1)]

    def step_before(self, step: str) -> str:
        """Name the page before one, "" for the first."""
        at = self.steps.index(step) if step in self.steps else 0
        return self.steps[at - 1] if at > 0 else ""

    def url(self, step: str) -> str:
        """Give the address of a page."""
        return f"/permohonan/{self.id}/{step}/"

    def file_url(self, document: str) -> str:
        """Give the address under which the applicant sees a file they gave."""
        return f"/permohonan/{self.id}/bukti/{document}/"

    # ---- judging and drawing

    def judged(self, answers: Mapping[str, Any], page: str | None = None) -> forms.Checked:
        """Judge answers against the whole form, with the facts of the files they name."""
        facts = case_queries.file_facts(self.view.draft.vault_id, self.form, answers)
        return forms.validate(self.form, answers, self.scope, page=page, files=facts)

    def drawing(
        self, answers: Mapping[str, Any], errors: Mapping[str, str], searches: Mapping[str, str], added: str = ""
    ) -> rendering.Drawing:
        """Gather what drawing a page needs."""
        return rendering.Drawing(
            self.form,
            self.scope,
            self.view.service.texts,
            self.visitor.lang,
            errors,
            stored_files(self.form, answers, self.file_url),
            searches,
            added=added,
            offering=self.offered,
        )

    def contact_drawing(self, errors: Mapping[str, str]) -> rendering.Drawing:
        """Gather what drawing the page about the applicant needs."""
        lang = self.visitor.lang
        return rendering.Drawing(
            self.contact_form, JudgingScope(now=self.visitor.now, lang=lang), self.contact_texts, lang, errors,
            own=self.view.draft.on_behalf_of_id is None,
        )  # fmt: skip

    def say_errors(self, checked: forms.Checked) -> dict[str, str]:
        """Put errors of the form into words."""
        return rendering.say_errors(checked.errors, self.view.service.texts, self.visitor.lang)

    def say_contact_errors(self, checked: forms.Checked) -> dict[str, str]:
        """Put errors about the applicant into words; the portal's own rule has its own."""
        said = rendering.say_errors(
            [one for one in checked.errors if one.code != "contact-needed"],
            self.contact_texts,
            self.visitor.lang,
        )
        own = {one.path: say("portal.contact.needed") for one in checked.errors if one.code == "contact-needed"}
        return said | own

    def facts_of(self, page: FormPage, checked: forms.Checked) -> tuple[Fact, ...]:
        """List the answers of a page for the review, each with the way to change it."""
        rows = []
        for one in forms.visible_fields(self.form, page, self.answers, self.scope):
            if one.kind == "info":
                continue
            shown = forms.show(
                one,
                rendering.mask_rows(one, checked.answers.get(one.name))
                if one.offered
                else checked.answers.get(one.name),
                self.view.service.texts,
                self.visitor.lang,
                tables=self.scope.tables,
                zone=ZoneInfo(self.view.service.zone),
            )
            label = self.view.service.text(f"{one.text_key}.label", self.visitor.lang, one.name)
            fixed = one.is_computed or one.name in self.scope.given
            rows.append(Fact(label, shown, "" if fixed else f"{self.url(page.id)}?kembali=1#{one.name}"))
        return tuple(rows)

    @property
    def statement(self) -> str:
        """Give what the service's own form had declared and was ticked, "" where it asks no such thing: one is enough."""
        asked = (  # at its end, where one declares; a tick elsewhere says something else
            one
            for one in forms.visible_fields(self.form, self.pages[-1], self.answers, self.scope)
            if one.must_be_true and one.required and forms.as_taken(one, self.answers.get(one.name), self.scope) is True
        )
        one = next(asked, None)
        return self.view.service.text(f"{one.text_key}.label", self.visitor.lang, "") if one else ""

    def promised(self, checked: forms.Checked) -> str:
        """Say how long the office may take for these answers; all its periods while some answer is missing."""
        answers = None if checked.errors else checked.answers
        return case_queries.say_promise(
            self.view.service,
            answers,
            self.scope.reserved,
            self.visitor.now,
            self.visitor.actor.channel,
            self.visitor.lang,
        )

    # ---- writing

    def save(self, answers: Mapping[str, Any], step: str) -> None:
        """Keep the answers as typed."""
        kept = {**self.view.answers, **answers}
        for name in set(self.answers) - set(answers):
            kept.pop(name, None)
        self._store(kept, step)
        for name in ("answers", "pages", "steps"):
            self.__dict__.pop(name, None)

    def keep_beside(self, changed: Mapping[str, Any]) -> None:
        """Keep what others fill in, without moving where its writer is."""
        self._store({**self.view.answers, **changed}, self.view.draft.page)

    def save_contact(self, told: Mapping[str, Any]) -> None:
        """Keep what the applicant told about themselves, as typed."""
        kept = {**self.view.answers, CONTACT: dict(told)}
        self._store(kept, contact.PAGE)
        for name in (
            "contact_checked",
            "told",
            "applicant",
            "contacts",
            "must_prove",
            "reach",
            "scope",
            "pages",
            "steps",
        ):
            self.__dict__.pop(name, None)

    def _store(self, kept: Mapping[str, Any], step: str) -> None:
        stands = cases.save_draft(
            actor=self.visitor.actor,
            now=self.visitor.now,
            draft_id=self.id,
            secret=self.secret,
            answers=kept,
            seen=self.view.answers,
            page=step,
        )
        self.view = replace(self.view, answers=stands)

    def keep_file(self, one: forms.Field, file: "UploadedFile[bytes]") -> dict[str, Any]:
        """Store an uploaded file under the draft's key."""
        return store_file(self.view.draft.vault_id, one, file, self.visitor)

    def submit(self) -> cases.Submitted:
        """Send the application; the same draft is sent once, however often the button is pressed."""
        told = self.told if self.asks_contact or self.lacks else {}
        return cases.submit(
            cases.Submission(
                # a guest's repetition is answered with the tracking code, so its id rests on the secret of their draft
                id=uuid5(self.id, f"submit {self.secret}" if self.asks_contact else "submit"),
                actor=self.visitor.actor,
                now=self.visitor.now,
                service_id=self.view.service.id,
                answers=self.answers,
                contact=told,
                on_behalf_of=self.view.draft.on_behalf_of_id,
                lang=self.visitor.lang,
                draft_id=self.id,
                service_key=self.view.draft.service_key,
                post_id=self.post_id,
            )
        )


def open_application(request: HttpRequest, visitor: Visitor, draft_id: UUID) -> Application:
    """Open a draft for its writer. :raises NotFound: for everybody else."""
    secret = secret_of(request, DRAFTS, str(draft_id))
    return Application(visitor, secret, case_queries.access_draft(visitor.actor, draft_id, secret=secret))
