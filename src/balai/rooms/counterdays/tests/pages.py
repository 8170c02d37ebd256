"""The pages of counter days that the suite looks at for barriers, by who opens them."""

PAGES = {
    "budi": (
        "/meja/loket/bekal/", "/meja/loket/bekal/hari/", "/meja/loket/bekal/berkas/", "/meja/loket/bekal/perlu-dilihat/",
    ),
}  # fmt: skip
