"""Vaults: what is sealed opens only where it was sealed, and never again once shredded."""

from datetime import UTC, datetime

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


def test_lookup_hashes_are_keyed_and_kind_bound():
    assert crypto.lookup_hash("nik", "9901014101900001") == crypto.lookup_hash("nik", "9901014101900001")
    assert crypto.lookup_hash("nik", "1") != crypto.lookup_hash("phone", "1")
