"""What somebody needs to be served as others are, said once: an interpreter, company, large type, reading aloud, a ramp.

It is specific personal data: sealed in the person's own vault (a guest's in their application's), kept by their consent alone, and
shown to the counter and to officers of their cases, each reading written down. Large type makes their own pages larger.
"""
