"""Facts that the room publishes."""

DOSSIER_ASKED = "audits.dossier-asked"  # {"dossier": id}: a case is to be put together as one sealed file
