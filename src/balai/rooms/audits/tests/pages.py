"""The pages of the room that the suite looks at for barriers, by who opens them."""

PAGES = {"siti": ("/tindak-lanjut/",), "ratna": ("/meja/tindak-lanjut/",)}
