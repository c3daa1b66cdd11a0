"""Small plans, and what a test keeps of a run."""

from collections.abc import Callable, Sequence

from microderm_ctl.records.rows import TreatmentRecord
from microderm_ctl.safety import Grit, Kind, Plan, PlannedZone, Zone
from microderm_ctl.treatment.events import Event, Wish, name_of
from microderm_ctl.treatment.outcome import Outcome
from microderm_ctl.treatment.watching import Progress

NOW_S = 1_780_000_000
SECONDS = 5


def planned(zone: Zone, level_pa: int = 10_000, cap_pa: int = 12_000, seconds: int = SECONDS, passes: int = 1) -> PlannedZone:
    return PlannedZone(zone, level_pa, cap_pa, cap_pa + 1_500, seconds, passes, 2_000, ())


def plan_of(*zones: PlannedZone, kind: Kind = Kind.TREATMENT) -> Plan:
    return Plan(kind, zones, sum(zone.seconds for zone in zones), 106, Grit.FINE, False, True, 1000)


class Recorder:
    """Keeps all that a run tells, and wishes what a test wants at an event."""

    def __init__(self, wishes: dict[str, list[Wish]] | None = None) -> None:
        self.events: list[Event] = []
        self.times_ms: list[int] = []
        self.progress: list[Progress] = []
        self._at = {name: list(wanted) for name, wanted in (wishes or {}).items()}
        self._waiting: list[Wish] = []

    @property
    def names(self) -> list[str]:
        return [name_of(event) for event in self.events]

    def told(self, event: Event, t_ms: int) -> None:
        self.events.append(event)
        self.times_ms.append(t_ms)
        self._waiting += self._at.pop(name_of(event), [])

    def shown(self, progress: Progress) -> None:
        self.progress.append(progress)

    def wishes(self) -> Sequence[Wish]:
        wanted, self._waiting = self._waiting, []
        return wanted


class Led:
    """What came of a run: its outcome, what was told, and the record as it was read back."""

    def __init__(self, outcome: Outcome, recorder: Recorder, record: TreatmentRecord) -> None:
        self.outcome = outcome
        self.told = recorder
        self.record = record


Lead = Callable[..., Led]
