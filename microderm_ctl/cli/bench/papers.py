"""The files of a certificate: written whole or not at all, all of them or none, and never over another one."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.records.files import write_private

JSON, HTML, PDF = ".json", ".html", ".pdf"
ENDINGS: Final = (PDF, HTML, JSON)
_NOT_WRITTEN: Final = "The certificate is in the records, but its files cannot be written"
_ELSEWHERE: Final = "Choose another place with --to. Nothing was half-written."
_INSTALL: Final = "Install it with: pip install 'microderm-ctl[bench]'. Or write the page alone: --to FILE.html."


def has_pdf() -> bool:
    """Return whether PDFs can be made: what makes them is an extra."""
    return find_spec("reportlab") is not None


def issue_files(text: str, directory: Path, number: str) -> tuple[str, ...]:
    """Write the frozen text of a certificate, its page and, where that can be made, its PDF; return the paths.

    Raises:
        FileProblem: they cannot be written, or a file of that name is another certificate.
    """
    endings = [one for one in ENDINGS if one != PDF or has_pdf()]
    try:
        return write_files(text, [directory / f"{number}{ending}" for ending in endings], may_replace=lambda _: False)
    except FileProblem as problem:
        hint = f"Nothing was half-written, and the work is done: 'microderm bench certificate {number}' writes them from the records."
        raise FileProblem(problem.sentence, hint, problem.details) from problem


def write_files(text: str, paths: Iterable[Path], may_replace: Callable[[Path], bool]) -> tuple[str, ...]:
    """Write a certificate to files, each in the form that its ending says; return their paths.

    Args:
        text: frozen.
        paths: the files.
        may_replace: whether a file that is there, and is not the same, may be replaced.

    Raises:
        UsageProblem: an ending says nothing, or the PDF cannot be made here.
        FileProblem: a file cannot be written, or is there and may not be replaced.
    """
    wanted = [path.absolute() for path in paths]
    for path in wanted:
        check_ending(path)
    made = {path: _rendered(text, path.suffix) for path in wanted}
    for path, content in made.items():
        _may_write(path, content, may_replace)
    _write_all(made)
    return tuple(str(path) for path in made)


@contextmanager
def told(path: Path, sentence: str, hint: str) -> Iterator[None]:
    """Turn an ``OSError`` of the body into what a person reads of it.

    Raises:
        FileProblem: in its place.
    """
    try:
        yield
    except OSError as error:
        cause = error.strerror or str(error)
        raise FileProblem(f"{sentence}: '{path}': {cause}.", hint, {"path": str(path), "cause": cause}) from error


def check_ending(path: Path) -> None:
    """Refuse a file of which nothing could be written.

    Raises:
        UsageProblem: its ending says nothing, or a PDF cannot be made here.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageProblem(
            f"The name of the file has to end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.", "Its end says what is written."
        )
    if ending == PDF and not has_pdf():
        raise UsageProblem("The PDF needs reportlab, and it is not here.", _INSTALL, {"missing": "reportlab"})


def _rendered(text: str, ending: str) -> bytes:
    """Return a frozen certificate as the bytes of a file with an ending."""
    if ending.lower() == JSON:
        return text.encode()
    if ending.lower() == HTML:
        from microderm_ctl.bench.certificate.html import render_html

        return render_html(text).encode()
    from microderm_ctl.bench.certificate.pdf import render_pdf

    return render_pdf(text)


def _may_write(path: Path, content: bytes, may_replace: Callable[[Path], bool]) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_file() or path.is_symlink():
        raise FileProblem(f"'{path}' is there, and it is no plain file.", "Choose another name with --to.", {"path": str(path)})
    with told(path, "A file of that name cannot be read", _ELSEWHERE):
        is_same = path.read_bytes() == content
    if not is_same and not may_replace(path):
        raise FileProblem(
            f"'{path}' is there, and it is something else.", "Move it away, or choose another name with --to.", {"path": str(path)}
        )


def _write_all(made: Mapping[Path, bytes]) -> None:
    """Write all beside their names first, and give them their names last: a full disk leaves none of them."""
    halves = {path: path.with_name(f"{path.name}.{os.getpid()}.part") for path in made}
    try:
        for path, half in halves.items():
            with told(path, _NOT_WRITTEN, _ELSEWHERE):
                path.parent.mkdir(parents=True, exist_ok=True)
                write_private(half, made[path])
        for path, half in halves.items():
            with told(path, _NOT_WRITTEN, _ELSEWHERE):
                half.replace(path)
    finally:
        for half in halves.values():
            with suppress(OSError):
                half.unlink(missing_ok=True)
