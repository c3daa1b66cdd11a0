"""``microderm bench``: a technician's work on a unit. None of its commands is imported until it is typed."""

from typing import Final

from microderm_ctl.cli.commands import Entry, LazyGroup

_HERE: Final = "microderm_ctl.cli.bench"
_UNIT: Final = "one unit"
_BENCH: Final = "the bench"
_RECORDS: Final = "its records"

bench = LazyGroup(
    "bench",
    table={
        "setup": Entry(f"{_HERE}.setup:setup", "say who issues the certificates of this bench", _BENCH),
        "unlock": Entry(f"{_HERE}.unlock:unlock", "try the service key on a unit, and keep it in the keyring", _BENCH),
        "identify": Entry(f"{_HERE}.identify:identify", "find a unit, and compare label, unit and record", _UNIT),
        "selftest": Entry(f"{_HERE}.selftest:selftest", "let units test themselves, all at once with --all", _UNIT),
        "leak": Entry(f"{_HERE}.leak:leak", "measure how fast the vacuum falls with the pump off", _UNIT),
        "characterise": Entry(f"{_HERE}.characterise:characterise", "find start duty, duty map and step response", _UNIT),
        "calibrate": Entry(f"{_HERE}.calibrate:calibrate", "calibrate a unit against a gauge, and certify it", _UNIT),
        "verify": Entry(f"{_HERE}.verify:verify", "read a unit against a gauge, and write nothing", _UNIT),
        "batch": Entry(f"{_HERE}.batch:batch", "calibrate unit after unit, the next one warming up meanwhile", _BENCH),
        "demo": Entry(f"{_HERE}.demo:demo", "a whole calibration on a simulated unit and gauge", _BENCH),
        "golden": Entry(f"{_HERE}.golden:golden", "read the daily check unit against its own history", _BENCH),
        "certificate": Entry(f"{_HERE}.certificate:certificate", "list, write, amend and check certificates", _RECORDS),
        "units": Entry(f"{_HERE}.units:units", "list the units that are known, or tell all of one", _RECORDS),
        "sync": Entry(f"{_HERE}.sync:sync", "share finished work with other benches", _RECORDS),
        "export": Entry(f"{_HERE}.export:export", "write what is known to a file", _RECORDS),
    },
    example="microderm bench calibrate --port sim --gauge sim",
    help="test, calibrate and certify units; for technicians",
)
