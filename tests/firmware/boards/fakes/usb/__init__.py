"""Stands for micropython-lib's runtime USB."""
