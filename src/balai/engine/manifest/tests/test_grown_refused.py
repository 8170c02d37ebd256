"""What the author's handbook shows, written wrong: each misuse is told with its file, its line and a way out."""

import pytest

from balai.engine import manifest
from balai.engine.manifest.tests.grown_folder import ROOT, list_blocks, read_grown
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problem, Problems

HANDBOOK = (ROOT / "docs/handbook/service-author.md").read_text(encoding="utf-8")
TELL, NEWS = "Tell the applicant in your own words", "Let news come into a case"
ASK, PAY, AGREE = "Ask a registry of others", "Ask to be paid", "Ask others to agree"
TICK = "Let people tick who is meant"
URL = "https://data.kota.example/usaha/{key}"
BOOK = [
    ("process.bpmn", '<userTask id="answer"/><remove id="grant"/><sequenceFlow id="grant" sourceRef="decision" targetRef="answer">'
     '<conditionExpression xsi:type="tFormalExpression">decide.outcome = "grant"</conditionExpression></sequenceFlow>'
     '<sequenceFlow id="answered" sourceRef="answer" targetRef="sign_grant"/>'),
    ("service.yaml", "steps: {answer: {role: applicant, form: answer}}"),
    ("form.yaml", "answer: {schema: {type: object, properties: {words: {type: string}}}}"),
    ("texts/id.yaml", "steps: {answer: {title: Jawab, public: Jawab}}\nforms: {answer: {pages: {all: {title: Jawab}}, fields: {words: {label: Jawaban}}}}"),
]  # fmt: skip
LATE = [
    ("process.bpmn", '<userTask id="file"/><remove id="to_refused"/><sequenceFlow id="to_refused" sourceRef="sign_refusal" targetRef="file"/>'
     '<sequenceFlow id="filed" sourceRef="file" targetRef="refused"/>'),
    ("service.yaml", "steps: {file: {role: clerk, form: check}}"),
    ("texts/id.yaml", "steps: {file: {title: Simpan, public: Disimpan}}"),
]  # fmt: skip


def faults(blocks: list[tuple[str, str]], old: str = "", new: str = "") -> list[Problem]:
    """Read what blocks make, one thing in them changed; answer what is wrong."""
    assert not old or any(old in body for _, body in blocks), old
    changed = [(path, body.replace(old, new, 1) if old else body) for path, body in blocks]
    try:
        read_grown([*changed, ("examples/granted.yaml", "{}")])
    except Problems as wrong:
        return list(wrong.problems)
    return []


@pytest.mark.parametrize(
    ("heading", "old", "new", "words"),
    [
        (TELL, "event: checked}", "event: chekced}", 'Did you mean "checked"?'),
        (TELL, "{when: checked,", "{when: seen,", "Give a step event: seen."),
        (TELL, "{when: checked, to: applicant, by: [portal, email]}", "{when: Checked, to: applicant, by: [portal]}", "small letters"),
        (TELL, "by: [portal, email]", "by: [desk]", "Add one of portal, email, sms."),
        (TELL, "{shown.apply.kind}", "{shown.apply.kin}", 'Did you mean "kind"?'),
        (TELL, "{when: checked, to", "{when: asked, to: applicant, by: [portal]}\n  - {when: checked, to", "tell of returned"),
        (NEWS, "  found: {from", "  fuond: {from", 'Add messages: {found: {from: [officer], role: …}}.'),
        (NEWS, "  found: {from", "  fuond: {from", 'Did you mean "found"?'),
        (NEWS, "[officer, api], role: clerk", "[officer, api]", "Add role: …, one of roles."),
        (NEWS, "role: clerk", "role: clrek", 'Did you mean "clerk"?'),
        (NEWS, "form: found}", "form: fuond}", 'Did you mean "found"?'),
        (NEWS, "[officer, api], role: clerk", "[case]", "Add services: [keberatan]."),
        (NEWS, "[officer, api]", "[]", "Add from: [officer], or api, or case."),
        (NEWS, "format: date}", "format: file, accept: [image/png], maxBytes: 9}", "Ask for them in a step that follows it."),
        (NEWS, "messages: {found: {title: Catat temuan lapangan}}\n", "", "Write it: people read it."),
        (NEWS, 'name="found"/>', 'name="Temuan lapangan"/>', "as in payment."),
        (ASK, """registry: '"usaha"'""", """registry: '"usha"'""", 'Did you mean "usaha"?'),
        (ASK, """registry: '"usaha"'""", "registry: apply.kind", "Name it: registry: "),
        (ASK, "{data.known.business.since}", "{data.known.business.sinse}", 'Did you mean "since"?'),
        (ASK, 'errorCode="unavailable"', 'errorCode="down"', "Known here: unavailable."),
        (PAY, "expired: unpaid", "expired: unpiad", 'Did you mean "unpaid"?'),
        (PAY, "amount: town.fee_plate, ", "", "Add amount: … ."),
        (PAY, "due: 5 working-days, ", "", "Add due: … ."),
        (PAY, "amount: town.fee_plate", "amount: town.fee_plat", 'Did you mean "fee_plate"?'),
        (PAY, "roles: [treasurer]\n", "", "Add treasurer to roles."),
        (PAY, "roles: [treasurer]", "roles: [treasurer, cashier]", "Remove it, or use it."),
        (PAY, "  - {when: paid, to: applicant, by: [portal, email]}\n", "", "Add {when: paid, to: applicant"),
        (PAY, "  - {when: asked, to: applicant, by: [portal, email]}\n", "", "Add {when: asked, to: applicant"),
        (PAY, '<serviceTask id="pay"', '<userTask id="pay"', "Draw it so: a gear"),
        (PAY, "expired: unpaid}", "expired: unpaid, letter: grant}", "takes operation, amount"),
        (PAY, "{shown.pay_check.receipt}", "{shown.pay_check.recipt}", 'Did you mean "receipt"?'),
        (AGREE, "from: apply.partners", "from: apply.partner", 'Did you mean "partners"?'),
        (AGREE, "from: apply.partners", "from: check.partners", "Write from: apply.<rows>"),
        (AGREE, "name: name, ", "name: nama, ", 'Did you mean "name"?'),
        (AGREE, "phone: phone, ", "phone: name, ", "Here fit phone."),
        (AGREE, "phone: phone, ", "", "Add phone: … or email: …"),
        (AGREE, "nik: nik, ", "nik: phone, ", "Here fit nik."),
        (AGREE, "at_least: all", "at_least: 0", "Write all, or a number from 1."),
        (AGREE, "at_least: all", "at_least: 6", "Write all, or 5 at most."),
        (AGREE, "shows: [business_name,", "shows: [busines_name,", 'Did you mean "business_name"?'),
        (AGREE, "shows: [business_name,", "shows: [phone,", "a link may be passed on"),
        (AGREE, "    due: 14 days\n", "", "Add due: … ."),
        (AGREE, "expired: unsigned", "expired: unsined", 'Did you mean "unsigned"?'),
        (AGREE, "expired: unsigned", "expired: refused", "with a code of its own"),
        (AGREE, "operation: cosign.request", "operation: notice.send", "Add operation: cosign.request"),
        (AGREE, "    due: 14 days", "    due: 14 days\n    letter: grant", "cosign.request takes operation"),
        (AGREE, '<serviceTask id="agree"', '<userTask id="agree"', "Draw it so: a gear"),
        (AGREE, 'sourceRef="correct" targetRef="agree"', 'sourceRef="correct" targetRef="check"', 'Lead the flow from "correct" back to "agree"'),
        (AGREE, ', statement: "Saya mitra usaha ini, dan setuju surat keterangan ini diminta."', "", "Write it: people read it."),
        (NEWS, "{shown.found.visited_on}", "{shown.found.day}", "visited_on"),
        (TICK, "registry: penduduk", "registry: pendduk", 'Did you mean "penduduk"?'),
        (TICK, "rows: members", "rows: member", 'Did you mean "members"?'),
        (TICK, "shows: [name, nik]", "shows: [nama]", 'Did you mean "name"?'),
        (TICK, ", shows: [name, nik]", "", "Add shows"),
        (TICK, "required: [name]", "required: [name, work]", "Ask for work apart from the rows"),
        (TICK, "type: array\n        maxItems: 10", "type: string", "Known here: compute"),
    ],
)  # fmt: skip
def test_misuse_is_told_with_a_way_out(heading: str, old: str, new: str, words: str) -> None:
    told = faults([one for one in list_blocks(HANDBOOK, heading) if not one[0].startswith("examples/")], old, new)
    (found,) = [one for one in told if words in one.fix][:1] or [None]
    assert found is not None, told
    assert found.line and found.file.startswith("services/surat-keterangan-usaha/"), found


def test_a_story_sends_what_may_be_sent() -> None:
    blocks = list_blocks(HANDBOOK, NEWS)
    assert [one.fix for one in faults(blocks, "message: found, as", "message: fuond, as")] == ['Did you mean "found"?']
    assert [one.message for one in faults(blocks, "data: {visited_on: ", "data: {visited: ")] == [
        'The message "found" brings no "visited".'
    ]
    assert "who sends the message" in faults(blocks, "message: found, as: Budi,", "message: found,")[0].message


def test_a_story_says_what_comes_of_those_who_must_agree() -> None:
    blocks = list_blocks(HANDBOOK, AGREE)
    told = faults(blocks, "cosigners: agree, becomes: expired", "cosigners: agre, becomes: expired")
    assert [one.fix for one in told] == ['Did you mean "agree"?']
    assert "becomes: agreed" in faults(blocks, "cosigners: agree, becomes: expired", "cosigners: agree")[0].fix
    assert faults(blocks, "cosigners: agree, becomes: expired", "cosigners: agree, becomes: paid")


@pytest.mark.parametrize(
    ("old", "new", "file", "words"),
    [
        (URL, "http://data.kota.example/usaha/{key}", "usaha.yaml", "Write https, or name the host under private."),
        (URL, "https://data.kota.example/usaha", "usaha.yaml", "Write https://host/path/{key}."),
        (URL, "https://{key}.example/", "usaha.yaml", "Write https://host/path/{key}."),
        ("within: 8", "within: 800", "usaha.yaml", "At most 60."),
        ("attempts: 8", "attempt: 8", "usaha.yaml", 'Did you mean "attempts"?'),
        ("http: {url", "csv: {file: a.csv, key: b}\nhttp: {url", "usaha.yaml", "Write csv: "),
        ('"format": "date"', '"format": "dat"', "usaha.schema.json", 'Did you mean "date"?'),
        ('"required": ["name"]', '"required": ["nama"]', "usaha.schema.json", "Add it to properties"),
        ('"type": "integer"', '"type": "int"', "usaha.schema.json", 'Did you mean "integer"?'),
    ],
)  # fmt: skip
def test_a_connection_says_what_it_must(old: str, new: str, file: str, words: str) -> None:
    (told,) = faults(list_blocks(HANDBOOK, ASK), old, new)
    assert (told.file, words in told.fix) == (f"town/connections/{file}", True), told
    assert told.line


def test_a_connection_has_a_schema_beside_it_and_nothing_else_lies_there() -> None:
    blocks = list_blocks(HANDBOOK, ASK)
    (told,) = faults([one for one in blocks if not one[0].endswith("schema.json")])
    assert "Write usaha.schema.json beside it" in told.fix
    (told,) = faults([*blocks, ("town/connections/warga.csv", "nik,name")])
    assert (told.file, told.message) == ("town/connections/warga.csv", "This file is no connection.")


def test_a_story_tells_what_the_registry_could() -> None:
    blocks = list_blocks(HANDBOOK, ASK)
    service = read_grown([(path, body.replace("workers: 2", "workers: dua")) for path, body in blocks])
    told = [
        problem
        for one in service.examples
        for problem in manifest.play(service, one, calendar=Weekdays(), prove=False).problems
    ]
    assert [one.message for one in told] == [
        '"known" cannot be given this record: workers is not what the schema says.'
    ]


def test_a_story_pays_what_is_asked_for() -> None:
    blocks = list_blocks(HANDBOOK, PAY)
    assert [
        one.fix for one in faults(blocks, "payment: pay, becomes: rejected", "payment: pya, becomes: rejected")
    ] == ['Did you mean "pay"?']
    assert 'Did you mean "paid"?' in [one.fix for one in faults(blocks, "becomes: rejected", "becomes: payed")]
    service = read_grown(
        [
            (
                path,
                body.replace(
                    "  - {after: P1D, payment: pay, becomes: rejected}\n", "  - {step: sign_grant, as: Ratna}\n"
                ),
            )
            for path, body in blocks
        ]
    )
    (told,) = [
        one
        for example in service.examples
        for one in manifest.play(service, example, calendar=Weekdays(), prove=False).problems
    ]
    assert '"sign_grant" is not open; open: pay.' in told.message


def test_a_step_that_waits_for_the_applicant_is_told() -> None:
    (untold,) = faults(BOOK)
    assert (untold.element, untold.message) == (
        "steps.answer",
        'Nobody tells the applicant that "answer" waits for them.',
    )
    assert "{when: asked, to: applicant" in untold.fix
    asked = ("service.yaml", "notify: [{when: asked, to: applicant, by: [sms]}]")
    words = ("texts/id.yaml", 'notices: {asked: {sms: "Giliran Anda: {step.title}. {link}"}}')
    assert faults([*BOOK, asked, words]) == []
    decided = ("service.yaml", "steps: {decide: {event: decided}}\nnotify: [{when: decided, to: applicant, by: [sms]}]")
    assert faults([*BOOK, decided, ("texts/id.yaml", "notices: {decided: {sms: Diputus}}")]) == []


def test_a_letter_that_was_signed_is_told_before_the_case_waits_again() -> None:
    (untold,) = faults(LATE)
    assert untold.element == "steps.sign_refusal"
    assert 'The letter "refusal" is signed, and the case goes on to "file"' in untold.message
    assert untold.line
    told = (
        "service.yaml",
        "steps: {sign_refusal: {event: decided}}\nnotify: [{when: decided, to: applicant, by: [sms]}]",
    )
    assert faults([*LATE, told, ("texts/id.yaml", "notices: {decided: {sms: Diputus}}")]) == []


def test_only_the_application_of_people_is_offered_a_list_about_them() -> None:
    shown = [one for one in list_blocks(HANDBOOK, TICK) if not one[0].startswith("examples/")]
    firm = [*shown, ("service.yaml", "applicant: {who: business}")]
    assert [one.fix for one in faults(firm) if "stands on no such list" in one.message] == [
        "Take offered out, or write who: resident."
    ]
    moved = faults([(path, body.replace("apply:\n", "check:\n", 1)) for path, body in shown])
    (told,) = [one for one in moved if "Only while they apply" in one.message]
    assert told.file.endswith("/form.yaml") and told.line and "registry.look_up" in told.fix


def test_a_story_offers_only_what_a_form_lets_a_registry_offer() -> None:
    shown = [one for one in list_blocks(HANDBOOK, TICK) if not one[0].startswith("examples/")]
    story = """offered: {partners: [{name: A}]}"""
    told = faults([*shown, ("examples/granted-partners.yaml", story)])
    assert [one for one in told if one.message == 'No registry offers rows for "partners".' and one.line]
    real = faults(
        [*shown, ("examples/granted-partners.yaml", 'offered: {members: [{name: A, nik: "6472010101900001"}]}')]
    )
    assert [one for one in real if one.message == "An example must not hold a real NIK."]
