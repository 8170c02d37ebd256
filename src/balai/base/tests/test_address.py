"""The public address is read strictly: what is no address of a hall is refused with a sentence, before anything starts."""

import pytest

from balai.base import address


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://layanan.kota.example", "https://layanan.kota.example"),
        ("https://layanan.kota.example/", "https://layanan.kota.example"),
        ("HTTPS://Layanan.Kota.Example:443", "https://layanan.kota.example"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.1:8443", "http://127.0.0.1:8443"),
        ("https://[2001:DB8::7]:8443", "https://[2001:db8::7]:8443"),
        ("https://kotä.example", "https://xn--kot-sla.example"),  # as every browser writes it
    ],
)
def test_an_address_is_kept_as_browsers_write_it(text: str, url: str) -> None:
    assert address.read(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "layanan.kota.example", "//layanan.kota.example", "ftp://layanan.kota.example", "https://", "https:///x",
        "https://layanan.kota.example/balai", "https://layanan.kota.example?a=1", "https://layanan.kota.example#a",
        " https://layanan.kota.example", "https://layanan.kota.example ", "https://layanan.kota.example\n",
        "https://layanan. kota.example", "https://siti@layanan.kota.example", "https://a:b@layanan.kota.example",
        "https://layanan.kota.example:", "https://layanan.kota.example:web", "https://layanan.kota.example:0",
        "https://layanan.kota.example:70000", "https://[2001:db8::7", "https://2001:db8::7", "https://a_b..example",
        "https://*.kota.example", '"https://layanan.kota.example"', "https://kota.example,https://desa.example",
        "https://-.example", "https://" + "a" * 64 + ".example", "https://[::zz]", "https://layanan.kota.example\\x",
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(address.Nonsense, match=r"BALAI_URL .*https://layanan\.kota\.example"):
        address.read(text)


def test_hosts_and_origins_follow_from_the_address() -> None:
    here = address.read("https://layanan.kota.example:8443")
    hosts = address.hosts(here, " kota-lama.example ,,.desa.example,[2001:db8::7],*")
    assert hosts[0] == "layanan.kota.example"
    assert hosts[1:4] == ["127.0.0.1", "localhost", "[::1]"]
    assert address.origins(here, hosts) == [
        "https://layanan.kota.example:8443", "https://kota-lama.example:8443", "https://*.desa.example:8443",
        "https://[2001:db8::7]:8443",
    ]  # fmt: skip


def test_loopback_is_an_origin_of_a_hall_on_loopback_alone() -> None:
    here = address.read("http://127.0.0.1:8000")
    assert address.origins(here, address.hosts(here, "")) == [
        "http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000",
    ]  # fmt: skip
