"""Proves that the program, its records, the ports and the wands work, and says of each what is wrong and how to fix it.

The way in is ``examine`` of ``microderm_ctl.doctor.examine``. Each check does what a
treatment would do, as far as nothing changes by it, instead of inferring it from
settings. Nothing is printed here, nothing is run as root, and no port of a stranger
is written to. Nothing is imported here, so that help and completion pay for nothing.
"""
