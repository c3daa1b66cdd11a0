"""The plan of a treatment and what came of it, as lines: a table where one fits, sentences for a screen reader and a narrow terminal."""

from collections.abc import Iterator
from typing import Any

from microderm_ctl.cli.words import columns, local_time
from microderm_ctl.records.rows import ZoneRecord
from microderm_ctl.safety import Kind, Plan, PlannedZone, label
from microderm_ctl.texts import treating as texts
from microderm_ctl.treatment.after_care import care_after
from microderm_ctl.units import format_kpa


def plan_lines(person: str, serial: str, simulated: bool, plan: Plan, notes: tuple[str, ...], in_tables: bool = True) -> Iterator[str]:
    """Yield a plan, as a table or in sentences, with the reasons for its caps."""
    mark = texts.SIMULATED if simulated else ""
    yield texts.PLAN.format(person=person, wand=serial, mark=mark, grit=plan.grit.value, tip_um=plan.tip_um)
    yield from (plan_table(plan) if in_tables else map(plan_sentence, plan.zones))
    why: dict[str, list[str]] = {}
    for zone in plan.zones:
        lowered = [line for line, before in zip(zone.factors[1:], zone.factors, strict=False) if line.after_pa < before.after_pa]
        rules = ", ".join([f"{line.name} {format_kpa(line.after_pa)}" for line in (*zone.factors[:1], *lowered)])
        why.setdefault(rules, []).append(label(zone.zone))
    for rules, zones in why.items():
        yield indented(texts.PLAN_WHY.format(zones=", ".join(zones), rules=rules))
    level = texts.ONE_LEVEL if plan.one_level and len(plan.zones) > 1 else ""
    yield texts.PLAN_WHOLE.format(seconds=plan.treatment_s, level=level)
    for note in notes:
        yield indented(texts.NOTE.format(note=note))


def plan_table(plan: Plan) -> list[str]:
    """Return the zones of a plan as a table."""
    rows = [
        (
            indented(label(zone.zone)),
            format_kpa(zone.level_pa),
            format_kpa(zone.cap_pa),
            texts.SECONDS.format(seconds=zone.seconds),
            str(zone.passes),
        )
        for zone in plan.zones
    ]
    return columns([texts.PLAN_HEAD, *rows])


def plan_sentence(zone: PlannedZone) -> str:
    """Return a zone of a plan in a sentence."""
    return texts.PLAN_ZONE.format(
        zone=label(zone.zone),
        vacuum=format_kpa(zone.level_pa),
        cap=format_kpa(zone.cap_pa),
        seconds=zone.seconds,
        passes=_passes(zone.passes),
    )


def _passes(number: int) -> str:
    return texts.ONE_PASS if number == 1 else texts.PASSES.format(passes=number)


def indented(text: str) -> str:
    """Return a line that belongs to the one above."""
    return f"  {text}"


def after_care(kind: Kind, ended_s: int) -> list[str]:
    """Return what the skin needs after something that ended at a UTC second."""
    return [care.text for care in care_after(kind, ended_s)]


def patch_lines(ready_s: int | None, after_care: list[str]) -> Iterator[str]:
    """Yield what came of a patch test; ``ready_s`` None for one that was cut short."""
    if ready_s is None:
        yield texts.PATCH_NOT_COMPLETE
        return
    yield texts.PATCH_DONE.format(ready=local_time(ready_s))
    yield from map(indented, after_care)


def treatment_lines(record: dict[str, Any], next_s: int | None, in_tables: bool) -> Iterator[str]:
    """Yield what came of a treatment, as a table or in sentences, with what the skin needs now."""
    treated = record["treatment"]
    if treated.ended_s is None:
        yield texts.NOT_ASKED
    used = [zone for zone in treated.zones if zone.sealed_ms]
    if used:
        yield texts.ON_SKIN
        yield from columns(map(_used_row, used)) if in_tables else map(_used_sentence, used)
        yield texts.NOW
        yield from map(indented, record["after_care"])
    if record["can_finish"]:
        yield texts.LEFT
    if next_s is not None:
        yield texts.NEXT_FROM.format(at=local_time(next_s))


def _used(zone: ZoneRecord) -> dict[str, object]:
    return {"used": f"{zone.sealed_ms / 1000:.0f}", "planned": zone.planned_s, "done": zone.passes}


def _used_row(zone: ZoneRecord) -> tuple[str, ...]:
    seconds, passes, mean, most = texts.USED
    return (
        indented(label(zone.zone)),
        seconds.format(**_used(zone)),
        passes.format(**_used(zone) | {"planned": zone.planned_passes}),
        mean.format(vacuum=format_kpa(zone.mean_pa)),
        most.format(vacuum=format_kpa(zone.max_pa)),
    )


def _used_sentence(zone: ZoneRecord) -> str:
    told = {"zone": label(zone.zone), "mean": format_kpa(zone.mean_pa), "most": format_kpa(zone.max_pa)}
    return texts.USED_ZONE.format(**_used(zone), **told, passes=zone.planned_passes)
