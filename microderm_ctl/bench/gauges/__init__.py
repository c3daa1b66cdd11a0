"""Reference gauges: typed in by hand, or at a line that a small file describes; their records, and what gives a wrong one away.

    description = describe("fluke-val")             # or the path of a file of one's own
    record = load_record(Path("gauge.toml"))
    check_record(record, today)                     # overdue refuses
    gauge = open_gauge("/dev/ttyUSB0", description)
    check_identity(record, gauge.identify())        # before every series
    check_vent([gauge.read() for _ in range(6)])    # zero, or an absolute gauge
    watch = Watch(record.resolution_pa)
    watch.add(gauge.read(), wand_pa)                # with every reading: stale, unit changed
    check_slope(watch.pairs, reading.unit)          # after the first preload: unit, sign, type
    record.corrected_pa(reading.vacuum_pa)

Nothing here prints or asks: the caller hands in how, and shows what comes back.
"""

from microderm_ctl.bench.gauges.description import Description, describe, parse_description, shipped_names
from microderm_ctl.bench.gauges.gauge import Gauge, GaugeReading, Identity, Sign
from microderm_ctl.bench.gauges.judge import Pair, Slope, Watch, check_slope, check_vent
from microderm_ctl.bench.gauges.line import LineGauge, open_gauge
from microderm_ctl.bench.gauges.port import Line, PortLine
from microderm_ctl.bench.gauges.record import GaugeRecord, Row, check_identity, check_record, load_record, parse_record, practice_record
from microderm_ctl.bench.gauges.typed import TypedGauge, TypedQuestion
from microderm_ctl.bench.gauges.units import Unit, parse_unit

__all__ = [
    "Description",
    "Gauge",
    "GaugeReading",
    "GaugeRecord",
    "Identity",
    "Line",
    "LineGauge",
    "Pair",
    "PortLine",
    "Row",
    "Sign",
    "Slope",
    "TypedGauge",
    "TypedQuestion",
    "Unit",
    "Watch",
    "check_identity",
    "check_record",
    "check_slope",
    "check_vent",
    "describe",
    "load_record",
    "open_gauge",
    "parse_description",
    "parse_record",
    "parse_unit",
    "practice_record",
    "shipped_names",
]
