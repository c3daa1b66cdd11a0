"""The computer's side of a home diamond-tip microderm wand.

Three ways in, of which none is imported before it is used:

- ``decide`` and the values around it say what a skin may get today, and why: pure functions;
- ``Wand`` is a wand on a port, and ``find`` says where wands are;
- ``prepare``, ``Runner`` and the books lead a whole treatment and keep it in a ``Store``.

Every error is a ``MicrodermError``; ``microderm_ctl.errors`` draws the tree. What
``__all__`` lists is public and changes only with a new major version. Its types stand
in ``__init__.pyi``.
"""

__version__ = "0.1.0"

_PUBLIC = {
    "clock": ("RealClock", "VirtualClock"),
    "errors": ("MicrodermError",),
    "link.ports": ("PortInfo", "find"),
    "link.values": ("Identity", "Limits", "LimitsInForce", "Reading", "Row", "StateChange"),
    "records.rows": ("PersonRecord", "Profile", "TreatmentRecord"),
    "records.store": ("Store", "open_store"),
    "safety": (
        *("Aftermath", "Answers", "Decision", "Depth", "Ending", "Factor", "Grit", "History", "Kind", "LedgerEntry"),
        *("Patch", "PatchResult", "Person", "Plan", "PlannedZone", "ProfessionalPlan", "Refusal", "Request", "Skin"),
        *("Thickness", "Treatment", "WandState", "Zone"),
        *("all_no", "cap_table", "check_answers", "decide", "explain_cap", "next_treatment_at_s"),
    ),
    "treatment.book": ("PatchBook", "TreatmentBook"),
    "treatment.events": ("Event", "Wish"),
    "treatment.outcome": ("Outcome",),
    "treatment.plan": ("Prepared", "prepare"),
    "treatment.runner": ("Runner",),
    "treatment.watching": ("Progress", "Watcher"),
    "units": ("format_kpa", "parse_vacuum"),
    "wand": ("Wand",),
}
"""The module of each public name, below this one; it is imported when the name is first asked for."""
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = ["__version__", *_MODULE_OF]  # noqa: PLE0604 - names of the table above


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    from importlib import import_module

    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
