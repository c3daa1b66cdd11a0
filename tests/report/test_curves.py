"""A trace is drawn from few points, and no peak is lost on the way."""

from hypothesis import given
from hypothesis import strategies as st

from microderm_ctl.report.curves import BINS, GAP_MS, RUN, Stretch, thinned, view_of
from microderm_protocol import codes
from tests.report.course import HOLD, long_trace, sample

PRESSURES = st.lists(st.integers(-500, 26_700), min_size=1, max_size=300)


def test_running_has_the_number_of_the_wire() -> None:
    assert codes.RUN == RUN and codes.HOLD == HOLD


def test_one_sample_of_a_long_trace_is_seen() -> None:
    samples = long_trace()
    samples[1234] = samples[1234]._replace(vacuum_pa=17_777)
    samples[2345] = samples[2345]._replace(vacuum_pa=3_333)
    view = view_of(samples)
    assert view is not None
    (piece,) = view.vacuum
    assert (samples[1234].t_ms, 17_777) in zip(piece.t_ms, piece.pa, strict=True)
    assert (samples[2345].t_ms, 3_333) in zip(piece.t_ms, piece.pa, strict=True)
    assert len(piece.pa) <= 2 * BINS + 2 < len(samples) / 4
    assert view.samples == 3600 and view.max_pa == 17_777 and view.over_cap_pa == 5_777


@given(PRESSURES, st.integers(1, 2_000))
def test_each_bin_keeps_its_least_and_its_greatest(pressures: list[int], width_ms: int) -> None:
    points = [(number * 100, pa) for number, pa in enumerate(pressures)]
    kept = thinned(points, width_ms)
    assert kept == sorted(kept) and set(kept) <= set(points) and {points[0], points[-1]} <= set(kept)
    for number in {t_ms // width_ms for t_ms, _ in points}:
        inside = [pa for t_ms, pa in points if t_ms // width_ms == number]
        left = [pa for t_ms, pa in kept if t_ms // width_ms == number]
        assert (min(left), max(left)) == (min(inside), max(inside))


def test_a_line_is_broken_where_nothing_was_heard() -> None:
    view = view_of([sample(100), sample(200), sample(200 + GAP_MS + 1), sample(200 + GAP_MS + 101)])
    assert view is not None
    assert [piece.t_ms for piece in view.vacuum] == [(100, 200), (1201, 1301)]
    assert [piece.t_ms for piece in view.cap] == [(100, 200), (1201, 1301)]


def test_settings_are_steps_and_end_where_nothing_is_set() -> None:
    view = view_of([sample(100), sample(200, cap_pa=15_000), sample(300, cap_pa=0), sample(400, cap_pa=9_000), sample(500, cap_pa=9_000)])
    assert view is not None
    assert [(piece.t_ms, piece.pa) for piece in view.cap] == [
        ((100, 200, 200, 300), (12_000, 12_000, 15_000, 15_000)),
        ((400, 500), (9_000, 9_000)),
    ]


def test_venting_is_not_above_a_cap() -> None:
    """While the wand vents, no cap is in force any more, or already that of the next zone."""
    view = view_of([sample(100, 11_500), sample(200, 11_000, cap_pa=0, state=7), sample(300, 9_000, cap_pa=5_000, state=HOLD)])
    assert view is not None and view.over_cap_pa == -500 and view.max_pa == 11_500


def test_only_time_on_the_skin_is_a_stretch() -> None:
    view = view_of(
        [
            sample(100, sealed=False),
            sample(200),
            sample(300),
            sample(400, sealed=False),
            sample(500),
            sample(600, row=2),
            sample(700, row=2),
        ]
    )
    assert view is not None and view.stretches == (Stretch(1, 200, 500), Stretch(3, 600, 700))


def test_no_trace_is_no_picture() -> None:
    assert view_of([]) is None
