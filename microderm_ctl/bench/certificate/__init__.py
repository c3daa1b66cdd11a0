"""The certificate of a unit: one frozen document, and its HTML and PDF.

``document`` says what a certificate holds, and freezes it to canonical text whose SHA-256 stands
for it. ``content`` makes of it the words, tables and pictures of the page, once for both
outputs; ``html`` and ``pdf`` only set them. The same text gives the same bytes, years later too.
"""
