"""Certificates whose results come from simulated units: the whole of it, and the least that is one."""

from functools import cache
from math import exp, sqrt
from random import Random

from microderm_ctl.bench import uncertainty
from microderm_ctl.bench.calibration import Calibration, calibrate
from microderm_ctl.bench.certificate.document import (
    Adjustment,
    Certificate,
    Customer,
    Dates,
    DutyStudy,
    Environment,
    Item,
    Laboratory,
    LeakDown,
    Method,
    People,
    ReferenceGauge,
    Row,
    Rule,
    Software,
    StepStudy,
)
from microderm_ctl.bench.characterise import Gains, MapPoint, Plant, StepSample, duty_map, judge_step, start_duty
from microderm_ctl.bench.decision import Error, find_errors, verify
from microderm_ctl.bench.leak import Decay, Law, Sample, decay, subtract
from microderm_ctl.bench.measurement import Limits, Measurement, measure
from microderm_ctl.bench.procedure import Procedure, shipped
from microderm_ctl.bench.readings import FACTORY
from microderm_ctl.simulator.errors_model import GaugeErrors, UnitErrors
from tests.bench.population import Bench

PROCEDURE: Procedure = shipped()
FROM_S = 1_795_600_800  # 2026-11-25 10:00 UTC
SOUND = UnitErrors(offset_pa=310.0, gain=0.021, bow_pa=-90.0, hysteresis_pa=22.0, noise_pa=20.0, drift_pa=8.0)
GAUGE = ReferenceGauge(
    "Fluke",
    "700G06",
    "4242017",
    "D-K-15070-2026-0331",
    "2026-03-31",
    "2027-03-31",
    30.0,
    2.0,
    8.0,
    25_000.0,
    5.0,
    10.0,
    (Row(0.0, 0.0, 20.0), Row(12_500.0, -4.0, 30.0), Row(25_000.0, -9.0, 30.0)),
    False,
)
ITEM = Item("W-0117", "microderm wand", "Raspberry Pi Pico, board 1", "2", "0.1.0", "5f3a90c1", "Clean, sealed, no damage seen.", False)


@cache
def results(seed: int = 7, unit: UnitErrors = SOUND) -> tuple[Calibration, tuple[Error, ...], tuple[Error, ...]]:
    """A calibration with its errors as found and as left."""
    bench = Bench(PROCEDURE, unit, GaugeErrors(), Random(seed))
    cycle = bench.cycle()
    found = calibrate(PROCEDURE, cycle)
    old = FACTORY._replace(zero_raw=bench.self_test())
    before = find_errors(PROCEDURE, old, found, cycle, uncertainty.TYPICAL)
    zero_raw, zero_pa, points = bench.verification()
    return found, before, verify(PROCEDURE, found, uncertainty.TYPICAL, points, zero_raw, zero_pa)


def leak_down() -> LeakDown:
    random, gates = Random(3), PROCEDURE.gates
    seconds = [i * 0.02 for i in range(60)]
    samples = [Sample(t, max(0.0, sqrt(20_000) - 106 * max(0.0, t - 0.1)) ** 2 + random.gauss(0, 20)) for t in seconds]
    total = decay([one for one in samples if one.time_s > 0.1], 20_000.0, Law.ORIFICE, 18_000.0, 6_000.0)
    fixture = Decay(20_000.0, 8.3, 0.2, 148, 150, 4.0)
    leak = subtract(total, fixture, 60.0, 30.0)
    judged = (measure("bleed", leak.rate_pa_s, gates.bleed), measure("fixture_leak", fixture.rate_pa_s * 60, gates.fixture_leak))
    return LeakDown(Law.ORIFICE, tuple(samples), 18_000.0, 6_000.0, total, fixture, leak, judged)


def duty_study() -> DutyStudy:
    tried = [MapPoint(0.14, 12.0), MapPoint(0.16, 900.0)]
    start = start_duty(tried)
    duties = [start + (0.62 - start) * i / 11 for i in range(12)]
    samples = tuple(MapPoint(duty, 25_200 * (1 - exp(-4.6 * (duty - 0.14))) + (i % 3 - 1) * 90.0) for i, duty in enumerate(duties))
    return DutyStudy(start, samples, duty_map(samples), (measure("start_duty", start, PROCEDURE.gates.start_duty),))


def step_study() -> StepStudy:
    times = [i * 0.1 for i in range(50)]
    way = [1 - exp(-max(0.0, t - 0.2) / 0.45) * (1 + 0.3 * max(0.0, t - 0.2)) for t in times]
    samples = tuple(StepSample(t, 8000 + 8000 * part + 20 * ((i * 7) % 5 - 2)) for i, (t, part) in enumerate(zip(times, way, strict=True)))
    response, gates = judge_step(samples, 8000, 16_000), PROCEDURE.gates
    judged = (measure("overshoot", response.overshoot, gates.overshoot), measure("settle", response.settle_s, gates.settle))
    return StepStudy(8000, 16_000, samples, response, Plant(38_000.0, 1.2, 0.15), Gains(7.0e-5, 1.2), judged)


def self_test() -> tuple[Measurement, ...]:
    return (
        measure("trip", 26_690.0, Limits(24_700, 26_800, 200, "Pa", "over-vacuum trip, read by the gauge")),
        measure("vent", 0.4, Limits(0, 1, 0.2, "s", "from 25 kPa to under 2 kPa")),
        measure("lease_stop", 0.52, Limits(0, 2, 0.5, "s", "pump off without word from the computer")),
        measure("button", 1, Limits(1, 1, 0, "1", "pressed and seen")),
    )


def smallest(simulated: bool = False) -> Certificate:
    """A check without an adjustment, and nothing besides."""
    _, before, _ = results()
    return Certificate(
        number="SIMULATED-SIM-0001-2026-000001" if simulated else "W-7KQ2M9XA-2026-000123",
        laboratory=Laboratory("Bench North", "Hauptstraße 12\n20095 Hamburg\nGermany", "bench 2, at the laboratory"),
        customer=Customer("Anna Keller"),
        method=Method(PROCEDURE.name, PROCEDURE.version, PROCEDURE.title, PROCEDURE.sha256),
        item=ITEM._replace(is_simulated=simulated),
        dates=Dates(FROM_S, FROM_S + 1260, FROM_S + 1500),
        environment=Environment(21.4, 21.9),
        gauge=GAUGE,
        people=People("J. Lindqvist", "Dr. M. Ørsted"),
        rule=Rule("error within ±0.50 kPa from 0 to 25 kPa", PROCEDURE.numbers.tolerance_pa, PROCEDURE.numbers.adjust_above_pa),
        adjustment=Adjustment(FACTORY, None, True),
        as_found=before,
        as_left=(),
        moved_top="",
        characteristics=None,
        gates=(),
        budgets=(),
        leak=None,
        duty=None,
        step=None,
        self_test=(),
        software=Software("microderm", "0.1.0"),
    )


def whole(simulated: bool = False) -> Certificate:
    """Everything that a certificate can hold."""
    found, _, after = results()
    vacuums = (2_500.0, 12_500.0, 22_500.0)
    return smallest(simulated)._replace(
        customer=Customer("Studio Ωmega, Łódź", "ul. Piotrkowska 1, 90-001 Łódź, Poland"),
        method=Method(
            PROCEDURE.name,
            PROCEDURE.version,
            PROCEDURE.title,
            PROCEDURE.sha256,
            ("The gauge was read by hand, twice at each point, as its line was out of order.",),
        ),
        dates=Dates(FROM_S, FROM_S + 1260, FROM_S + 1500, 60, FROM_S - 86_400),
        environment=Environment(21.4, 21.9, 101_180, 43.0, "Air conditioning off during the series."),
        people=People("J. Lindqvist", "Dr. M. Ørsted", "head of the bench"),
        adjustment=Adjustment(FACTORY, found.coefficients, True),
        as_left=after,
        characteristics=found.characteristics,
        gates=found.gates,
        budgets=tuple(uncertainty.in_use(PROCEDURE, found, uncertainty.TYPICAL, vacuum) for vacuum in vacuums),
        leak=leak_down(),
        duty=duty_study(),
        step=step_study(),
        self_test=self_test(),
    )
