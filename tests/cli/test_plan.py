"""``microderm plan``: the course ahead, zones and why they come first, and a professional's plan held against the rules."""

import json
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.cli.plan_file import CLEARABLE, MOST_BYTES
from microderm_ctl.records.store import open_store
from microderm_ctl.safety import TODAY, ProfessionalPlan
from tests.cli.conftest import Run
from tests.cli.test_standing import DAY_S, after_patch_test, treated

SIM = ("--port", "sim")
TODAY_IS = datetime.now().astimezone().date()


@pytest.fixture(autouse=True)
def no_ports(mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.link.ports._all_ports", return_value=[])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plan.toml"


def written(file: Path, **changes: str | None) -> str:
    """Write a plan with some of its lines changed, or left out; return its path."""
    lines = {"name": '"Dr. Ada"', "date": str(TODAY_IS), "expires": str(TODAY_IS + timedelta(days=365)), **changes}
    file.write_text("# a plan\n" + "".join(f"{key} = {value}\n" for key, value in lines.items() if value is not None))
    return str(file)


def held(data_dir: Path, practice: bool = False) -> ProfessionalPlan | None:
    with open_store(data_dir, practice) as store:
        return store.plan(store.find_person().id)


# The course ahead


@pytest.mark.usefixtures("ana")
def test_before_the_first_treatment_a_whole_course_lies_ahead(run: Run) -> None:
    shown = run("plan", "--json").record
    ahead = shown["ahead"]
    assert [one["number"] for one in ahead] == [1, 2, 3, 4, 5, 6]
    assert ahead[0]["latest"] is None
    a_day_s = datetime.fromisoformat(ahead[0]["earliest"]) - datetime.fromisoformat(shown["now"])
    assert a_day_s == timedelta(days=1)  # a patch test comes first
    assert datetime.fromisoformat(ahead[1]["earliest"]) - datetime.fromisoformat(ahead[0]["earliest"]) == timedelta(days=28)
    assert shown["professional"] is None


@pytest.mark.usefixtures("ana")
def test_text_has_what_to_expect_and_the_next_steps(run: Run) -> None:
    out = run("plan").out
    for words in ("0 of 6 treatments", "number 6: from", "should not hurt", "microderm plan example", "microderm journal --write"):
        assert words in out


@pytest.mark.usefixtures("ana")
def test_on_practice_it_goes_by_the_practice_calendar(run: Run, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    treated(data_dir)
    shown = run("plan", *SIM, "--json").record
    assert shown["simulated"] and shown["course"]["done"] == 1
    assert shown["ahead"][0]["number"] == 2
    assert shown["ahead"][0]["earliest"] == shown["course"]["next_from"]
    assert shown["ahead"][0]["latest"] == shown["course"]["next_until"]
    assert run("plan", "--json").record["course"]["done"] == 0


@pytest.mark.usefixtures("ana")
def test_zones_run_from_the_lowest_cap_and_say_why_they_go_first(run: Run) -> None:
    run("journal", "--clogged", "right cheek,chin,back")
    shown = run("plan", "--json").record
    zones = shown["zones"]
    assert [one["cap_pa"] for one in zones] == sorted(one["cap_pa"] for one in zones)
    assert [(one["zone"], one["first_because"]) for one in zones] == [
        ("cheek_right", "clogged"),
        ("forehead", "oily"),
        ("cheek_left", ""),
        ("chin", "clogged"),
        ("nose", "oily"),
    ]
    assert shown["also_clogged"] == ["back"]
    assert "microderm treat --zone cheek_right,forehead,cheek_left,chin,nose,back" in run("plan").out


@pytest.mark.usefixtures("ana")
def test_where_not_all_zones_fit_clogged_and_oily_ones_are_proposed(run: Run) -> None:
    run("journal", "--clogged", "leg,back")
    names = "temples,jaw,neck,around_mouth,hands,arm,leg,back,nose"
    shown = run("plan", "--zone", names, "--json").record
    chosen = {one["zone"] for one in shown["zones"]}
    assert {"leg", "back", "nose"} <= chosen
    assert shown["left_out"] and not chosen & set(shown["left_out"])
    assert "has no room for" in run("plan", "--zone", names).out


@pytest.mark.usefixtures("ana")
def test_a_zone_that_is_never_treated_is_refused(run: Run) -> None:
    ended = run("plan", "--zone", "eyelid")
    assert (ended.code, ended.out) == (7, "")
    assert "never treated" in ended.err


# A professional's plan


@pytest.mark.usefixtures("ana")
def test_the_form_imports_as_it_is_once_it_is_filled_in(run: Run, data_dir: Path, file: Path) -> None:
    form = run("plan", "example").out
    assert run("plan", "import", "-", "--yes", text=form).code == 2
    file.write_text(form.replace("Your name here", "Dr. Ada"))
    assert run("plan", "import", str(file), "--yes").code == 0
    plan = held(data_dir)
    assert plan is not None and (plan.name, plan.interval_days, plan.course_length, plan.cleared) == ("Dr. Ada", None, None, ())


@pytest.mark.usefixtures("ana")
def test_the_whole_form_filled_in_imports_and_clears_all_that_can_be_cleared(run: Run, data_dir: Path, file: Path) -> None:
    lines = run("plan", "example").out.replace("Your name here", "Dr. Ada").splitlines()
    begin = next(number for number, line in enumerate(lines) if "course_length =" in line)
    filled = [line.removeprefix("# ") if (number >= begin and "=" in line.partition("#")[2]) or line.startswith(("#   ", "# ]")) else line
              for number, line in enumerate(lines)]  # fmt: skip
    values = tomllib.loads("\n".join(filled))
    assert values["cleared"] == list(CLEARABLE)
    file.write_text("\n".join(filled))
    assert run("plan", "import", str(file), "--yes").code == 0
    plan = held(data_dir)
    assert plan is not None and (plan.interval_days, plan.course_length, plan.cleared) == (28, 6, CLEARABLE)


@pytest.mark.usefixtures("ana")
def test_the_form_is_written_to_a_new_file_and_never_over_another(run: Run, file: Path) -> None:
    assert "plan import" in run("plan", "example", "--out", str(file)).out
    form = file.read_text()
    assert form == run("plan", "example").out
    file.write_text("mine")
    again = run("plan", "example", "--out", str(file))
    assert (again.code, again.out, file.read_text()) == (9, "", "mine")
    assert run("plan", "example", "--out", str(file / "below")).code == 9
    assert run("plan", "example", "--out", "a\0b").code == 9


def test_without_a_profile_the_form_is_the_most_careful(run: Run) -> None:
    assert "14 at least" in run("plan", "example").out


@pytest.mark.usefixtures("ana")
def test_a_plan_is_held_against_the_rules_and_never_widens_past_them(run: Run, data_dir: Path, file: Path) -> None:
    before = run("plan", "--json").record["zones"]
    path = written(file, interval_days="3", course_length="20", cleared='["diabetes", "rosacea", "dark_mark"]')
    kept = run("plan", "import", path, "--yes", "--json").record
    assert [(one["id"], one["without"], one["asked"], one["holds"], one["because"]) for one in kept["professional"]["lines"]] == [
        ("interval_days", 28, 3, 7, "floor"),
        ("course_length", 6, 20, 12, "longest-course"),
        ("diabetes", False, True, True, "as-asked"),
        ("rosacea", False, True, False, "never-cleared"),
        ("dark_mark", False, True, True, "as-asked"),
        ("limits", None, None, None, "never-raised"),
    ]
    after = run("plan", "--json").record
    assert after["zones"] == before
    assert (after["course"]["length"], after["course"]["interval_days"], after["course"]["professional"]) == (12, 7, "Dr. Ada")
    assert after["professional"] == kept["professional"] == run("plan", "show", "--json").record["professional"]
    assert "this skin needs 7 at least" in run("plan", "show").out
    with open_store(data_dir, practice=True) as practice:
        assert practice.persons() == ()


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cap": "25000"}, "line 5: 'cap' is not known"),
        ({"Name": '"x"'}, "line 5: 'Name' is not known; did you mean 'name'?"),
        ({"interval": "14"}, "did you mean 'interval_days'?"),
        ({"name": None}, "'name' is missing"),
        ({"name": '""'}, "line 2: 'name' takes who wrote it"),
        ({"name": "7"}, "line 2: 'name' takes who wrote it"),
        ({"name": '"Dr.\\u0007Ada"'}, "line 2: 'name' takes who wrote it"),
        ({"name": f'"{"x" * 61}"'}, "up to 60 letters"),
        ({"date": '"2026-05-01"'}, "line 3: 'date' takes a day without \"\""),
        ({"date": "2026-05-01T10:00:00"}, "takes a day"),
        ({"date": "1926-05-01"}, "takes a year from 2020"),
        ({"date": str(TODAY_IS + timedelta(days=1))}, "line 3: 'date' lies ahead"),
        ({"expires": str(TODAY_IS)}, "line 4: 'expires' is not after 'date'"),
        ({"date": "2024-01-01", "expires": str(TODAY_IS)}, "line 4: 'expires' has passed"),
        ({"expires": str(TODAY_IS + timedelta(days=732))}, "more than two years"),
        ({"interval_days": "0"}, "line 5: 'interval_days' takes a whole number from 1 to 365"),
        ({"interval_days": "-14"}, "'interval_days' takes a whole number"),
        ({"interval_days": "14.5"}, "'interval_days' takes a whole number"),
        ({"interval_days": "true"}, "'interval_days' takes a whole number"),
        ({"interval_days": '"14"'}, "'interval_days' takes a whole number"),
        ({"course_length": "nan"}, "'course_length' takes a whole number"),
        ({"course_length": "1000"}, "'course_length' takes a whole number"),
        ({"cleared": '"diabetes"'}, "'cleared' takes a list"),
        ({"cleared": "[3]"}, "'cleared' takes a list"),
        ({"cleared": '["diabetis"]'}, "names what is not asked: 'diabetis'; did you mean 'diabetes'?"),
        ({"cleared": "{ diabetes = true }"}, "'cleared' takes a list"),
    ],
)
def test_a_plan_that_does_not_fit_is_told_with_its_line(
    run: Run, data_dir: Path, file: Path, changes: dict[str, str | None], said: str
) -> None:
    ended = run("plan", "import", written(file, **changes), "--yes")
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "microderm plan example" in ended.err
    assert held(data_dir) is None


@pytest.mark.usefixtures("ana")
def test_everything_that_is_wrong_is_told_at_once(run: Run, file: Path) -> None:
    ended = run("plan", "import", written(file, cap="1", date='"x"', course_length="0"), "--yes", "--json")
    assert ended.code == 2
    assert len(json.loads(ended.err)["wrong"]) == 3


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name = \n", "no TOML: invalid value (at line 1"),
        (b"name = 'a'\nname = 'b'\n", "no TOML"),
        (b"\x00\xff\xfe" * 50, "no text (line 1)"),
        (b"# fine\n\xff\n", "no text (line 2)"),
        (b"#" * (MOST_BYTES + 1), "longer than"),
        (b"a = " + b"[" * 9_000, "no TOML"),
    ],
    ids=["torn", "twice", "binary", "bad-byte", "huge", "deep"],
)
def test_a_file_that_is_no_plan_is_called_so(run: Run, data_dir: Path, file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    ended = run("plan", "import", str(file), "--yes")
    assert (ended.code, ended.out) == (9, "")
    assert said in ended.err
    assert held(data_dir) is None


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_told(run: Run, tmp_path: Path, name: str) -> None:
    ended = run("plan", "import", str(tmp_path / name), "--yes")
    assert ended.code == 9
    assert "cannot be read" in ended.err


@pytest.mark.usefixtures("ana")
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a file without an end")
def test_a_file_without_an_end_is_not_read_to_it(run: Run) -> None:
    assert run("plan", "import", "/dev/zero", "--yes").code == 9


@pytest.mark.usefixtures("ana")
def test_windows_line_ends_and_a_mark_of_byte_order_are_no_trouble(run: Run, file: Path) -> None:
    text = Path(written(file)).read_text()
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert run("plan", "import", str(file), "--yes").code == 0
    file.write_text(text, encoding="utf-16")
    assert run("plan", "import", str(file), "--yes").code == 0
    file.write_bytes(b"\xff\xfe\x00")
    assert run("plan", "import", str(file), "--yes").code == 9


@pytest.mark.usefixtures("ana")
def test_without_a_terminal_consent_is_a_flag(run: Run, data_dir: Path, file: Path) -> None:
    ended = run("plan", "import", written(file))
    assert ended.code == 2 and "--yes" in ended.err
    assert held(data_dir) is None
    run("plan", "import", str(file), "--yes")
    ended = run("plan", "remove")
    assert ended.code == 2 and "--yes" in ended.err
    assert held(data_dir) is not None


@pytest.mark.usefixtures("ana", "at_terminal")
def test_at_a_terminal_it_is_shown_before_it_is_kept(run: Run, data_dir: Path, file: Path) -> None:
    path = written(file, interval_days="3")
    no = run("plan", "import", path, text="n\n")
    assert no.code == 130 and held(data_dir) is None
    assert "this skin needs 7 at least" in no.err

    assert run("plan", "import", path, text="y\n").code == 0
    again = run("plan", "import", written(file, name='"Dr. Bo"'), text="y\n")
    assert "takes the place of the plan of Dr. Ada" in again.err
    plan = held(data_dir)
    assert plan is not None and plan.name == "Dr. Bo"

    assert run("plan", "remove", text="n\n").code == 130 and held(data_dir) is not None
    assert run("plan", "remove", text="y\n").code == 0 and held(data_dir) is None
    assert run("plan", "remove", text="y\n").code == 2
    assert run("plan", "show").code == 0


@pytest.mark.usefixtures("ana")
def test_a_plan_that_has_expired_is_shown_and_does_not_hold(run: Run, data_dir: Path) -> None:
    now_s = int(datetime.now(UTC).timestamp())
    with open_store(data_dir) as store:
        old = ProfessionalPlan("Dr. Ada", now_s - 100 * DAY_S, now_s - DAY_S, 14, 8, ("diabetes",))
        store.keep_plan(store.find_person().id, old, now_s)
    check = run("plan", "show", "--json").record["professional"]
    assert check["in_date"] is False
    assert [(one["holds"], one["because"]) for one in check["lines"]] == [
        (28, "out-of-date"),
        (6, "out-of-date"),
        (False, "out-of-date"),
        (None, "never-raised"),
    ]
    assert "out of date" in run("plan").out


@pytest.mark.usefixtures("ana")
def test_a_plan_on_practice_stays_there(run: Run, data_dir: Path, file: Path) -> None:
    kept = run("plan", "import", written(file), "--yes", *SIM)
    assert "SIMULATED" in kept.out
    assert held(data_dir) is None and held(data_dir, practice=True) is not None


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("words", [("--person", "ana", "show"), ("--zone", "nose", "remove"), ("shwo",), ("import",), ("--zone", "nase")])
def test_wrong_usage_is_told(run: Run, words: tuple[str, ...]) -> None:
    ended = run("plan", *words)
    assert ended.code == 2
    assert ended.err


def test_what_can_be_cleared_is_what_the_rules_let_a_professional_clear() -> None:
    assert set(CLEARABLE) == {question.id for question in TODAY if question.doctor_first} | {"dark_mark"}


PROBE = """
import sys
sys.argv = ["microderm", "plan", "--help"]
from microderm_ctl.cli.main import main
try:
    main()
finally:
    print("sqlite3" in sys.modules, file=sys.stderr)
"""


def test_help_imports_no_database() -> None:
    ended = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False, timeout=60)
    assert ended.stderr.strip() == "False"
