"""What is remembered: people, patch tests, treatments with their traces, wands, and what wands say about themselves.

The way in is ``open_store`` of ``microderm_ctl.records.store``. Nothing is imported
here, so that a command which remembers nothing pays for nothing.
"""
