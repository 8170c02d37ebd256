"""Where a page of the hall's own may lead to in the portal: what is open to everybody. Loaded without settings; a test opens each."""

from balai.engine.manifest import markdown

for _address in (
    "/", "/layanan/", "/layanan/{service}/", "/layanan/{service}/formulir/", "/layanan/{service}/proses/",
    "/layanan/{service}/ajukan/", "/lacak/", "/lanjut/", "/v/", "/dari-kami/", "/luring/", "/aksesibilitas/", "/berkas-saya/",
    "/akun-saya/", "/akun-saya/data/", "/akun-saya/dilihat/", "/keadaan/",
):  # fmt: skip
    markdown.open_address(_address)
