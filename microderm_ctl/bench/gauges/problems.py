"""What can be wrong with a reference gauge.

    CheckFailed (10)
    └── GaugeProblem        the gauge cannot be worked with
        ├── GaugeSilent         it does not answer, or has stopped to
        ├── GaugeGarbled        what it answers is no reading
        ├── GaugeRefusal        it answered with an error of its own
        ├── GaugeUnfit          wrong unit, sign or type, not at zero, another gauge than its record
        ├── GaugeStale          it repeats an old reading
        └── GaugeOverdue        its calibration is not in force
    LinkLost (6)
    └── GaugeLost           its port went away

A port that does not open is a ``PortProblem`` (4), a file that cannot be used a ``FileProblem``
(9), a number that was typed wrong a ``UsageProblem`` (2).
"""

from microderm_ctl.errors import CheckFailed, LinkLost


class GaugeProblem(CheckFailed):
    """The gauge cannot be worked with as it is."""

    code = "gauge"


class GaugeSilent(GaugeProblem):
    """The gauge does not answer."""

    code = "gauge-silent"


class GaugeGarbled(GaugeProblem):
    """What the gauge answers is no reading."""

    code = "gauge-garbled"


class GaugeRefusal(GaugeProblem):
    """The gauge answered with an error."""

    code = "gauge-refused"


class GaugeUnfit(GaugeProblem):
    """The gauge reads something else than this work needs; ``details["mistake"]`` says what."""

    code = "gauge-unfit"


class GaugeStale(GaugeProblem):
    """The gauge repeats an old reading."""

    code = "gauge-stale"


class GaugeOverdue(GaugeProblem):
    """The gauge's calibration is not in force."""

    code = "gauge-overdue"


class GaugeLost(LinkLost):
    """The gauge's port was there and is gone."""

    code = "gauge-lost"
