"""Putting the wand's program on a board, so that whatever breaks it off leaves a board that answers and never pumps."""
