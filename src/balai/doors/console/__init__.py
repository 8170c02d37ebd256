"""The console: the `balai` command, for those who run a hall, write its services or carry it on.

Each subcommand is a module in `commands`, with `HELP`, `add_arguments` and `run`.
"""
