"""The endpoints: each reads its token, makes one domain call, and answers."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, get_args
from uuid import UUID

import pydantic
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from ninja import File, Header, NinjaAPI, Status
from ninja.decorators import decorate_view
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.files import UploadedFile
from ninja.security import HttpBearer

from balai import __version__
from balai.base import access_log, canonical, errors, intake, patience, throttle
from balai.base.actors import Actor
from balai.casework.cases import actions, queries
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import queries as letters
from balai.doors.api import shapes
from balai.doors.api.errors import NoToken
from balai.doors.api.tokens import TokenHolder, open_token
from balai.engine import forms, manifest
from balai.engine.letters import FIELDS
from balai.records.documents import actions as documents
from balai.records.entrance.machines import REFUSALS, Key, ProblemDetails, Side, actor_of, command_id, holder_of

MAX_FILE = 10_000_000
DraftSecret = Annotated[str, Header(alias="X-Draft-Secret", description="what starting the draft gave")]


class Bearer(HttpBearer):
    """Reads the token of a request."""

    def authenticate(self, request: HttpRequest, token: str) -> TokenHolder:
        """Give the token's holder. :raises NoToken: for a token that does not count."""
        return open_token(token, timezone.now())


BEARER = Bearer()


class Described(NinjaAPI):
    """The API with its description mended where ninja cannot know: refusals are problem details."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> Any:
        """Describe the API, refusals as `application/problem+json` and every operation's token as it is asked for."""
        described = super().get_openapi_schema(*args, **kwargs)
        for path in described["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "content" in answer:
                        answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        return described


api = Described(
    title="Balai",
    version=__version__,
    description="The deeds of a city hall for machines. One error shape, idempotency keys, scopes.",
    auth=BEARER,
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    docs_decorator=require_safe,
)

# ---- one error shape ------------------------------------------------------------------------------------------------


def lang_of(request: HttpRequest) -> str:
    """Give the language the caller asked for."""
    return "en" if request.META.get("HTTP_ACCEPT_LANGUAGE", "id").lower().startswith("en") else "id"


def problem(
    request: HttpRequest, status: int, code: str, detail: str, fields: dict[str, str] | None = None
) -> HttpResponse:
    """Answer a refusal as RFC 9457 problem details."""
    body = {
        "type": f"urn:balai:error:{code}", "title": code.replace("-", " "), "status": status, "code": code,
        "detail": detail, "fields": fields or {},
    }  # fmt: skip
    return HttpResponse(canonical.write(body), status=status, content_type="application/problem+json")


@api.exception_handler(errors.BalaiError)
def on_refusal(request: HttpRequest, error: errors.BalaiError) -> HttpResponse:
    """Answer a refusal of the house."""
    if isinstance(error, errors.Altered):
        access_log.note_altered(error, actor="api", now=timezone.now())
    answer = problem(request, error.status, error.code, error.message(lang_of(request)), error.fields)
    if error.status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    if error.status == 429 and "seconds" in error.params:
        answer["Retry-After"] = str(error.params["seconds"])
    return answer


@api.exception_handler(InterfaceError)
@api.exception_handler(OperationalError)
@api.exception_handler(OSError)
def on_silence(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer when the database does not, or the disk takes nothing; any other fault of the system is a bug."""
    if not patience.is_outage(error):
        raise error
    patience.hear(error)
    return on_refusal(request, errors.Unavailable("hall-busy"))


@api.exception_handler(AuthenticationError)
def on_no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Answer a call that shows no token at all."""
    return on_refusal(request, NoToken())


@api.exception_handler(ValidationError)
def on_bad_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a body that does not have the shape the endpoint takes."""
    fields = {".".join(str(part) for part in each["loc"]): str(each["msg"]) for each in error.errors}
    return problem(
        request,
        422,
        "bad-shape",
        "Bentuk permintaan tidak sesuai OpenAPI. / The request does not fit the OpenAPI.",
        fields,
    )


@api.exception_handler(HttpError)
def on_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a body that is no JSON at all."""
    return problem(
        request, error.status_code, "bad-shape", "Isi permintaan bukan JSON yang sah. / The body is not valid JSON."
    )


@api.exception_handler(RequestDataTooBig)
def on_too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Answer a body larger than this installation takes."""
    return problem(request, 413, "too-big", "Isi permintaan terlalu besar. / The body is too large.")


# ---- the straight way of deeds --------------------------------------------------------------------------------------


def straight(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead a deed's request straight to its endpoint; what it takes and answers stays as ninja describes it.

    ninja reads each kind of parameter through a model of its own and prepares an answer nobody uses: a tenth of what a whole
    deed costs. A deed takes its body, its key and a side, so these are read here.
    """
    endpoint: Callable[..., HttpResponse] = run.__self__.view_func  # type: ignore[attr-defined]
    takes = inspect.signature(endpoint).parameters
    shape: type[pydantic.BaseModel] | None = takes["body"].annotation if "body" in takes else None
    side = takes["side"].default if "side" in takes else None

    def lead(request: HttpRequest, **given: Any) -> HttpResponse:
        try:
            request.auth = _authenticated(request)  # type: ignore[attr-defined]
            if shape is not None:
                given["body"] = _read(shape, request.body)
            if side is not None:
                given["side"] = _side_of(request, side)
            return endpoint(request, idempotency_key=_key_of(request), **given)
        except Exception as error:  # noqa: BLE001 (the API turns what it knows into a problem, and raises the rest)
            return api.on_exception(request, error)

    return lead


def _authenticated(request: HttpRequest) -> TokenHolder:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NoToken
    return BEARER.authenticate(request, token)


def _read(shape: type[pydantic.BaseModel], body: bytes) -> pydantic.BaseModel:
    try:
        return shape.model_validate_json(body)
    except pydantic.ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        if faults[0]["type"] == "json_invalid":
            raise HttpError(400, faults[0]["msg"]) from error
        raise ValidationError([{**fault, "loc": ("body", *fault["loc"])} for fault in faults]) from error


def _key_of(request: HttpRequest) -> str:
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        raise ValidationError([{"loc": ("header", "Idempotency-Key"), "msg": "Field required"}])
    return str(key)


def _side_of(request: HttpRequest, usual: str) -> str:
    side = request.GET.get("side", usual) if request.META.get("QUERY_STRING") else usual
    if side not in get_args(Side):
        raise ValidationError([{"loc": ("query", "side"), "msg": f"One of {', '.join(get_args(Side))}"}])
    return side


def _uuid(text: str) -> UUID:
    """Read an id from outside. :raises NotFound: for what is none."""
    try:
        return UUID(text)
    except ValueError as error:
        raise errors.NotFound from error


def _deed_done(body: dict[str, Any], status: int = 200) -> HttpResponse:
    """Answer a deed. Its shape is held by a test: to have it checked again on each request costs as much as the routing."""
    return HttpResponse(canonical.write(body), status=status, content_type="application/json")


# ---- services -------------------------------------------------------------------------------------------------------


def _service(service: manifest.Service, lang: str) -> dict[str, Any]:
    now = timezone.now()
    paused, law = catalogue.find_pause(service.id, now), catalogue.get_law(service, now)
    return {
        "taking": paused is None, "paused_reason": paused.words(lang) if paused else "",
        "paused_until": paused.until.isoformat() if paused and paused.until else None,
        "id": service.id, "version": service.version, "title": service.text("title", lang),
        "summary": service.text("summary", lang, ""), "in_force": service.in_force, "issuer": service.issuer,
        "identity": service.identity, "unconfirmed": law.is_unconfirmed,
        "due": "; ".join(service.promised(one, lang) for one in service.time.promises),
        "promises": [_promise(service, one, law, lang) for one in service.time.promises],
    }  # fmt: skip


def _promise(
    service: manifest.Service, promise: manifest.Promise, law: catalogue.ServiceLaw, lang: str
) -> dict[str, Any]:
    return {
        "id": promise.id, "amount": promise.due.amount, "unit": promise.due.unit, "due": promise.due.text(lang),
        "applies_to": service.text(f"time.{promise.id}", lang, "") if promise.id else "",
        "basis": promise.basis, "confirmed": law.at(catalogue.place_of(service, promise)).confirmed,
    }  # fmt: skip


@api.get("/services", response={200: list[shapes.ServiceOut], 429: ProblemDetails}, auth=None, tags=["services"])
def list_services(request: HttpRequest, q: str = "") -> Any:
    """List the services open now, or those that answer the words in `q`."""
    lang, now = lang_of(request), timezone.now()
    found = catalogue.search_services(intake.plain(q, 200, "q"), now) if q.strip() else catalogue.list_offered(now)
    return [_service(service, lang) for service in found]


@api.get(
    "/services/{service_id}", response={200: shapes.ServiceDetail, 404: ProblemDetails}, auth=None, tags=["services"]
)
def show_service(request: HttpRequest, service_id: str) -> Any:
    """Show one service with the JSON Schema of its application."""
    service = catalogue.get_public_service(service_id)
    return _service(service, lang_of(request)) | {"form": forms.json_schema(service.forms["apply"])}


# ---- applying -------------------------------------------------------------------------------------------------------


@api.post("/drafts", response={201: shapes.DraftOut, **REFUSALS}, tags=["applying"])
def start_draft(request: HttpRequest, body: shapes.DraftIn) -> Any:
    """Begin an application that will have files."""
    actor = holder_of(request, "cases:submit").as_citizen()
    draft_id, secret = actions.start_draft(actor=actor, now=timezone.now(), service_id=body.service, answers={})
    return Status(201, {"id": str(draft_id), "secret": secret})


@api.post(
    "/drafts/{draft_id}/files", response={201: shapes.FileOut, 503: ProblemDetails, **REFUSALS}, tags=["applying"]
)
def add_file(request: HttpRequest, draft_id: str, file: File[UploadedFile], x_draft_secret: DraftSecret = "") -> Any:
    """Add a file to a draft; its type is looked at, not believed. Name the `document` in the answers."""
    actor, now = holder_of(request, "cases:submit").as_citizen(), timezone.now()
    found = queries.access_draft(actor, _uuid(draft_id), secret=x_draft_secret)
    stored = documents.store(
        found.draft.vault_id, file.chunks(), name=file.name or "berkas", declared_type=file.content_type or "", actor=actor,
        now=now, max_bytes=MAX_FILE, declared_size=file.size,
    )  # fmt: skip
    return Status(
        201,
        {
            "document": str(stored.id),
            "name": file.name or "berkas",
            "type": stored.media_type,
            "size": stored.size,
        },
    )


@api.post("/cases", response={201: shapes.SubmitOut, **REFUSALS}, tags=["applying"])
@decorate_view(straight)
def submit(request: HttpRequest, body: shapes.SubmitIn, idempotency_key: Key) -> Any:
    """Send an application. The same Idempotency-Key (a UUID) twice is one case."""
    holder, now = holder_of(request, "cases:submit"), timezone.now()
    draft_id = _uuid(body.draft) if body.draft else None
    if draft_id is not None:
        queries.access_draft(holder.as_citizen(), draft_id, secret=body.secret)
    submitted = actions.submit(
        actions.Submission(
            id=command_id(idempotency_key), actor=holder.as_citizen(), now=now, service_id=body.service,
            answers=body.answers, lang=lang_of(request), draft_id=draft_id,
            on_behalf_of=_uuid(body.on_behalf_of) if body.on_behalf_of else None,
            contact={name: value for name, value in body.applicant.items() if name in (*FIELDS, "document", "nationality", "guardian")},
        )
    )  # fmt: skip
    return _deed_done({"number": submitted.number, "track_code": submitted.track_code}, 201)


# ---- cases ----------------------------------------------------------------------------------------------------------


@api.get("/cases/{number}", response={200: shapes.CaseOut, **REFUSALS}, tags=["cases"])
def show_case(request: HttpRequest, number: str, side: Side = "citizen") -> Any:
    """Show a case as its holder (`side=citizen`) or as an officer (`side=officer`) sees it; the reading is recorded."""
    actor = actor_of(request, "cases:read", side)
    return _case(queries.open_case(actor, number, now=timezone.now(), purpose="api"), lang_of(request))


def _case(view: queries.CaseView, lang: str) -> dict[str, Any]:
    row, service = view.row, view.service
    return {
        "number": row.number, "service": row.service_id, "version": service.version, "status": row.status,
        "outcome": row.outcome, "unit": row.unit_name, "submitted_at": row.submitted_at, "due_at": row.due_at,
        "closed_at": row.closed_at, "paused": row.paused_at is not None, "answers": row.data.get("apply", {}),
        "tasks": [_task(service, task, lang) for task in view.my_tasks],
        "timeline": [{"at": each.at, "action": each.action, "step": each.node} for each in view.timeline],
        "external_ids": dict(view.external_ids), "linked": _linked(view),
    }  # fmt: skip


def _linked(view: queries.CaseView) -> list[dict[str, Any]]:
    """List what is linked to a case; an open one that is about no other has nothing."""
    if view.row.closed_at is None and view.service.about is None:
        return []
    return [
        {"number": one.number, "service": one.service_id, "kind": one.kind, "follows": one.follows, "status": one.status,
         "outcome": one.outcome}
        for one in queries.list_linked(view.row.id)
    ]  # fmt: skip


def _task(service: manifest.Service, task: queries.TaskRow, lang: str) -> dict[str, Any]:
    step = service.steps[task.node]
    return {
        "token": task.token, "step": task.node, "title": service.text(f"steps.{task.node}.title", lang, task.node),
        "role": task.role, "due_at": task.due_at,
        "form": forms.json_schema(service.forms[step.form]) if step.form else None,
    }  # fmt: skip


@api.post("/cases/{number}/tasks/{token}", response={200: shapes.MovedOut, **REFUSALS}, tags=["cases"])
@decorate_view(straight)
def complete_task(
    request: HttpRequest, number: str, token: str, body: shapes.CompleteIn, idempotency_key: Key, side: Side = "officer"
) -> Any:
    """Complete a task with its form's answers. A letter is never signed here: that takes a person at the desk."""
    actor = actor_of(request, "tasks:complete", side)
    return _act(
        request, actor, number, idempotency_key, "complete", token=intake.plain(token, 24, "token"), data=body.data
    )


@api.post("/cases/{number}/tasks/{token}/back", response={200: shapes.MovedOut, **REFUSALS}, tags=["cases"])
@decorate_view(straight)
def send_back(request: HttpRequest, number: str, token: str, body: shapes.SendBackIn, idempotency_key: Key) -> Any:
    """Send a case from a head's decision back to the officer before, with a reason; the applicant is not told."""
    actor = actor_of(request, "tasks:complete", "officer")
    place = intake.plain(token, 24, "token")
    return _act(request, actor, number, idempotency_key, "send-back", token=place, reason=body.reason)


@api.post("/cases/{number}/process-messages/{name}", response={200: shapes.MovedOut, **REFUSALS}, tags=["cases"])
@decorate_view(straight)
def send_message(request: HttpRequest, number: str, name: str, body: shapes.MessageData, idempotency_key: Key) -> Any:
    """Send a message that a case waits for, as its service lets a machine of somebody with that role."""
    actor = actor_of(request, "messages:send", "officer")
    data = {"name": intake.plain(name, 40, "name"), "data": body.data}
    return _act(request, actor, number, idempotency_key, "message", data=data)


@api.post("/cases/{number}/withdraw", response={200: shapes.MovedOut, **REFUSALS}, tags=["cases"])
@decorate_view(straight)
def withdraw(request: HttpRequest, number: str, idempotency_key: Key) -> Any:
    """Withdraw a case at its holder's word."""
    return _act(request, actor_of(request, "cases:submit", "citizen"), number, idempotency_key, "withdraw")


def _act(request: HttpRequest, actor: Actor, number: str, key: str, action: Any, **more: Any) -> HttpResponse:
    moved = actions.act(  # not held: a machine has no second look (docs/reference/api.md, No undoing)
        actions.Command(
            id=command_id(key), actor=actor, now=timezone.now(), case_id=queries.find_case_id(number), action=action,
            lang=lang_of(request), **more,
        )
    )  # fmt: skip
    return _deed_done(
        {
            "number": moved.number, "status": moved.status, "outcome": moved.outcome, "revision": moved.revision,
            "next_steps": [task.node for task in moved.next_tasks],
        }
    )  # fmt: skip


@api.get("/inbox", response={200: list[shapes.ListedOut], **REFUSALS}, tags=["cases"])
def list_inbox(request: HttpRequest, which: queries.Which = "mine", limit: int = 50) -> Any:
    """List the open tasks of the token's person, by due date; `unit` lists what they might take, `all` of units they head."""
    holder = holder_of(request, "cases:read")
    now = timezone.now()
    found = queries.list_inbox(holder.person_id, now=now, which=which, limit=max(1, min(limit, 200)))
    queries.record_list(
        holder.as_officer(), "api-inbox", ((each.case_id, each.applicant_id) for each in found), now=now
    )
    return [
        {
            "number": each.number, "service": each.service_id, "step": each.node, "token": each.token,
            "holder": each.holder_masked, "status": each.status, "submitted_at": each.submitted_at,
            "due_at": each.task_due_at,
        }
        for each in found
    ]  # fmt: skip


# ---- letters --------------------------------------------------------------------------------------------------------


@api.get(
    "/letters/{code}",
    response={200: shapes.LetterOut, 404: ProblemDetails, 429: ProblemDetails},
    auth=None,
    tags=["letters"],
)
def check_letter(request: HttpRequest, code: str) -> Any:
    """Tell what a letter's code stands for; the holder is masked."""
    now = timezone.now()
    throttle.take("api-letter", throttle.address_of(request), limit=60, per=timedelta(minutes=1), now=now)
    found = letters.find_letter_by_code(code, now=now)
    if found is None:
        raise errors.NotFound
    return {
        "number": found.number, "title": found.title, "issuer": found.issuer, "date": found.date.isoformat(),
        "status": found.status, "holder": found.holder_masked, "signer_title": found.signer_title,
        "automatic": found.automatic, "demo": found.demo, "in_force": found.in_force,
        "valid_until": found.valid_until.isoformat() if found.valid_until else None,
    }  # fmt: skip
