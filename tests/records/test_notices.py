"""Notices of one process: each has a file of its own, whichever thread puts it up."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from microderm_ctl.records import notices


def test_threads_do_not_take_each_others_name(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        paths = set(pool.map(lambda number: notices.post(tmp_path / "notes", {"number": number}), range(64)))
    assert len(paths) == 64
    assert sorted(one["number"] for one in notices.read_all(tmp_path / "notes")) == list(range(64))
