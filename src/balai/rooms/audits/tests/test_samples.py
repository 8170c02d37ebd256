"""Samples: drawn by a seed, the same on any machine, drawn again from what was kept; published without their cases."""

import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import NOW, Cast, apply_for_sku, appoint, make_cast, open_service
from tests.sessions import sign_in

from balai.base import journal, journal_check
from balai.base.errors import BalaiError
from balai.base.models import Access
from balai.rooms.audits import actions, queries, rules
from balai.rooms.audits.models import Sample

DAY = NOW.date()
WHY = "Surat tugas 7"


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    open_service()
    made = make_cast(NOW)
    appoint(made.joko, "auditor", "inspektorat")
    yield made


def drawn(cast: Cast, **given_: object) -> UUID:
    told = {"purpose": WHY, "since": DAY, "until": DAY, "size": 2, "seed": "benih", **given_}
    return actions.draw_sample(command_id=uuid4(), actor=cast.joko.officer, now=NOW, **told)  # type: ignore[arg-type]


def refusal(cast: Cast, **given_: object) -> str:
    with pytest.raises(BalaiError) as refused:
        drawn(cast, **given_)
    return refused.value.code


NUMBERS = st.lists(st.from_regex(r"SKU-[0-9A-Z]{4}-[0-9A-Z]{4}", fullmatch=True), min_size=1, max_size=60, unique=True)


@given(
    numbers=NUMBERS,
    seed=st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1),
    size=st.integers(1, 80),
)
def test_a_draw_depends_on_population_seed_and_size_alone(numbers: list[str], seed: str, size: int) -> None:
    text = rules.population_text(numbers)
    assert rules.population_text(reversed(numbers)) == text
    sample = rules.draw(text, seed, size)
    assert len(sample) == min(size, len(numbers)) == len(set(sample))
    assert set(sample) <= set(numbers)
    assert rules.draw(text, seed, size + 5)[: len(sample)] == sample, "a larger one only adds"


def test_each_case_is_as_likely_as_another() -> None:
    numbers = [f"SKU-{n:04}-0000" for n in range(20)]
    text, hits = rules.population_text(numbers), dict.fromkeys(numbers, 0)
    for seed in range(2000):
        for number in rules.draw(text, str(seed), 5):
            hits[number] += 1
    assert min(hits.values()) > 400 and max(hits.values()) < 600  # 500 each; five standard deviations are 97


@pytest.mark.parametrize("seed", ["benih 2026", "it's", "100% $HOME `x` \\n"])
def test_the_published_line_draws_the_same_sample_with_a_shell_alone(tmp_path: Path, seed: str) -> None:
    text = rules.population_text(f"SKU-{n:04}-AAAA" for n in range(30))
    (tmp_path / "populasi.txt").write_text(text)
    done = subprocess.run(
        ["bash", "-c", rules.recipe(seed, 7)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == rules.draw(text, seed, 7)


def test_a_sample_is_drawn_again_from_what_was_kept_and_a_change_is_seen(cast: Cast) -> None:
    numbers = {apply_for_sku(cast).number for _ in range(5)}
    row = queries.get_sample(drawn(cast))
    assert queries.redraw(row)
    assert set(queries.population_of(row).split()) == numbers
    assert set(row.drawn) <= numbers and len(row.drawn) == 2
    Sample.objects.filter(id=row.id).update(drawn=sorted(numbers - set(row.drawn))[:2])
    assert not queries.redraw(queries.get_sample(row.id))
    page = sign_in(cast.joko).get(f"/meja/pemeriksaan/sampel/{row.id}/").content.decode()
    assert "TIDAK sama" in page
    line = journal.read_stream(f"audit-sample:{row.id}")[0]
    assert (line.body["seed"], line.body["population"]) == ("benih", row.population_sha256)


def test_without_a_seed_it_is_the_journals_head(cast: Cast) -> None:
    apply_for_sku(cast)
    assert refusal(cast, seed="") == "audit-no-head"
    journal.seal_entries()
    position, head = journal_check.read_global_head()
    row = queries.get_sample(drawn(cast, seed=" "))
    assert (row.seed, row.seed_position) == (head, position)


def test_what_cannot_be_a_sample_is_refused(cast: Cast) -> None:
    apply_for_sku(cast)
    assert refusal(cast, purpose="x") == "audit-purpose"
    assert refusal(cast, until=DAY - timedelta(days=1)) == "audit-period"
    assert refusal(cast, size=0) == refusal(cast, size=501) == "audit-size"
    assert refusal(cast, since=date(2020, 1, 1), until=date(2020, 1, 2)) == "audit-empty"
    assert refusal(cast, service_id="akta-kelahiran") == "audit-empty"
    assert refusal(cast, unit_code="inspektorat") == "audit-empty"
    assert refusal(cast, outcome="granted") == "audit-empty"


def test_only_auditors_draw(cast: Cast) -> None:
    apply_for_sku(cast)
    for other in (cast.budi, cast.ratna, cast.siti):
        with pytest.raises(BalaiError) as refused:
            actions.draw_sample(
                command_id=uuid4(), actor=other.officer, now=NOW, purpose=WHY, since=DAY, until=DAY, size=1, seed="x"
            )
        assert refused.value.code == "not-found"


def test_the_public_reads_seed_and_digest_and_no_case(cast: Cast) -> None:
    number = apply_for_sku(cast).number
    row = queries.get_sample(drawn(cast, seed="benih-terbuka"))
    page = Client().get("/tindak-lanjut/").content.decode()
    assert "benih-terbuka" in page and row.population_sha256 in page
    assert number not in page and WHY not in page


def test_the_population_is_fetched_as_a_file_and_recorded(cast: Cast) -> None:
    apply_for_sku(cast)
    row = queries.get_sample(drawn(cast))
    answer = sign_in(cast.joko).get(f"/meja/pemeriksaan/sampel/{row.id}/populasi.txt")
    assert rules.digest_of(answer.content.decode()) == row.population_sha256
    assert Access.objects.filter(object=f"export:population {row.number}").count() == 1


def test_the_form_draws_and_leads_to_the_sample(cast: Cast) -> None:
    apply_for_sku(cast)
    joko = sign_in(cast.joko)
    told = {"command": str(uuid4()), "purpose": WHY, "since": str(DAY), "until": str(DAY), "size": "1", "seed": "a"}
    made = joko.post("/meja/pemeriksaan/sampel/", told)
    assert made.status_code == 302 and joko.post("/meja/pemeriksaan/sampel/", told).url == made.url, "twice is one"
    assert (
        joko.post("/meja/pemeriksaan/sampel/", {**told, "command": str(uuid4()), "since": "kapan"}).status_code == 422
    )
    shown = joko.get(made.url).content.decode()
    number = Sample.objects.get().number
    assert "hasilnya sama" in shown and f"?sampel={number}#tulis" in shown
    assert f'value="{number}"' in joko.get(f"/meja/pemeriksaan/temuan/?sampel={number}").content.decode()
