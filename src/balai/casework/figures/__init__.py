"""Figures: how many, how long, how punctual, per service, unit and month. Counted from cases; nothing is stored twice."""
