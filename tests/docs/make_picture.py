"""Draws docs/images/live.svg: the live view in the middle of a real treatment on the virtual wand.

Run it as `python -m tests.docs.make_picture`.
"""

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from microderm_ctl.cli.live import WIDTH, Heading, _styled, picture
from microderm_ctl.clock import VirtualClock
from microderm_ctl.records.rows import Profile
from microderm_ctl.records.store import open_store
from microderm_ctl.safety import Depth, History, Kind, Patch, PatchResult, Request, Skin, Thickness, Treatment, Zone, all_no, decide
from microderm_ctl.safety.values import Aftermath, Ending, Grit
from microderm_ctl.treatment.book import TreatmentBook
from microderm_ctl.treatment.events import Event, Wish
from microderm_ctl.treatment.plan import prepare
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.treatment.watching import Progress
from microderm_ctl.wand import Wand

PICTURE: Final = Path(__file__).parents[2] / "docs" / "images" / "live.svg"
DAY_S: Final = 24 * 3600
ZONES: Final = (Zone.NOSE, Zone.CHIN, Zone.FOREHEAD, Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT)
ROW: Final = 1
"""The picture shows the second zone, half done."""


class _Camera:
    """Watches a run and keeps one screen of it."""

    def __init__(self, heading: Heading) -> None:
        self.heading = heading
        self.lines: list[str] = []

    def told(self, event: Event, t_ms: int) -> None:
        """Nothing is kept of what happens."""

    def shown(self, progress: Progress) -> None:
        """Keep the screen of the moment that the picture is of."""
        reading = progress.reading
        half = progress.row == ROW and progress.row_left_ms < progress.zone.seconds * 500
        if half and reading.sealed and reading.moving and not self.lines:
            self.lines = picture(self.heading, progress)

    def wishes(self) -> Sequence[Wish]:
        """Stop once the picture is taken."""
        return (Wish.STOP,) if self.lines else ()


def screen() -> list[str]:
    """Return the lines of the live view, from a treatment that really runs."""
    now_s = VirtualClock().utc_s()
    with tempfile.TemporaryDirectory() as directory, open_store(Path(directory), practice=True) as store:
        person = store.create_person("ana", Profile(Skin.OILY, Thickness.NORMAL, 2, 1990, {}, now_s), now_s)
        with Wand.open(f"sim://?serial=SIM-0001&hand=auto&seed=3&utc={now_s}") as wand:
            prepared = prepare(store, person, wand, now_s)
            before = tuple(Treatment(now_s - days * DAY_S, 200_000, Grit.FINE, Ending.DONE, Aftermath.FINE) for days in (100, 60))
            history = History(before, (Patch(now_s - 110 * DAY_S, PatchResult.CLEAN, now_s - 105 * DAY_S),))
            request = Request(ZONES, all_no(now_s), Kind.TREATMENT, depth=Depth.LIGHT)
            plan = decide(request, prepared.person, prepared.wand, history, now_s).plan
            if plan is None:
                raise SystemExit("the rules refuse the treatment of the picture")
            camera = _Camera(Heading(person.name, wand.identity.serial, wand.identity.simulated, plan))
            book = TreatmentBook(store, prepared, wand.identity.serial, plan, request.answers.values, finishes=False)
            Runner(wand, plan, book, camera).run(int(person.tag, 16), now_s)
    return camera.lines


def drawing(lines: list[str]) -> str:
    """Return the screen as SVG."""
    console = Console(record=True, width=WIDTH + 2, file=io.StringIO(), force_terminal=True)
    console.print(_styled(lines))
    return console.export_svg(title="microderm treat", unique_id="live")


if __name__ == "__main__":
    PICTURE.write_text(drawing(screen()), encoding="utf-8")
