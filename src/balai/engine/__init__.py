"""The engine: pure Python that turns a service folder's text into objects that can be asked.

It knows no Django, does no input or output and reads no clock: what it needs is handed to it, what it decides it returns.
So it can be tested by properties, replayed from a journal, and used alone by anyone (`from balai.engine import rules`).
"""
