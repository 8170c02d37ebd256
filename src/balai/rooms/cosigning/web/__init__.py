"""The pages of co-signers: by a link, the holder's, at a counter."""
