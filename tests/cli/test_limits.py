"""``microderm limits`` against a table of caps that was computed here a second time, by hand from the facts."""

from fractions import Fraction

import pytest

from tests.cli.conftest import Run

BASE_PA = {"sensitive": 12_000, "dry": 15_000, "combination": 18_000, "normal": 20_000, "oily": 25_000}
COARSEST = {"sensitive": 0, "dry": 0, "combination": 1, "normal": 1, "oily": 2}
GRITS = {"fine": "1", "medium": "0.9", "coarse": "0.75"}
ZONES = {
    "nose": "1", "chin": "1", "forehead": "0.85", "cheek_left": "0.85", "cheek_right": "0.85", "temple_left": "0.7",
    "temple_right": "0.7", "jaw_left": "0.7", "jaw_right": "0.7", "decollete": "0.7", "hand_left": "0.7", "hand_right": "0.7",
    "neck_left": "0.6", "neck_right": "0.6", "around_mouth": "0.6", "arm": "1", "leg": "1", "back": "1",
}  # fmt: skip
FITZPATRICK = {1: "1", 2: "1", 3: "1", 4: "0.9", 5: "0.8", 6: "0.8"}


def expected_pa(skin: str, zone: str, grit: str, fitzpatrick: int, settled: bool) -> int | None:
    coarsest = 0 if fitzpatrick >= 5 else COARSEST[skin]
    if list(GRITS).index(grit) > coarsest:
        return None
    factors = [ZONES[zone], GRITS[grit], FITZPATRICK[fitzpatrick], "1" if settled else "0.6"]
    cap = Fraction(BASE_PA[skin])
    for factor in factors:
        cap *= Fraction(factor)
    steps = min(cap, Fraction(25_000)) // 500
    return int(steps) * 500 if steps >= 5 else None


@pytest.mark.parametrize("skin", BASE_PA)
def test_every_cap_is_that_of_the_table(run: Run, skin: str) -> None:
    for fitzpatrick in FITZPATRICK:
        for settled in (False, True):
            words = ["limits", "--skin", skin, "--fitzpatrick", str(fitzpatrick), "--age", "30", "--json"]
            rows = run(*words, *(["--settled"] if settled else [])).record["rows"]
            caps = {(row["zone"], row["grit"]): row["cap_pa"] for row in rows if row["zone"] in ZONES}

            assert caps == {(zone, grit): expected_pa(skin, zone, grit, fitzpatrick, settled) for zone in ZONES for grit in GRITS}
            assert all((row["cap_pa"] is None) == (row["refused"] is not None) for row in rows)


def test_zones_that_are_never_treated_are_refused_with_every_tip(run: Run) -> None:
    rows = run("limits", "--skin", "oily", "--fitzpatrick", "2", "--age", "30", "--json").record["rows"]
    never = {row["zone"] for row in rows if row["refused"] == "zone-forbidden"}

    assert never == {"eyelid", "orbital_rim", "lips", "mucosa", "ear_inside", "nipple", "genitals"}


def test_one_zone_and_grit_show_the_vacuum_after_each_factor(run: Run) -> None:
    shown = run("limits", "--skin", "oily", "--fitzpatrick", "4", "--age", "30", "--zone", "cheek", "--grit", "medium", "--settled").out

    for after in ("25.000 kPa", "21.250 kPa", "19.125 kPa", "17.212 kPa", "17.000 kPa"):
        assert after in shown
    assert "left cheek, right cheek, medium tip" in shown
    assert "At most 17.0 kPa. Set by skin: oily; zone: forehead, cheek; grit: medium; Fitzpatrick IV." in shown


def test_every_number_is_marked_as_sourced_or_our_own(run: Run) -> None:
    described = ("--skin", "normal", "--fitzpatrick", "1", "--age", "30")
    row = run("limits", *described, "--zone", "nose", "--grit", "fine", "--json").record["rows"][0]

    assert [line["sourced"] for line in row["factors"]] == [False] * len(row["factors"]), "no source gives a number of a cap"
    assert all(line["source"] for line in row["factors"])


def test_what_is_not_given_counts_as_the_strictest_and_is_named(run: Run) -> None:
    shown = run("limits", "--skin", "oily", "--json").record

    assert (shown["skin"], shown["fitzpatrick"]) == ("sensitive", 6)
    assert shown["not_given"] == ["--fitzpatrick", "--age"]


def test_the_table_fits_a_terminal(run: Run) -> None:
    shown = run("limits", "--skin", "oily", "--fitzpatrick", "4", "--age", "30").out
    table = shown.partition("\n\na  ")[0]

    assert max(map(len, table.splitlines())) < 80
    assert "cheek (each)" in table
    assert "8.0 kPa" in table


def test_a_profile_gives_the_same_as_the_described_skin(run: Run, ana: str) -> None:
    described = run("limits", "--skin", "oily", "--fitzpatrick", "2", "--age", "34", "--json").record
    known = run("limits", "--json").record

    assert known["person"] == ana
    assert known["rows"] == described["rows"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--zone", "chek"), "There is no zone 'chek'. Did you mean 'cheek'?"),
        (("--skin", "oliy"), "There is no skin type 'oliy'. Did you mean 'oily'?"),
        (("--skin", "dry", "--grit", "medum"), "There is no grit 'medum'. Did you mean 'medium'?"),
        (("--skin", "dry", "--fitzpatrick", "7"), "'7' is not a Fitzpatrick type."),
        (("--skin", "dry", "--thickness", "tin"), "There is no thickness 'tin'. Did you mean 'thin'?"),
        (("--fitzpatrick", "2"), "A skin is described beginning with its type."),
        (("--skin", "dry", "--age", "nan"), "Invalid value for '--age': 'nan' is not a valid integer range."),
        ((), "There is no profile yet."),
    ],
)
def test_bad_input_names_the_nearest(run: Run, words: tuple[str, ...], told: str) -> None:
    ended = run("limits", *words)

    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.splitlines()[0] == told


def test_roman_numbers_are_fitzpatrick_types_too(run: Run) -> None:
    words = ("limits", "--skin", "oily", "--age", "30", "--json", "--fitzpatrick")

    assert run(*words, "iv").record == run(*words, "4").record
