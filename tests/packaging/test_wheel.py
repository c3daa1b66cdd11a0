"""What a person installs: one wheel with both packages and their data, and few packages besides."""

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"microderm_ctl": ROOT / "microderm_ctl", "microderm_protocol": ROOT / "protocol" / "microderm_protocol"}
PACKAGES_MOST = 12
BYTES_MOST = 30_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("*.whl")
    return file


def test_the_wheel_holds_every_file_of_both_packages_and_no_other(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    packed = {name for name in names if ".dist-info/" not in name and ".data/" not in name}
    files = {
        f"{name}/{file.relative_to(folder).as_posix()}"
        for name, folder in PACKAGES.items()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert packed == files
    assert {"microderm_ctl/py.typed", "microderm_protocol/py.typed"} <= packed
    assert any(name.startswith("microderm_ctl/records/migrations/") and name.endswith(".sql") for name in packed)
    assert {f"microderm_ctl/report/templates/{name}" for name in ("report.html", "treatment.html", "report.css")} <= packed
    pages = {name.partition(".data/data/")[2] for name in names if ".data/" in name}
    assert pages == {f"share/man/man1/{page.name}" for page in (ROOT / "docs" / "man").glob("*.1")}


def test_the_wheel_has_the_command_and_the_licence(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        texts = {name.split("/", 1)[-1]: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    assert "microderm = microderm_ctl.cli.main:main" in texts["entry_points.txt"]
    assert "The Microderm authors" in texts["licenses/LICENSE"]


def test_little_is_installed_at_home() -> None:
    names = _needed(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    files = [Path(str(file.locate())) for name in names for file in metadata.files(name) or ()]
    assert len(names) + 1 <= PACKAGES_MOST, sorted(names)
    assert sum(file.stat().st_size for file in files if file.is_file()) <= BYTES_MOST


def test_every_package_that_is_needed_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = {Requirement(line).name: Requirement(line) for line in (ROOT / "constraints.txt").read_text().splitlines() if line[:1].isalnum()}
    needed = _needed([*project["dependencies"], *project["optional-dependencies"]["dev"]])
    assert needed <= {canonicalize_name(name) for name in pins}
    assert all([specifier.operator for specifier in pin.specifier] == ["=="] for pin in pins.values())


def _needed(requirements: list[str]) -> set[str]:
    """Return the names of what these requirements bring here, and what those bring."""
    names: set[str] = set()
    left = list(requirements)
    while left:
        requirement = Requirement(left.pop())
        name = canonicalize_name(requirement.name)
        if name in names or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        names.add(name)
        left += metadata.requires(name) or []
    return names
