"""A person's computer with a data directory and a virtual wand, on which commands are typed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from microderm_ctl.cli.ask import Asker
from microderm_ctl.cli.commands import CLOCK
from microderm_ctl.cli.main import root
from microderm_ctl.clock import VirtualClock
from microderm_ctl.records.rows import Profile, TreatmentRecord
from microderm_ctl.records.store import Store, open_store
from microderm_ctl.safety import Grit, PatchResult, Skin, Thickness, Zone, all_no
from tests.docs.printed import check

NOW_S = 1_780_000_000
DAY_S = 86_400
SERIAL = "SIM-0001"
NONE_OF_ALL = "nnn"
"""The keys for today's questions where nothing applies."""


class Ran(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def stream(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> dict[str, Any]:
        error = json.loads(self.err.splitlines()[-1])
        assert isinstance(error, dict)
        return error


class House:
    """A data directory, a clock, and commands."""

    def __init__(self, directory: Path, patch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.clock = VirtualClock(NOW_S)
        self._patch = patch

    def store(self, practice: bool = True) -> Store:
        return open_store(self.data, practice)

    def add_person(self, skin: Skin = Skin.NORMAL, name: str = "Ann") -> None:
        with self.store(practice=False) as store:
            store.create_person(name, Profile(skin, Thickness.NORMAL, 2, 1990), NOW_S - 100 * DAY_S)

    def add_clean_patch(self) -> None:
        with self.store(practice=False) as known, self.store() as store:
            person = store.mirror_person(known.find_person(), NOW_S - 3 * DAY_S)
            test = store.begin_patch_test(person.id, SERIAL, Zone.INNER_FOREARM, 2_500, Grit.FINE, NOW_S - 2 * DAY_S)
            store.finish_patch_test(test.id, NOW_S - 2 * DAY_S + 5, 3_000, "treatment-done", complete=True)
            store.keep_patch_result(test.id, PatchResult.CLEAN, NOW_S - DAY_S + 60)

    def advance(self, duration_s: int) -> None:
        with self.store() as store:
            store.advance(duration_s)

    def port(self, script: str = "", fault: str = "", serial: str = SERIAL) -> str:
        """Return the URL of a virtual wand with its memory here, led by the lines of a script, or politely."""
        with self.store() as store:
            told = {"serial": serial, "seed": "1", "memory": str(self.directory / "memory"), "utc": str(store.now_s(NOW_S))}
        if script:
            path = self.directory / "hand.txt"
            path.write_text(script)
            told["hand"] = str(path)
        return f"sim://?{urlencode(told | ({'fault': fault} if fault else {}))}"

    def answers(self, at: object = NOW_S, **changes: object) -> str:
        """Write a file of today's answers, all no but for the changes; None leaves one out."""
        values: Mapping[str, object] = {**all_no(0).values, "at": at, **changes}
        path = self.directory / "answers.json"
        path.write_text(json.dumps({name: value for name, value in values.items() if value is not None}))
        return str(path)

    def run(self, *words: str, typed: str | None = None, stdin: str = "") -> Ran:
        """Type a command; ``typed`` is what a person at a terminal types into it."""
        with self._patch.context() as patch:
            if typed is not None:
                patch.setattr(Asker, "can_ask", property(lambda _: True))
            result = CliRunner().invoke(root, ["--data-dir", str(self.data), *words], input=stdin or typed, obj={CLOCK: self.clock})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        check(words, result.stdout, result.stderr)
        return Ran(result.exit_code, result.stdout, result.stderr)

    def script(self, *words: str, command: str = "treat", port: str = "") -> Ran:
        """Run a command as a script does, with consent and answers given."""
        return self.run(command, "--port", port or self.port(), "--yes", "--answers", self.answers(), *words)

    def treatments(self) -> tuple[TreatmentRecord, ...]:
        with self.store() as store:
            return store.treatments(store.find_person().id)
