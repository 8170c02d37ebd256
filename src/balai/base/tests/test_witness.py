"""A witness signs what grew and nothing else; a watcher names what does not hold."""

import threading
from pathlib import Path

import pytest

from balai.base.tlog import bundle, follow, merkle, notes, tiles
from balai.base.tlog.witness import CosignRequest, Witness

LOG = notes.NoteSigner("hall.example/log", bytes(range(32)))
NEW = notes.NoteSigner("hall.example/log", bytes(range(1, 33)))
SAKSI = notes.NoteSigner("saksi.example", bytes(range(32, 64)), notes.WITNESS)


class Published:
    """A log made by hand: its files, and what signs it."""

    def __init__(self, word: str = "entry") -> None:
        self.word, self.edge, self.files, self.data = word, tiles.RightEdge(), {}, []

    def grow(self, count: int, *signers: notes.NoteSigner, word: str = "") -> str:
        fresh = [f"{word or self.word} {len(self.data) + number}".encode() for number in range(count)]
        self.data += fresh
        self.files |= {
            tile.path: content for tile, content in self.edge.append([merkle.hash_leaf(each) for each in fresh])
        }
        for at in range(0, len(self.data), 256):
            some = self.data[at : at + 256]
            self.files[tiles.Tile(-1, at // 256, len(some)).path] = tiles.pack(some)
        note = notes.Checkpoint(LOG.name, self.edge.size, self.edge.root).sign(signers or [LOG])
        self.files["checkpoint"] = str(note).encode()
        return str(note)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise tiles.TileMissing(f"{path} is missing")
        return self.files[path]

    def ask(self, before: int) -> bytes:
        proof = tiles.Tree(self.read, self.edge.size).prove_consistency(before) if before else []
        return str(CosignRequest(before, tuple(proof), self.files["checkpoint"].decode())).encode()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path / "seen", SAKSI, [LOG.verifier])


# ---- witness ---------------------------------------------------------------------------------------------------------


def test_a_log_that_grows_is_cosigned_and_remembered(witness: Witness) -> None:
    log = Published()
    for count, before in ((3, 0), (300, 3), (0, 303)):
        text = log.grow(count)
        answer = witness.cosign(log.ask(before), 1000 + before)
        assert answer.status == 200, answer
        note = notes.SignedNote.read(text).beside([answer.text])
        ((key, signature),) = note.signed_by([SAKSI.verifier])
        assert (key.name, signature.seconds) == ("saksi.example", 1000 + before)
    again = Witness(witness.folder, SAKSI, [LOG.verifier])
    assert again.read_seen(LOG.name)[0] == 303


def test_a_size_it_does_not_know_is_told_the_one_it_knows(witness: Witness) -> None:
    log = Published()
    log.grow(3)
    assert witness.cosign(log.ask(0), 1).status == 200
    log.grow(2)
    for before in (0, 2):
        assert witness.cosign(log.ask(before), 2) == (409, "text/x.tlog.size", "3\n")


def test_another_history_is_refused_and_kept_as_proof(witness: Witness) -> None:
    log, other = Published(), Published("other")
    log.grow(3)
    assert witness.cosign(log.ask(0), 1).status == 200
    other.grow(3)
    assert witness.cosign(other.ask(3), 2).status == 409
    other.grow(2)
    assert witness.cosign(other.ask(3), 2).status == 422
    assert len(list(witness.folder.glob("contradiction-*.checkpoint"))) == 2
    assert witness.read_seen(LOG.name)[0] == 3


def test_what_is_no_request_of_a_known_log_is_refused(witness: Witness) -> None:
    log = Published()
    good = (log.grow(3), log.ask(0))[1].decode()
    assert witness.cosign(b"\xff", 1).status == 400
    assert witness.cosign(b"", 1).status == 400
    assert witness.cosign(good.replace("old 0", "old 00").encode(), 1).status == 400
    assert witness.cosign(good.replace("old 0", "old 4").encode(), 1).status == 400
    assert witness.cosign(good.replace("\n\n", "\n" + "AAAA\n" * 64 + "\n", 1).encode(), 1).status == 400
    assert witness.cosign(good.replace("hall.example/log\n3", "wall.example/log\n3").encode(), 1).status == 404
    assert witness.cosign(good.replace("\n3\n", "\n4\n").encode(), 1).status == 403
    log.grow(0, NEW)
    assert witness.cosign(log.ask(0), 1).status == 403
    assert witness.read_seen(LOG.name)[0] == 0


def test_two_histories_at_once_get_one_signature(witness: Witness) -> None:
    logs = [Published(f"history {number}") for number in range(8)]
    for log in logs:
        log.grow(3)
    answers: list[int] = []
    crew = [
        threading.Thread(target=lambda each=log: answers.append(witness.cosign(each.ask(0), 1).status)) for log in logs
    ]
    for each in crew:
        each.start()
    for each in crew:
        each.join()
    assert sorted(answers) == [200] + [409] * 7


# ---- watcher ---------------------------------------------------------------------------------------------------------


NEVER = follow.WatcherMemory()


def watch(log: Published, seen: follow.WatcherMemory = NEVER, **more: object) -> follow.FollowReport:
    return follow.watch(log.read, seen, keys=[LOG.verifier], **more)  # type: ignore[arg-type]


def kinds(report: follow.FollowReport) -> list[str]:
    return [fault.kind for fault in report.faults]


def test_a_log_that_grows_holds_and_is_remembered() -> None:
    log = Published()
    log.grow(300)
    first = watch(log)
    assert (first.faults, first.size, first.before) == ([], 300, 0)
    log.grow(300)
    second = watch(log, follow.WatcherMemory.unpack(first.seen.pack()))
    assert (second.faults, second.size, second.before) == ([], 600, 300)


def test_a_rewind_and_a_fork_are_told_apart() -> None:
    log, short, other = Published(), Published(), Published("other")
    log.grow(300)
    short.grow(299)
    other.grow(300)
    seen = watch(log).seen
    assert kinds(watch(short, seen)) == ["rewound"]
    assert kinds(watch(other, seen)) == ["forked"]
    other.grow(5)
    assert kinds(watch(other, seen)) == ["forked"]
    assert watch(other, seen).seen == seen


def test_what_others_were_shown_must_be_the_same_history() -> None:
    log, other = Published(), Published("other")
    log.grow(200)
    mail = log.grow(0)
    log.grow(100)
    assert watch(log, elsewhere=[("mail", mail)]).faults == []
    assert kinds(watch(log, elsewhere=[("mail", other.grow(200))])) == ["forked"]
    assert kinds(watch(log, elsewhere=[("mail", other.grow(200))])) == ["rewound"]
    assert kinds(watch(log, elsewhere=[("mail", mail.replace("\n200\n", "\n201\n"))])) == ["signature"]


def test_a_signature_that_is_not_the_logs_and_an_old_key_are_named() -> None:
    log = Published()
    log.grow(3, NEW)
    report = watch(log)
    assert kinds(report) == ["signature"] and "an old key" in report.faults[0].words
    log.grow(1, LOG, NEW)
    report = watch(log)
    assert report.faults == [] and "a new key of the log" in report.notices[0]
    log.files["checkpoint"] = log.files["checkpoint"].replace(b"\n4\n", b"\n5\n")
    assert kinds(watch(log)) == ["signature"]
    del log.files["checkpoint"]
    assert kinds(watch(log)) == ["unreachable"]


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/44", "tile/entries/000", "tile/1/000.p/1"])
def test_one_bit_in_a_tile_and_a_missing_one_are_named(path: str) -> None:
    log = Published()
    log.grow(300)
    whole = log.files[path]
    log.files[path] = whole[:9] + bytes([whole[9] ^ 1]) + whole[10:]
    report = watch(log)
    assert kinds(report) == ["tile"] and path in report.faults[0].words
    log.files[path] = whole
    seen = watch(log).seen
    del log.files[path]
    report = watch(log)
    assert kinds(report) == ["tile"] and path in report.faults[0].words
    log.files[path] = whole
    log.files["tile/entries/000"] = log.files["tile/entries/000"][:-1] + b"?"
    assert watch(log, seen).faults == []  # gone through before
    assert kinds(watch(log, seen, whole=True)) == ["tile"]


def test_silent_witnesses_are_named() -> None:
    log = Published()
    note = notes.SignedNote.read(log.grow(3))
    other = notes.NoteSigner("lain.example", bytes(32), notes.WITNESS)
    known = [SAKSI.verifier, other.verifier]
    report = watch(log, witnesses=known, least=1)
    assert kinds(report) == ["witness"] and "saksi.example, lain.example" in report.faults[0].words
    log.files["witnessed"] = str(note.beside([SAKSI.sign(note.text, 99)])).encode()
    report = watch(log, witnesses=known, least=1)
    assert (report.faults, report.witnesses) == ([], {"saksi.example": 99})
    assert kinds(watch(log, witnesses=known, least=2)) == ["witness"]


def test_ones_own_letters_are_found_and_a_foreign_one_is_named() -> None:
    log = Published()
    opening = bundle.Opening(bytes(16), bytes(32), '["letter:1",1,"2026-03-02","clock","issued",{}]')
    log.grow(2)
    log.data.append(opening.data)
    log.files |= {tile.path: content for tile, content in log.edge.append([merkle.hash_leaf(opening.data)])}
    log.grow(2)
    proof = tiles.Tree(log.read, 5).prove_inclusion(2)
    text = str(bundle.Bundle(2, tuple(proof), log.files["checkpoint"].decode(), opening.pack()))
    report = watch(log, letters=[("mine", text)])
    assert report.faults == [] and report.letters[0]["leaf"] == 2 and report.letters[0]["entry"][0] == "letter:1"
    other = Published("other")
    other.grow(5)
    assert kinds(watch(other, letters=[("mine", text)])) == ["letter"]
    assert kinds(watch(log, letters=[("mine", text.replace("index 2", "index 3"))])) == ["letter"]
