"""The service the lifecycles are measured with: what `balai new-service` writes, its one file left optional."""

from pathlib import Path

from django.utils import timezone

from balai.casework.catalogue import queries as catalogue
from balai.casework.catalogue.folders import SERVICES
from balai.doors.console.commands.new_service import TEMPLATE
from balai.engine import manifest
from balai.engine.manifest import scaffold
from balai.records.folders import disk, packing
from balai.records.folders.models import FolderVersion

ID = "layanan-ukur"
VILLAGE = "64.72.05.1003"
ANSWERS = {
    "village": VILLAGE, "reason": "Mengukur kecepatan balai kota", "phone": "081234567890", "true_statement": True,
}  # fmt: skip
CHECK = {"result": "complete"}
DECIDE = {"outcome": "grant", "reason": "Berkas lengkap"}


def open_bench_service(town: Path) -> manifest.Service:
    """Open the measured service for applications."""
    files = scaffold.fill_template(
        disk.read_files(TEMPLATE), id_=ID, title="Layanan ukur", title_en="Measured", short="LU"
    )
    required = b"required: [village, reason, document, phone, true_statement]"
    assert required in files["form.yaml"], "the template changed; the measured form must need no file"
    files["form.yaml"] = files["form.yaml"].replace(required, required.replace(b"document, ", b""))
    town_files = disk.read_town_files(town)
    service = manifest.read_service(files, folder=ID, town=manifest.read_town(town_files), published=True)
    FolderVersion.objects.get_or_create(
        key=service.key,
        defaults={
            "kind": SERVICES.name, "folder_id": ID, "version": service.version,
            "files": packing.pack(files, town_files), "published_at": timezone.now(),
        },
    )  # fmt: skip
    catalogue.forget_current()
    return service
