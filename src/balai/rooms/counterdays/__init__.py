"""A village counter that works a day without a line: supplies drawn in the morning, applications taken, sent in the evening.

An officer's device gets forms, numbers and tracking codes while it has a line. What it takes without one comes in later, one command
per application, under the number that was handed out; what cannot become a case by itself lies in a tray until a person has looked.
"""
