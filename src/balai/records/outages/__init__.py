"""Outages: stretches in which the hall could not be used, whether it was down, read-only, or out of reach.

A recorded outage is a fact that deadlines rest on: casework hears of it and gives citizens the time back. Here too is the switch
that makes the hall read-only, the sign of life by which an outage is found afterwards, and the status page outside the process.
"""
