"""How much memory a process holds."""

from pathlib import Path


def resident_kib(process: int | str) -> float:
    """Return the resident memory of a process of this machine, in KiB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("VmRSS:")))
