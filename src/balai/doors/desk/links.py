"""The desk's pages that messages and alerts lead to."""

from balai.base.pages import links

links.lead("officer.case", "/meja/berkas/{}/", "desk:case")
links.lead("officer.counter-form", "/meja/loket/{}/", "desk:counter-form")
links.lead("officer.services", "/meja/layanan-pegawai/", "desk:own-services")
links.lead("officer.leave", "/meja/cuti/", "desk:leave")
links.lead("officer.readings", "/meja/pembacaan/", "desk:readings")
links.lead("officer.law", "/meja/hukum/", "desk:law")
links.lead("officer.silence", "/meja/hukum/diam/", "desk:silences")
links.lead("admin.home", "/meja/kelola/", "desk:admin")
links.lead("admin.stuck", "/meja/kelola/tersendat/", "desk:admin-stuck")
links.lead("admin.units", "/meja/kelola/unit/", "desk:admin-units")
links.lead("admin.unit", "/meja/kelola/unit/{}/", "desk:admin-unit")
links.lead("admin.outbox", "/meja/kelola/kotak-keluar/", "desk:admin-outbox")
links.lead("archive.case", "/meja/arsip/{}/", "desk:archive-case")
links.lead("audit.case", "/meja/periksa/berkas/{}/", "desk:audit-case")
