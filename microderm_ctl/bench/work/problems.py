"""What can be wrong with a unit on the bench.

CheckFailed (10)
└── UnitProblem         the unit, or what hangs on it, cannot be worked with
    ├── UnitSwapped         another unit than the one that was scanned
    ├── NotSettled          a point does not come to rest
    ├── OutOfLimits         a check failed; nothing is written
    └── NotKept             the unit says written, and has it no more
"""

from microderm_ctl.errors import CheckFailed


class UnitProblem(CheckFailed):
    """The unit cannot be worked with as it is."""

    code = "unit"


class UnitSwapped(UnitProblem):
    """Another unit hangs on the cable than the work was begun with."""

    code = "unit-swapped"


class NotSettled(UnitProblem):
    """A point does not come to rest, or was passed by."""

    code = "not-settled"


class PassedBy(NotSettled):
    """A point was passed by, so that it stands on the other branch of the loop."""

    code = "passed-by"


class OutOfLimits(UnitProblem):
    """A check is outside its limits."""

    code = "out-of-limits"


class NotKept(UnitProblem):
    """The unit did not keep what it said was written."""

    code = "not-kept"
