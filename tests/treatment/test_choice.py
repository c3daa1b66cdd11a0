"""Which zones come first, and which still fit."""

from microderm_ctl.records.journal import JournalEntry, Results
from microderm_ctl.safety import TREATABLE, Decision, Skin, Zone
from microderm_ctl.safety.evidence import ZONES_AT_ONCE
from microderm_ctl.safety.zones import WHOLE_FACE
from microderm_ctl.treatment.choice import by_need, clogged_zones, that_fit, why_first
from tests.safety.people import ask, history, judge, past, person

MANY = (*WHOLE_FACE, Zone.BACK, Zone.ARM, Zone.LEG)


def entries(*clogged: tuple[Zone, ...] | None) -> list[JournalEntry]:
    return [JournalEntry(number, 1, number, number, Results(clogged=one)) for number, one in enumerate(clogged)]


def test_what_was_said_last_of_blackheads_holds() -> None:
    assert clogged_zones([]) == ()
    assert clogged_zones(entries((Zone.NOSE,), None)) == (Zone.NOSE,)
    assert clogged_zones(entries((Zone.NOSE,), (Zone.CHIN,), None)) == (Zone.CHIN,)
    assert clogged_zones(entries((Zone.NOSE,), ())) == ()


def test_clogged_zones_come_before_oily_ones_and_those_before_others() -> None:
    oily = person(Skin.COMBINATION)
    assert by_need(WHOLE_FACE, (Zone.CHEEK_RIGHT,), oily) == (Zone.CHEEK_RIGHT, Zone.FOREHEAD, Zone.NOSE, Zone.CHIN, Zone.CHEEK_LEFT)
    dry = person(Skin.DRY)
    assert by_need(WHOLE_FACE, (), dry) == WHOLE_FACE
    assert [why_first(zone, (Zone.NOSE,), who) for who, zone in ((oily, Zone.NOSE), (oily, Zone.CHIN), (dry, Zone.CHIN))] == [
        "clogged",
        "oily",
        "",
    ]


def test_what_one_treatment_holds_is_taken_in_order() -> None:
    who = person()

    def decided(zones: tuple[Zone, ...]) -> Decision:
        return judge(ask(*zones), who, history(who, past(40)))

    assert [one.code for one in decided(MANY).refusals] == ["treatment-too-long"]
    fit = that_fit(by_need(MANY, (Zone.LEG, Zone.NOSE), who), decided)
    assert fit == (Zone.NOSE, Zone.LEG, Zone.FOREHEAD, Zone.CHEEK_LEFT, Zone.CHIN)
    assert decided(fit).plan is not None
    assert all(decided((*fit, zone)).plan is None for zone in MANY if zone not in fit)


def test_one_zone_more_than_the_wand_takes_finds_no_room() -> None:
    who = person(Skin.DRY)
    small = tuple(zone for zone in TREATABLE if zone not in (Zone.ARM, Zone.LEG, Zone.BACK, Zone.DECOLLETE))
    fit = that_fit(small, lambda zones: judge(ask(*zones), who, history(who)))
    assert len(small) > ZONES_AT_ONCE >= len(fit)
    assert judge(ask(*fit), who, history(who)).plan is not None
