"""A treatment, from the plan to the record: what the wand is asked to do, and what the person is told meanwhile.

``plan`` brings records, wand and rules together, ``runner`` leads the wand through a
plan and tells what happens as ``events``, ``guide`` holds the words for the person.
"""
