"""The portal's pages: each view makes one domain call and draws the answer."""
