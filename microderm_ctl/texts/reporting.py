"""What ``microderm report`` says of the page that it wrote."""

from typing import Final

WRITTEN: Final = "Your report: {path}"
REPLACED: Final = "Your report, in place of the one before: {path}"
COUNTS: Final = "{person}. Treatments: {treatments}. Patch tests: {patches}. Journal entries: {entries}."
SIMULATED: Final = "SIMULATED, so nobody was treated."
LEFT_OUT: Final = "Practice is left out. See it with 'microderm report --port sim'."
OPEN: Final = "Open it in a browser. You can print it from there."
PRIVATE: Final = "It tells of your skin and your health. Give it only to those who should read it."

REPLACE: Final = "There is a file '{path}'. Replace it?"
KEPT: Final = "Nothing was written."
NOT_A_FILE: Final = "The report cannot be written: '{path}' is there, and it is no plain file."
NOT_WRITTEN: Final = "The report cannot be written: '{path}': {cause}."
ELSEWHERE: Final = "Choose another place with --out. Nothing was half-written."
