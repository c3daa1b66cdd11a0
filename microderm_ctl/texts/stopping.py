"""What ``microderm stop`` says."""

from typing import Final

IN_USE: Final = "{count} wands are in use: {listed}."
IN_USE_ONE: Final = "{serial} at {port} (process {pid})"
CHOOSE: Final = "Choose one with --serial NUMBER, or --port PORT."
NOT_ENDED: Final = "Process {pid} was asked to stop the wand on {port} and has not ended yet."
NOT_ENDED_HINT: Final = "Press the button on the wand, or unplug it."
NOT_VENTED: Final = "The wand took STOP, but does not say that it has vented."
NOT_VENTED_HINT: Final = "Tilt the tip off, and unplug the wand."
STOPPED: Final = "Stopped: wand {serial} on {port}{how}."
ASKED: Final = " (process {pid} was asked to)"
AT_REST: Final = "The wand is at rest, {vacuum}."
VENTING: Final = "The wand is still venting."
SILENT: Final = "The wand cannot be asked any more. It vents on its own half a second after its computer is silent."
