"""The auditor's room: search over every journal, samples that anybody can draw again, whole cases as one sealed file.

Findings, what they recommend, what the office answered and what came of it stand here too, with the clocks that run for them; the
public reads how many, and nothing else.
"""
