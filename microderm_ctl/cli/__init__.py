"""What people type and see. One file a group of commands, one printer for text and JSON.

Nothing is imported here: each command is imported when it is typed.
"""
