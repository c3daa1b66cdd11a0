"""What ``microderm firmware`` says."""

from typing import Final

# Which board is meant

NO_BOARD: Final = "No wand is plugged in, and no board that waits for its program."
NOTHING: Final = "No wand and no board with the number {serial} is plugged in."
NO_BOARD_HINT: Final = "Plug one in by USB. A new board first needs MicroPython: docs/wand/first-power-up.md says how."
SEVERAL: Final = "{count} could be meant:\n{listed}"
SEVERAL_HINT: Final = "Choose one with --port PORT."
KINDS: Final = {"wand": "wand {serial} at {port}", "board": "board {serial} at {port}, which waits at its prompt"}
VIRTUAL: Final = "A virtual wand runs the program of this computer. There is nothing to install."
VIRTUAL_HINT: Final = "Leave --port out, or name the port of a real wand."
BARE_NEEDS_PORT: Final = "What is at {port} is no wand yet, so it must be named."
BARE_NEEDS_PORT_HINT: Final = "If it is the right board, add '--port {port}'."

# What is asked before

ASK_WAND: Final = "Put program {firmware} (build {build}) on wand {serial} at {port}? Its memory stays."
ASK_BOARD: Final = "Make a wand of the board {serial} at {port}? What runs there is ended, and its boot.py and main.py are replaced."
ASK_STRANGER: Final = (
    "The computer does not know what is at {port}. It may be a printer or worse, and it gets letters that end what runs there. "
    "Is it a board for a wand, and only that?"
)
NOT_DONE: Final = "Nothing was changed."
WHAT_TO_INSTALL: Final = "whether to put the program on what is at {port}."

# The key

KEY_PROMPT: Final = "Service key (it is not shown):"
KEY_AGAIN: Final = "The same again:"
KEY_DIFFERENT: Final = "The two were not the same. Nothing was changed."
KEY_NEEDS_TERMINAL: Final = "The service key is typed by hand, and there is no terminal here."
KEY_NEEDS_TERMINAL_HINT: Final = "Run this at a terminal, without --json. The key is taken from no file and no option."
KEY_DIFFERS: Final = "The key of the unit could not be read back."

# On the way

IN_LOADER: Final = "The wand has gone to its prompt, pump off and vent open."
COPYING: Final = "Copying {count} files, {size} kB. The old program stays until all is there."
COPIED: Final = "All files were read back and are the same."
RESTARTING: Final = "The board starts again."

# What goes wrong

NO_MPREMOTE: Final = "The package 'mpremote' is missing. It talks to a board's prompt."
NO_MPREMOTE_HINT: Final = "Add it with: pip install 'microderm-ctl[firmware]'"
SILENT: Final = "At {port} no board answers at its prompt."
SILENT_HINT: Final = (
    "Hold the wand's button and plug it in, then wait two seconds. A new board needs MicroPython first: docs/wand/first-power-up.md."
)
GARBLED: Final = "The board at {port} said what no one can read."
GARBLED_HINT: Final = "Unplug it, plug it in again and start anew. Close all other programs that use it."
RAISED: Final = "The board broke off: {cause}"
RAISED_HINT: Final = "It still starts what it started before. Unplug it, plug it in again and start anew."
LOST: Final = "The board at {port} was lost on the way."
LOST_HINT: Final = "It is safe: it starts what it started before, or waits at its prompt. Check the cable and install once more."
FULL: Final = "The flash of the board is full."
FULL_HINT: Final = "It still starts what it started before. Remove files of your own from it, then install once more."
NOT_TAKEN: Final = "The board could not write to its flash: {cause}"
NOT_TAKEN_HINT: Final = "It still starts what it started before. Try once more. If it fails again, the flash may be worn out."
DIFFERS: Final = "What lies on the board is not what was sent: '{name}'."
DIFFERS_HINT: Final = "It was not put to use. Try once more. If it fails again, the flash may be worn out."
OTHER_BOARD: Final = "This board is no Raspberry Pi Pico: {machine}."
OTHER_BOARD_HINT: Final = "The program needs a Pico with the chip RP2040. A Pico 2 does not do. Nothing was written."
OLD_MICROPYTHON: Final = "The board has MicroPython {version}, and 1.28 or newer is needed."
OLD_MICROPYTHON_HINT: Final = "Put a newer one on it: docs/wand/first-power-up.md says how. Nothing was written."
NO_USB: Final = "The board has no 'usb-device-cdc', so it could not talk as a wand."
NO_USB_HINT: Final = "Add it with 'mpremote mip install usb-device-cdc'. Then install once more. Nothing was written."
OTHER_WAND: Final = "Wand {serial} is of another make, and this program is not for it."
OTHER_WAND_HINT: Final = "Its maker has a program for it. Nothing was written."
NOT_AT_REST: Final = "The wand is in use: {state}."
NOT_AT_REST_HINT: Final = "Wait until it is done, or end it with 'microderm stop'."
NO_PROMPT: Final = "Wand {serial} has gone to its prompt, but no port came back."
NO_PROMPT_HINT: Final = "It is safe. Unplug it and plug it in: it is the wand that it was. Then install once more."
NO_ANSWER: Final = "The program is on the board, but no wand {serial} answers."
NO_ANSWER_HINT: Final = "Hold its button, plug it in and wait two seconds. Then install once more: it tells of a crash."
OTHER_ANSWER: Final = "Wand {serial} answers, but it runs build {build}."
OTHER_ANSWER_HINT: Final = "Install once more. If it stays so, hold the button while you plug it in, and install then."

# What is shown

HERE: Final = "this computer"
NO_WAND_HERE: Final = "No wand is plugged in, so there is nothing to match it with."
SAME: Final = "They match: the wand runs the program of this computer."
OTHER_MAKE: Final = "They match: the wand has a program of its own, and speaks as this computer does."
OTHER_PROTOCOL: Final = "They do not match: the wand speaks another version, so no treatment can begin."
OTHER_BUILD: Final = "They do not match: the wand runs another program. It speaks as this computer does."
TO_INSTALL: Final = "'microderm firmware install' puts the program of this computer on it."
TO_REPLACE: Final = "The wand is of another make. Get a program for it, or a microderm of its version."
NOTHING_TO_DO: Final = "Wand {serial} already runs this program, build {build}. Add --again to copy it once more."
DONE: Final = "Wand {serial} at {port} runs program {firmware}, build {build}."
KEY_WRITTEN: Final = "It has a key of its own now, for the technician who has the service key."
NO_KEY: Final = "It has no new key. A technician can give one with --with-key."
CRASHED: Final = "Before, its program had crashed. It wrote down:"
