"""What people type and see. One file a group of commands, one printer for text and JSON.

Nothing is imported here: each command is imported when it is typed.
"""

SOUNDS = ("bell", "off")
GIVEN = "microderm.given"
"""Key of the options that were given, in click's meta."""
