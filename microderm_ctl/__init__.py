"""The computer's side of a home diamond-tip microderm wand."""

__version__ = "0.1.0"
