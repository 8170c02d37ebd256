"""Vaults: what is sealed opens only where it was sealed, and never again once shredded."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from balai.base import crypto
from balai.base.errors import NotFound
from balai.base.models import Vault

pytestmark = pytest.mark.django_db


def test_what_is_sealed_opens_in_its_place_only():
    vault = crypto.new_vault()
    sealed = crypto.seal(vault.id, b"rahasia", "case:answers")
    assert b"rahasia" not in sealed
    assert crypto.open_sealed(vault.id, sealed, "case:answers") == b"rahasia"
    with pytest.raises(crypto.Tampered):
        crypto.open_sealed(vault.id, sealed, "case:notes")
    with pytest.raises(crypto.Tampered):
        crypto.open_sealed(crypto.new_vault().id, sealed, "case:answers")
    with pytest.raises(crypto.Tampered):
        crypto.open_sealed(vault.id, sealed[:-1] + bytes([sealed[-1] ^ 1]), "case:answers")


def test_shredding_forgets_for_good():
    vault = crypto.new_vault()
    sealed = crypto.seal(vault.id, b"rahasia", "case:answers")
    crypto.shred(vault.id, datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(NotFound) as refused:
        crypto.open_sealed(vault.id, sealed, "case:answers")
    assert refused.value.code == "vault-shredded"


def test_a_wrapped_key_cannot_be_given_to_another_vault():
    first, second = crypto.new_vault(), crypto.new_vault()
    with pytest.raises(crypto.Tampered):
        crypto.unwrap(second.id, Vault.objects.get(id=first.id).wrapped_key)


def test_a_key_that_is_bound_to_holders_opens_for_them_alone():
    siti, joko = uuid4(), uuid4()
    vault = crypto.new_vault(crypto.holders_of(siti, None))
    wrapped = Vault.objects.get(id=vault.id).wrapped_key
    assert crypto.unwrap(vault.id, wrapped) == crypto.data_key(vault.id) == vault.key
    assert crypto.unwrap(vault.id, wrapped, crypto.holders_of(siti, None)) == vault.key
    assert crypto.read_holders(vault.id, wrapped) == crypto.holders_of(siti, None)
    for others in (crypto.holders_of(joko, None), crypto.holders_of(None, siti), crypto.holders_of(siti, siti), b""):
        with pytest.raises(crypto.Tampered):
            crypto.unwrap(vault.id, wrapped, others)


def test_a_key_that_says_falsely_whom_it_is_bound_to_does_not_open():
    siti, joko = uuid4(), uuid4()
    vault = crypto.new_vault(crypto.holders_of(siti, None))
    wrapped = bytes(Vault.objects.get(id=vault.id).wrapped_key)
    for forged in (wrapped.replace(siti.bytes, joko.bytes), wrapped[33:], b"\x02" + wrapped[33:]):
        with pytest.raises(crypto.Tampered):
            crypto.unwrap(vault.id, forged)
    assert crypto.read_holders(vault.id, wrapped.replace(siti.bytes, joko.bytes)) is None


def test_a_key_is_bound_anew_and_one_that_was_shredded_stays_so():
    first, second = crypto.holders_of(uuid4(), None), crypto.holders_of(uuid4(), uuid4())
    vault = crypto.new_vault(first)
    crypto.bind(vault.id, vault.key, second)
    assert crypto.unwrap(vault.id, Vault.objects.get(id=vault.id).wrapped_key, second) == vault.key
    crypto.shred(vault.id, datetime(2026, 1, 1, tzinfo=UTC))
    crypto.bind(vault.id, vault.key, first)
    assert Vault.objects.get(id=vault.id).wrapped_key is None


def test_lookup_hashes_are_keyed_and_kind_bound():
    assert crypto.lookup_hash("nik", "9901014101900001") == crypto.lookup_hash("nik", "9901014101900001")
    assert crypto.lookup_hash("nik", "1") != crypto.lookup_hash("phone", "1")
