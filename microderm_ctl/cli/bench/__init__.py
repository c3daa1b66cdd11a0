"""``microderm bench``: a technician's work on a unit. None of its commands is imported until it is typed."""

from typing import Final

from microderm_ctl.cli.commands import Entry, LazyGroup

_HERE: Final = "microderm_ctl.cli.bench"
_RECORDS: Final = "its records"

bench = LazyGroup(
    "bench",
    table={
        "certificate": Entry(f"{_HERE}.certificate:certificate", "list, write, amend and check certificates", _RECORDS),
        "units": Entry(f"{_HERE}.units:units", "list the units that are known, or tell all of one", _RECORDS),
        "sync": Entry(f"{_HERE}.sync:sync", "share finished work with other benches", _RECORDS),
        "export": Entry(f"{_HERE}.export:export", "write what is known to a file", _RECORDS),
    },
    example="microderm bench units",
    help="test, calibrate and certify units; for technicians",
)
