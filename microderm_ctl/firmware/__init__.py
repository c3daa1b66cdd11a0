"""The wand's own program: the subset of Python that MicroPython runs, integers only, no import from outside."""
