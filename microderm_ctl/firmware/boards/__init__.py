"""The boards that the program runs on: what is wired to which pin, and how each part is read and driven."""
