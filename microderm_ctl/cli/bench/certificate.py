"""``microderm bench certificate``: list them, write their files, amend one, and check a file against the records."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.bench.issued import Issued, Listed, all_issued, find
from microderm_ctl.cli.bench.papers import HTML, JSON, PDF, check_ending, has_pdf, told, write_files
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import CheckFailed, FileProblem, Stopped, UsageProblem
from microderm_ctl.records.bench import CERTIFICATE
from microderm_ctl.records.canonical import sha256_of

if TYPE_CHECKING:
    from microderm_ctl.bench.certificate.document import Certificate, Change

_FORCE: Final = "--force"
_YES: Final = "--yes"
_KEPT: Final = "Nothing was written."
_WORDS: Final = ("customer", "customer_contact", "laboratory", "address", "place", "contact", "condition", "environment")
_FILE_MOST: Final = 4_000_000
"""A certificate is a fortieth of it; what is larger is none."""


class CertificateRecord(NamedTuple):
    """What was done (``list``, ``write``, ``amend``, ``check``), with which certificates and to which files."""

    did: str
    certificates: tuple[Listed, ...]
    files: tuple[str, ...]


@command(
    "certificate",
    help="list the certificates, or write one as PDF and page; what is wrong in one is amended, never changed",
    example="microderm bench certificate W-7KQ2M9XA-2026-000123 --to wand.pdf",
)
@click.argument("number", required=False)
@click.option("--to", metavar="FILE", type=click.Path(path_type=Path), shell_complete=offers.files, help="a .pdf, .html or .json file")
@click.option(_FORCE, is_flag=True, help="replace a file that has this name")
@click.option("--amend", metavar="NUMBER", help="issue a new certificate in the place of this one: same results, other words")
@click.option("--reason", metavar="TEXT", help="what is amended, and why; it stands on the new one")
@click.option("--customer", metavar="NAME", help="amend: for whom it is")
@click.option("--customer-contact", metavar="TEXT", help="amend: how to reach them")
@click.option("--laboratory", metavar="NAME", help="amend: who issues it")
@click.option("--address", metavar="TEXT", help="amend: of the laboratory; '\\n' begins a line")
@click.option("--place", metavar="TEXT", help="amend: where the work was done")
@click.option("--contact", metavar="TEXT", help="amend: how to reach the laboratory")
@click.option("--condition", metavar="TEXT", help="amend: in which the unit was received")
@click.option("--environment", metavar="TEXT", help="amend: the remark on the conditions")
@click.option(_YES, "says_yes", is_flag=True, help="amend without being asked")
@click.option("--check", metavar="FILE", type=click.Path(path_type=Path), shell_complete=offers.files, help="is this .json one of ours?")
def certificate(call: Invocation, **asked: Any) -> Report:
    """List, write, amend or check."""
    number, amended, checked = asked["number"], asked["amend"], asked["check"]
    if sum(one is not None for one in (number, amended, checked)) > 1:
        raise UsageProblem("Give one of NUMBER, --amend and --check.", "'microderm bench certificate --help' shows each.")
    if amended is None and any(asked[name] is not None for name in ("reason", *_WORDS)):
        raise UsageProblem("Say which one is to be amended.", "Add --amend NUMBER.")
    if asked["to"] is not None:
        check_ending(asked["to"])
    if checked is not None:
        return Report(_check(call, checked), _checked_lines)
    if amended is not None:
        return Report(_amend(call, asked), _amended_lines)
    if number is not None:
        one = find(all_issued(call), number)
        return Report(CertificateRecord("write", (one.listed,), _write(call, one, asked)), _written_lines)
    if asked["to"] is not None:
        raise UsageProblem("Say which certificate is to be written.", "Put its number before --to.")
    return Report(CertificateRecord("list", tuple(one.listed for one in all_issued(call)), ()), _list_lines)


def _write(call: Invocation, one: Issued, asked: dict[str, Any]) -> tuple[str, ...]:
    """Write the file that was asked for, or the PDF and the page into this directory."""
    target: Path | None = asked["to"]
    paths = [target] if target is not None else [Path(f"{one.listed.number}{ending}") for ending in (PDF, HTML)]

    def may_replace(path: Path) -> bool:
        if not asked["force"] and not call.ask.confirm(f"There is another file '{path}'. Replace it?", _FORCE):
            raise Stopped(_KEPT)
        return True

    return write_files(one.text, paths, may_replace)


def _amend(call: Invocation, asked: dict[str, Any]) -> CertificateRecord:
    from microderm_ctl.bench.certificate.document import amend, freeze, thaw

    original = find(all_issued(call), asked["amend"])
    _may_amend(original)
    old = thaw(original.text)
    change = _change(old, asked)
    reason = asked["reason"] or call.ask.line("What is amended, and why?", "--reason")
    store = original.store
    now_s = max(call.now_s(store.practice), old.dates.issued_s)  # a clock that was set back makes nothing older than it is
    try:
        trial = amend(old, original.listed.sha256, old.number, now_s, reason, change)
        freeze(trial)
    except ValueError as error:
        raise UsageProblem(f"It cannot be amended so: {error}.", "Nothing was written. Give other words.") from error
    _show(call, old, trial)
    if not asked["says_yes"] and not call.ask.confirm("Issue it? It cannot be taken back.", _YES):
        raise Stopped(_KEPT)
    number = store.next_certificate_number(now_s)
    text = freeze(trial._replace(number=number))
    document = {"number": number, "sha256": sha256_of(text), "amends": old.number, "text": text}
    store.append_row(CERTIFICATE, document, at_s=now_s, run_id=original.row.run_id, unit=original.row.unit)
    new = find(all_issued(call), number)
    target: Path | None = asked["to"]
    files = _write(call, new, asked) if target is not None or has_pdf() else _write(call, new, asked | {"to": Path(f"{number}{HTML}")})
    return CertificateRecord("amend", (new.listed,), files)


def _may_amend(original: Issued) -> None:
    listed = original.listed
    if not listed.here:
        raise UsageProblem(
            f"Bench {listed.bench} issued {listed.number}.",
            "Only the bench that issued one can amend it.",
            {"bench": listed.bench},
        )
    if listed.replaced_by is not None:
        raise UsageProblem(
            f"Certificate {listed.number} was replaced by {listed.replaced_by}.",
            "Amend that one, so that nobody finds two in its place.",
            {"replaced_by": listed.replaced_by},
        )


def _change(old: "Certificate", asked: dict[str, Any]) -> "Change":
    """Return what is said otherwise, the rest as it was."""
    from microderm_ctl.bench.certificate.document import Change

    given = {name: asked[name].replace("\\n", "\n") for name in _WORDS if asked[name] is not None}
    laboratory = {
        name: given[word]
        for name, word in (("name", "laboratory"), *((one, one) for one in ("address", "place", "contact")))
        if word in given
    }
    customer = {name: given[word] for name, word in (("name", "customer"), ("contact", "customer_contact")) if word in given}
    return Change(
        old.laboratory._replace(**laboratory) if laboratory else None,
        old.customer._replace(**customer) if customer else None,
        given.get("condition"),
        given.get("environment"),
    )


def _show(call: Invocation, old: "Certificate", new: "Certificate") -> None:
    """Show each word that changes, as it was and as it will be."""
    pairs = [
        *((f"laboratory {name}", getattr(old.laboratory, name), getattr(new.laboratory, name)) for name in old.laboratory._fields),
        *((f"customer {name}", getattr(old.customer, name), getattr(new.customer, name)) for name in old.customer._fields),
        ("condition", old.item.condition, new.item.condition),
        ("environment", old.environment.remark, new.environment.remark),
    ]
    for name, before, after in pairs:
        if before != after:
            call.printer.note(f"{name}: '{before}' becomes '{after}'")


def _check(call: Invocation, path: Path) -> CertificateRecord:
    """Return the certificate that a file holds.

    Raises:
        FileProblem: it cannot be read.
        CheckFailed: it is no certificate, was changed, or is not in the records.
    """
    from microderm_ctl.bench.certificate.document import thaw

    text = _text_of(path)
    try:
        number = thaw(text).number
    except FileProblem as problem:
        raise CheckFailed(f"'{path}' fails. {problem.sentence}", problem.hint, {"path": str(path)} | problem.details) from problem
    sha256 = sha256_of(text)
    known = [one.listed for one in all_issued(call) if one.listed.number == number]
    details: dict[str, object] = {"path": str(path), "number": number, "sha256": sha256}
    if not known:
        raise CheckFailed(
            f"Certificate {number} is not in the records here.",
            "Ask the bench that issued it, or fetch its rows with 'bench sync'.",
            details,
        )
    if known[0].sha256 != sha256:
        raise CheckFailed(
            f"'{path}' is not certificate {number}: its hash is {sha256[:16]}..., and that of the records {known[0].sha256[:16]}...",
            "Somebody has changed it. Do not trust it.",
            details | {"sha256_here": known[0].sha256},
        )
    return CertificateRecord("check", tuple(known), (str(path.absolute()),))


def _text_of(path: Path) -> str:
    with told(path, "The file cannot be read", f"Give the {JSON} file of a certificate."), path.open("rb") as file:
        content = file.read(_FILE_MOST + 1)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CheckFailed(f"'{path}' is no text, so it is no certificate.", f"Give its {JSON} file.", {"path": str(path)}) from error


def _list_lines(record: CertificateRecord) -> Iterator[str]:
    if not record.certificates:
        yield "No certificate has been issued yet."
        return
    for one in record.certificates:
        notes = [
            f"unit {one.unit}",
            (one.issued_at or "")[:10],
            f"by bench {one.bench}" if not one.here else "",
            f"replaces {one.amends}" if one.amends else "",
            f"replaced by {one.replaced_by}" if one.replaced_by else "",
        ]
        yield f"{one.number}: {', '.join(note for note in notes if note)}.{' SIMULATED.' if one.simulated else ''}"


def _written_lines(record: CertificateRecord) -> Iterator[str]:
    (one,) = record.certificates
    yield f"Certificate {one.number} of unit {one.unit}{' SIMULATED' if one.simulated else ''}:"
    yield from (f"  {name}" for name in record.files)
    if one.replaced_by:
        yield f"It was replaced by {one.replaced_by}."


def _amended_lines(record: CertificateRecord) -> Iterator[str]:
    yield from _written_lines(record)
    yield f"It replaces {record.certificates[0].amends}, which stays in the records."


def _checked_lines(record: CertificateRecord) -> Iterator[str]:
    (one,) = record.certificates
    yield f"This is certificate {one.number} of unit {one.unit}{' SIMULATED' if one.simulated else ''}, unchanged."
    if one.replaced_by:
        yield f"It was replaced by {one.replaced_by}: ask for that one."
