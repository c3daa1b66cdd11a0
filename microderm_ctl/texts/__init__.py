"""All that a person at home reads, by subject: plain constants and templates, and no logic.

A template has named fields, ``{zone}``, that the code fills in with ``format``, so that
a translation may put them in its own order. How a translation is added is said in
``docs/decisions/0034-texts-in-one-package.md``. Words that are typed or read by programs
(commands, options, ids, the keys y and n) are no texts and stay where they are.
"""
