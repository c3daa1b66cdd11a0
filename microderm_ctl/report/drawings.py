"""The pictures of a report, from the parts of its record: traces, zones on a face, results by date."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Final

from microderm_ctl.report import charts, face
from microderm_ctl.report.charts import Axis, Band, Curve, Picture
from microderm_ctl.report.curves import Piece, Stretch, TraceView
from microderm_ctl.report.face import Mark
from microderm_ctl.report.record import EntryView, ScaleView, TreatmentView, ZoneTotal, ZoneView
from microderm_ctl.safety import Zone, label
from microderm_ctl.texts import report as texts
from microderm_ctl.units import PA_PER_KPA, format_kpa

_MINUTES_FROM_S: Final = 300
"""From this long on the axis of time is in minutes."""
_SECOND_STEPS: Final = (5, 10, 20, 30, 60)
_MINUTE_STEPS: Final = (1, 2, 5, 10, 20)
_KPA_STEPS: Final = (1, 2, 5)
_MANY: Final = 3
_SAMPLE_MS: Final = 100
"""A single sample stands for so long."""
_DAY_S: Final = 86_400
_BESIDE: Final = 0.12
"""Time before the first date and after the last, as a part of the time between: half a date is written there."""
RESULT_SIZE: Final = (350, 150)


def trace(treatment: TreatmentView) -> str:
    """Return the trace of a treatment against set point and cap, its zones behind it; empty where there is none."""
    view = treatment.trace
    if view is None:
        return ""
    in_minutes = view.lasted_ms >= _MINUTES_FROM_S * 1000
    unit_ms = 60_000 if in_minutes else 1000
    ticks = charts.even_ticks(max(view.lasted_ms / unit_ms, 1), _MINUTE_STEPS if in_minutes else _SECOND_STEPS)
    top = charts.even_ticks(_greatest_pa(view) * 1.08 / PA_PER_KPA, _KPA_STEPS, 7)
    curves = [
        _curve("vacuum", texts.VACUUM, view.vacuum, unit_ms),
        _curve("set-point", texts.SET_POINT, view.set_point, unit_ms),
        _curve("cap", texts.CAP, view.cap, unit_ms),
    ]
    picture = Picture(
        key=f"trace-{treatment.id}",
        title=texts.TRACE.format(id=treatment.id),
        description=_told(treatment, view),
        x=Axis(
            texts.MINUTES if in_minutes else texts.SECONDS,
            0,
            view.lasted_ms / unit_ms,
            [one for one in ticks if one * unit_ms <= view.lasted_ms],
        ),
        y=Axis(texts.SUCTION, min(0, _least_pa(view) / PA_PER_KPA), top[-1], top),
        curves=curves,
        bands=[_band(stretch, treatment.zones, unit_ms) for stretch in view.stretches],
    )
    return charts.draw(picture)


def zones_of_treatment(treatment: TreatmentView) -> str:
    """Return the zones of a treatment on a face, numbered as in its table."""
    marks = {Zone(zone.zone): Mark(state_of(zone), str(zone.number)) for zone in treatment.zones}
    told = [f"{zone.number} {label(Zone(zone.zone))}: {texts.ZONE_STATES[state_of(zone)]}" for zone in treatment.zones]
    return _face(f"face-{treatment.id}", texts.FACE.format(id=treatment.id), marks, told)


def zones_of_all(totals: Sequence[ZoneTotal]) -> str:
    """Return the zones of all treatments on a face, each with how often it was treated."""
    marks = {Zone(one.zone): Mark(often(one), f"{one.treatments}\u00d7") for one in totals}
    told = [_times(one) for one in totals]
    return _face("face-all", texts.FACE_ALL, marks, told)


def result(scale: ScaleView, entries: Sequence[EntryView], treatments_at: Sequence[str | None], zone: tzinfo | None = None) -> str:
    """Return one scale of the journal by date, with the treatments as lines; empty where nothing was said."""
    told = [(_seconds(entry.at), step) for entry in entries if (step := getattr(entry, scale.id)) is not None and entry.at]
    if not told:
        return ""
    dates = [_seconds(at) for at in treatments_at if at]
    first_s, last_s = min([*dates, told[0][0]]), max([*dates, told[-1][0]])
    beside_s = max(_DAY_S, (last_s - first_s) * _BESIDE)
    title = texts.RESULT.format(scale=texts.SCALES.get(scale.id, scale.id))
    days = [f"{_day(at_s, zone)} {scale.steps[step - 1]}" for at_s, step in told]
    best = len(scale.steps)
    picture = Picture(
        key=f"result-{scale.id}",
        title=title,
        description=texts.RESULT_TOLD.format(entries=", ".join(days)),
        x=Axis(None, first_s - beside_s, last_s + beside_s, sorted({first_s, last_s}), lambda at_s: _day(at_s, zone)),
        y=Axis(texts.STEP, 0.5, best + 0.5, list(range(1, best + 1))),
        curves=[Curve("result", "", [told], dots=True)],
        bands=[Band(at_s, at_s, ()) for at_s in dates],
    )
    return charts.draw(picture, *RESULT_SIZE)


def duration(seconds: float) -> str:
    """Return a time as people read it: ``45 s``, ``4 min``, ``1 min 30 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{rest} s" if not minutes else f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _face(key: str, title: str, marks: dict[Zone, Mark], told: Iterable[str]) -> str:
    told = list(told)
    return face.draw(key, title, texts.FACE_TOLD.format(zones=f"{'; '.join(told)}." if told else texts.FACE_EMPTY), marks)


def state_of(zone: ZoneView) -> str:
    """Return how much of its time a zone got, as a state of the face."""
    return face.WHOLE if zone.completed else face.PART if zone.sealed_s else face.NONE


def often(one: ZoneTotal) -> str:
    """Return how often a zone was treated, as a state of the face."""
    return face.WHOLE if one.treatments >= _MANY else face.PART


def _times(one: ZoneTotal) -> str:
    text = texts.ONCE if one.treatments == 1 else texts.TIMES
    return text.format(zone=label(Zone(one.zone)), count=one.treatments)


def _told(treatment: TreatmentView, view: TraceView) -> str:
    over = texts.OVER_CAP.format(pressure=format_kpa(view.over_cap_pa)) if view.over_cap_pa > 0 else texts.UNDER_CAP
    zones = ", ".join(label(Zone(treatment.zones[one.number - 1].zone)) for one in view.stretches if one.number <= len(treatment.zones))
    return texts.TRACE_TOLD.format(duration=duration(view.lasted_ms / 1000), most=format_kpa(view.max_pa), over=over, zones=zones or "none")


def _curve(role: str, name: str, pieces: Sequence[Piece], unit_ms: int) -> Curve:
    drawn = [[(t_ms / unit_ms, pa / PA_PER_KPA) for t_ms, pa in zip(piece.t_ms, piece.pa, strict=True)] for piece in pieces]
    return Curve(role, name, drawn)


def _band(stretch: Stretch, zones: Sequence[ZoneView], unit_ms: int) -> Band:
    number = str(stretch.number)
    name = label(Zone(zones[stretch.number - 1].zone)) if stretch.number <= len(zones) else ""
    end_ms = max(stretch.to_ms, stretch.from_ms + _SAMPLE_MS)
    return Band(stretch.from_ms / unit_ms, end_ms / unit_ms, (f"{number} {name}", number))


def _greatest_pa(view: TraceView) -> int:
    return max([1000, *(pa for pieces in (view.vacuum, view.set_point, view.cap) for piece in pieces for pa in piece.pa)])


def _least_pa(view: TraceView) -> int:
    return min([0, *(pa for piece in view.vacuum for pa in piece.pa)])


def _seconds(at: str | None) -> float:
    return datetime.fromisoformat(at).timestamp() if at else 0.0


def _day(at_s: float, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(at_s).astimezone(zone).strftime("%Y-%m-%d")
