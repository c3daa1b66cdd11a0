"""What the live view of a treatment says besides what is to be done now."""

from typing import Final

KEYS: Final = "space pause  up/down 0.5 kPa  n next zone  q stop"
KEYS_LINE: Final = "Keys: {keys}"
BUTTON_STOPS: Final = "wand's button stops"

WAITING: Final = "waiting for the button"
HOLDING: Final = "holding, vacuum off"
OFF: Final = "off"
NOT_ON_SKIN: Final = "not on the skin"
MOVING: Final = "sealed, moving"
STILL: Final = "sealed, STANDING STILL for {seconds} s"

NAME: Final = "microderm"
SIMULATED: Final = "   SIMULATED"
WHOSE: Final = "{person}, wand {wand}"
VACUUM: Final = "vacuum"
SETTINGS: Final = ("set point {set_point} |", "cap {cap} ]", "vents above {trip}")
ZONE: Final = "zone"
WHOLE: Final = "whole"
CONTACT: Final = "contact"
WAND: Final = "wand"
ZONE_LEFT: Final = "left: {zone}, {row} of {rows}, pass {number} of {of}"
WHOLE_LEFT: Final = "left on the skin"
IS_OVER: Final = "{zone} (over)"
