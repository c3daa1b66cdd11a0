"""A run from ARM to the record, on the virtual wand."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from microderm_ctl.errors import FileProblem, LinkLost, Stopped, WandFault, WandRefusal
from microderm_ctl.records.rows import PersonRecord
from microderm_ctl.records.store import Store
from microderm_ctl.safety import Kind, Zone, all_no
from microderm_ctl.treatment.book import PatchBook, TreatmentBook
from microderm_ctl.treatment.events import Event, Held, PassBegins, PressButton, Refused, Running, SetPoint, TouchDown, Wish, ZoneDone
from microderm_ctl.treatment.plan import prepare
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.treatment.watching import Progress
from microderm_ctl.wand import Wand
from tests.treatment.leading import NOW_S, SECONDS, Lead, Recorder, plan_of, planned

NOSE, CHIN, CHEEK = planned(Zone.NOSE), planned(Zone.CHIN), planned(Zone.CHEEK_LEFT)
HIGHER = planned(Zone.CHIN, 13_000, 14_000)


def test_a_whole_treatment_is_told_in_order_and_written_down(lead: Lead) -> None:
    led = lead(plan_of(NOSE, CHIN))
    assert led.told.names == [
        "armed", "press-button", "touch-down", "running", "pass-begins", "zone-done",
        "touch-down", "running", "pass-begins", "stopping", "ended",
    ]  # fmt: skip
    assert led.outcome.done and led.outcome.error is None and led.outcome.cause == "treatment-done"
    assert led.record.sealed_ms == 2 * SECONDS * 1000
    assert [(zone.zone, zone.sealed_ms, zone.completed, zone.passes) for zone in led.record.zones] == [
        (Zone.NOSE, 5_000, True, 1),
        (Zone.CHIN, 5_000, True, 1),
    ]
    assert all(9_000 < zone.mean_pa < 10_500 and zone.max_pa < 11_500 for zone in led.record.zones)
    assert led.record.limits is not None and led.record.limits["command_id"] == led.record.command_id
    assert led.record.ended_s is not None and 10 <= led.record.ended_s - NOW_S <= 30


def test_the_trace_has_ten_samples_a_second_of_the_whole_run(lead: Lead, store: Store) -> None:
    led = lead(plan_of(NOSE))
    samples = store.trace(led.record.id)
    gaps = {later.t_ms - earlier.t_ms for earlier, later in pairwise(samples)}
    assert gaps == {100}
    sealed = [sample for sample in samples if sample.flags & 1]
    assert len(sealed) == pytest.approx(SECONDS * 10, abs=2)
    assert max(sample.vacuum_pa for sample in samples) == led.record.zones[0].max_pa
    assert samples[-1].vacuum_pa < 1_000
    assert led.told.progress[-1].reading.vacuum_pa < 1_000


def test_the_record_is_on_disk_before_the_wand_is_armed(store: Store, person: PersonRecord) -> None:
    with Wand.open(f"sim://?utc={NOW_S}&seed=1&hand=none") as wand:
        prepared = prepare(store, person, wand, NOW_S)
        book = TreatmentBook(store, prepared, wand.identity.serial, plan_of(NOSE), {}, finishes=False)
        assert [record.id for record in store.open_treatments()] == [book.record.id]
        assert wand.ledger() is None


def test_passes_are_equal_shares_of_the_seconds_and_turn_at_right_angles(lead: Lead) -> None:
    led = lead(plan_of(planned(Zone.NOSE, seconds=9, passes=3)))
    begun = [
        (event.number, time_ms) for event, time_ms in zip(led.told.events, led.told.times_ms, strict=True) if isinstance(event, PassBegins)
    ]
    assert [number for number, _ in begun] == [1, 2, 3]
    assert begun[1][1] - begun[0][1] == pytest.approx(3_000, abs=150)
    assert begun[2][1] - begun[1][1] == pytest.approx(3_000, abs=150)


def test_a_higher_cap_waits_for_a_press_and_an_equal_one_does_not(lead: Lead) -> None:
    led = lead(plan_of(NOSE, CHIN, HIGHER._replace(zone=Zone.FOREHEAD)))
    presses = [event for event in led.told.events if isinstance(event, PressButton)]
    assert presses == [PressButton(Zone.NOSE, 12_000, False), PressButton(Zone.FOREHEAD, 14_000, True)]
    assert led.outcome.done


@pytest.mark.hazard("H-44", "wand")
def test_without_the_press_that_confirms_nothing_runs_at_the_higher_cap(lead: Lead) -> None:
    hand = "@press press\n@touch touch\n@next-zone lift\n@press-to-confirm touch\n"
    led = lead(plan_of(NOSE, HIGHER), hand)
    assert led.record.zones[1].sealed_ms == 0
    assert led.outcome.cause == "hold-timeout" and isinstance(led.outcome.error, WandRefusal)


def test_the_button_stops_and_what_was_used_is_kept(lead: Lead) -> None:
    led = lead(plan_of(NOSE, CHIN), "@press press\n@touch touch\n@running+3 press\n")
    assert isinstance(led.outcome.error, Stopped) and led.outcome.error.exit_code == 130
    assert led.record.cause == "button"
    assert led.record.sealed_ms == pytest.approx(3_000, abs=200)
    assert not led.record.zones[0].completed


def test_nobody_presses(lead: Lead) -> None:
    led = lead(plan_of(NOSE), "none")
    assert led.outcome.cause == "not-pressed" and led.record.sealed_ms == 0
    assert led.outcome.error is not None and "not pressed within ten seconds" in led.outcome.error.sentence
    assert led.told.times_ms[-1] == pytest.approx(10_000, abs=500)


@pytest.mark.hazard("H-03", "computer")
@pytest.mark.hazard("H-20", "computer")
def test_standing_still_holds_and_moving_goes_on(lead: Lead) -> None:
    led = lead(plan_of(NOSE), "@press press\n@touch touch\n@running+2 still\n@touch+2 move\n")
    assert Held(Zone.NOSE, "dwell") in led.told.events
    assert led.outcome.done


def test_lifting_off_for_ten_seconds_holds_and_touching_goes_on(lead: Lead) -> None:
    led = lead(plan_of(NOSE), "@press press\n@touch touch\n@running+2 lift\n@touch+12 touch\n")
    assert Held(Zone.NOSE, "unsealed") in led.told.events
    assert led.outcome.done and led.record.sealed_ms == 5_000


@pytest.mark.hazard("H-18", "computer")
@pytest.mark.hazard("H-19", "computer")
@pytest.mark.hazard("H-20", "computer")
@pytest.mark.hazard("H-21", "computer")
@pytest.mark.hazard("H-22", "computer")
@pytest.mark.hazard("H-23", "computer")
@pytest.mark.hazard("H-37", "computer")
@pytest.mark.hazard("H-38", "computer")
@pytest.mark.parametrize(
    ("fault", "cause"),
    [("sensor-dead@4", "sensor-range"), ("tip=none@4", "tip-missing"), ("late-step=80@4", "late-step"), ("tip=coarse@4", "tip-changed")],
)
def test_a_fault_ends_the_run_with_its_sentence(lead: Lead, fault: str, cause: str) -> None:
    led = lead(plan_of(NOSE), more=f"&fault={fault}")
    assert led.outcome.cause == led.record.cause == cause
    assert isinstance(led.outcome.error, WandFault) and led.outcome.error.exit_code == 8
    assert led.outcome.error.details["cause"] == cause
    assert 0 < (led.record.sealed_ms or 0) < 5_000


@pytest.mark.hazard("H-12", "computer")
def test_an_unplug_leaves_the_record_open_until_the_ledger_can_be_read(
    lead: Lead, store: Store, person: PersonRecord, tmp_path: Path
) -> None:
    led = lead(plan_of(NOSE, CHIN), "@press press\n@touch touch\n@running+3 unplug\n")
    assert isinstance(led.outcome.error, LinkLost) and led.outcome.error.exit_code == 6
    assert led.outcome.used is None
    assert led.record.ended_s is None and led.record.counted_ms == 10_000  # the whole reserve
    with Wand.open(f"sim://?utc={NOW_S}&seed=2&memory={tmp_path / 'memory'}") as wand:
        settled = prepare(store, person, wand, NOW_S + 60).settled
    assert [record.id for record in settled] == [led.record.id]
    assert settled[0].sealed_ms == pytest.approx(3_000, abs=300) and settled[0].cause == "hang-up"


def test_the_wand_can_refuse_to_arm(store: Store, person: PersonRecord) -> None:
    with Wand.open(f"sim://?utc={NOW_S}&seed=1&tip=coarse") as wand:
        prepared = prepare(store, person, wand, NOW_S)
        book = TreatmentBook(store, prepared, wand.identity.serial, plan_of(NOSE), {}, finishes=False)
        outcome = Runner(wand, plan_of(NOSE), book, Recorder()).run(person.wire_tag, NOW_S)
    assert isinstance(outcome.error, WandRefusal) and outcome.error.details["nak"] == "tip"
    record = store.treatment(book.record.id)
    assert record.sealed_ms == 0 and record.cause == "refused"


def test_a_patch_test_is_three_seconds_and_only_then_complete(store: Store, person: PersonRecord) -> None:
    plan = plan_of(planned(Zone.INNER_FOREARM, 2_500, 2_500, 3)._replace(dwell_ms=3_000), kind=Kind.PATCH_TEST)
    complete = []
    for hand in ("auto", "none"):
        with Wand.open(f"sim://?utc={NOW_S}&seed=1&hand={hand}") as wand:
            book = PatchBook(store, prepare(store, person, wand, NOW_S), wand.identity.serial, plan)
            Runner(wand, plan, book, Recorder()).run(person.wire_tag, NOW_S)
            entry = wand.ledger()
            assert entry is not None and entry.is_patch_test
        complete.append((book.record.complete, book.record.sealed_ms))
    assert complete == [(True, 3_000), (False, 0)]


# Wishes


def test_pause_vents_and_the_same_key_goes_on(lead: Lead) -> None:
    led = lead(plan_of(NOSE), wishes={"running": [Wish.PAUSE], "held": [Wish.PAUSE]})
    assert Held(Zone.NOSE, "paused") in led.told.events
    held = led.told.names.index("held")
    assert led.told.names[held + 1] == "touch-down"
    assert led.outcome.done


def test_only_resume_leaves_a_pause(lead: Lead) -> None:
    led = lead(plan_of(NOSE), wishes={"running": [Wish.PAUSE]})
    assert led.outcome.cause == "hold-timeout"


@pytest.mark.hazard("H-01", "computer")
def test_the_vacuum_goes_up_to_the_cap_and_no_further(lead: Lead) -> None:
    led = lead(plan_of(NOSE), wishes={"pass-begins": [Wish.UP] * 5})
    raised = [event.set_point_pa for event in led.told.events if isinstance(event, SetPoint)]
    assert raised == [10_500, 11_000, 11_500, 12_000]
    assert Refused("12.0 kPa is the cap here.") in led.told.events
    assert max(one.reading.set_point_pa for one in led.told.progress) == 12_000


def test_what_is_turned_down_stays_down_in_the_next_zone(lead: Lead) -> None:
    led = lead(plan_of(NOSE, CHIN), wishes={"pass-begins": [Wish.DOWN, Wish.DOWN]})
    assert TouchDown(Zone.CHIN, 9_000) in led.told.events


def test_the_lowest_setting_is_the_end(lead: Lead) -> None:
    led = lead(plan_of(planned(Zone.NOSE, 2_500, 5_000)), wishes={"pass-begins": [Wish.DOWN]})
    assert Refused("2.5 kPa is the lowest setting.") in led.told.events


@pytest.mark.hazard("H-47", "computer")
def test_next_leaves_a_zone_gives_time_to_move_and_goes_on_by_itself(lead: Lead) -> None:
    led = lead(plan_of(NOSE, CHIN), wishes={"running": [Wish.NEXT]})
    assert ZoneDone(Zone.NOSE, Zone.CHIN, True) in led.told.events
    left = led.told.names.index("zone-done")
    running = led.told.names.index("running", left)
    assert led.told.times_ms[running] - led.told.times_ms[left] >= 3_000
    assert isinstance(led.told.events[running], Running)
    assert led.outcome.done and led.outcome.error is None
    assert [zone.completed for zone in led.record.zones] == [False, True]


def test_next_in_the_last_zone_ends_it_as_done(lead: Lead) -> None:
    led = lead(plan_of(NOSE), wishes={"running": [Wish.NEXT]})
    assert led.outcome.done and led.outcome.error is None and led.record.cause == "stop"


def test_next_to_a_higher_cap_still_needs_the_press(lead: Lead) -> None:
    led = lead(plan_of(NOSE, HIGHER), wishes={"running": [Wish.NEXT]})
    names = led.told.names
    assert PressButton(Zone.CHIN, 14_000, True) in led.told.events
    assert names.index("press-button", names.index("zone-done")) < names.index("running", names.index("zone-done"))
    assert led.outcome.done


def test_q_stops_at_once(lead: Lead) -> None:
    led = lead(plan_of(NOSE), wishes={"running": [Wish.STOP]})
    assert isinstance(led.outcome.error, Stopped) and led.record.cause == "stop"
    assert not led.outcome.done


def test_a_wish_that_cannot_be_granted_is_answered(lead: Lead) -> None:
    led = lead(plan_of(NOSE), wishes={"press-button": [Wish.PAUSE, Wish.UP]})
    assert [name for name in led.told.names if name == "wish-refused"] == ["wish-refused"] * 2
    assert led.outcome.done


# What goes wrong on our own side


class Breaks(Recorder):
    """A watcher that fails once the wand runs."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def told(self, event: Event, t_ms: int) -> None:
        super().told(event, t_ms)
        if isinstance(event, Running):
            raise self.error


def test_a_mistake_in_the_screen_stops_the_wand_and_keeps_the_record(lead: Lead, store: Store, person: PersonRecord) -> None:
    with pytest.raises(ZeroDivisionError):
        lead(plan_of(NOSE), recorder=Breaks(ZeroDivisionError()))
    record = store.treatments(person.id)[-1]
    assert record.cause == "stop" and record.sealed_ms is not None and record.sealed_ms < 1_000


def test_a_reader_that_has_gone_is_an_orderly_stop(lead: Lead) -> None:
    led = lead(plan_of(NOSE), recorder=Breaks(Stopped("Nobody reads.")))
    assert isinstance(led.outcome.error, Stopped) and led.record.cause == "stop"


@pytest.mark.hazard("H-34", "computer")
def test_a_trace_that_cannot_be_written_stops(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    def fills_up(self: Store, treatment_id: int, sample: object) -> None:
        written.append(treatment_id)
        if len(written) > 30:
            raise FileProblem("The disk is full.")

    monkeypatch.setattr(Store, "append_sample", fills_up)
    led = lead(plan_of(NOSE))
    assert isinstance(led.outcome.error, FileProblem) and led.outcome.error.exit_code == 9
    assert led.record.cause == "stop" and led.record.ended_s is not None


class Sleepy(Recorder):
    """A watcher that blocks for longer than the lease allows, as a terminal does after Ctrl-S."""

    def __init__(self, sleep: Callable[[], None]) -> None:
        super().__init__()
        self.sleep = sleep
        self.is_done = False

    def shown(self, progress: Progress) -> None:
        super().shown(progress)
        if progress.reading.sealed and not self.is_done:
            self.is_done = True
            self.sleep()


@pytest.mark.hazard("H-10", "computer")
def test_a_loop_that_stands_still_does_not_renew_the_lease(store: Store, person: PersonRecord) -> None:
    with Wand.open(f"sim://?utc={NOW_S}&seed=1") as wand:
        book = TreatmentBook(
            store, prepare(store, person, wand, NOW_S), wand.identity.serial, plan_of(NOSE), all_no(0).values, finishes=False
        )
        told = Sleepy(lambda: wand.clock.sleep_ms(1_000))
        outcome = Runner(wand, plan_of(NOSE), book, told).run(person.wire_tag, NOW_S)
    assert outcome.cause == "lease" and isinstance(outcome.error, LinkLost)
    assert 0 < (store.treatment(book.record.id).sealed_ms or 0) < 1_200
