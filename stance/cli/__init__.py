"""The command line: parses and calls; all else is imported by the command that needs it."""

from stance.cli import documents, known, measure, tables
from stance.cli.group import app

__all__ = ["app", "documents", "known", "measure", "tables"]
