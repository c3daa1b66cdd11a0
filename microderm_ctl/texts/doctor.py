"""What ``microderm doctor`` says: for each finding what was found, what it means for you, and how to fix it."""

from typing import Final

Said = tuple[str, str, str]

NOTHING_SAVED: Final = "Nothing can be written down, so no treatment begins."
NO_TREATMENT: Final = "No treatment can begin with this wand."

# Around the checks

ALL_WELL: Final = "All is well: {count} things were looked at."
NOTHING_WRONG: Final = "Nothing is wrong"
ONE_WRONG: Final = "1 thing is wrong"
SOME_WRONG: Final = "{count} things are wrong"
TO_KNOW: Final = "{count} to know about"
IN_ORDER: Final = "{count} in order"
NOT_LOOKED_AT: Final = "{count} not looked at"
THIS_MEANS: Final = "This means: "
TO_FIX_IT: Final = "To fix it: "
MARKS: Final = {"wrong": "WRONG", "warn": "WARN", "not checked": "not checked", "ok": "ok"}

# The program itself

BROKEN: Final[Said] = (
    "This check itself broke off: {cause} ({place}).",
    "It is a mistake in microderm, not yours. The other checks went on.",
    "Please report it, with the line above.",
)
PYTHON: Final[Said] = ("{version} at {program}; {needed} or newer is needed.", "", "")
PYTHON_OLD: Final[Said] = (
    "{version} at {program}; {needed} or newer is needed.",
    "Parts of the program will not run.",
    "Get a newer Python and install microderm with it: https://www.python.org/downloads/",
)
PACKAGES: Final[Said] = ("All were loaded: {versions}.", "", "")
PACKAGE_BROKEN: Final[Said] = (
    "{name} cannot be loaded: {cause}.",
    "What needs it will break off.",
    "Install it anew, then look again:",
)
PACKAGE_STRANGE: Final[Said] = (
    "There is a package '{module}', but it is not {name}.",
    "The program cannot talk to a wand.",
    "Another package took its name. Put the right one in its place:",
)
PACKAGE_OLD: Final[Said] = (
    "{name} is {version}; {needed} or newer is needed.",
    "Some things may not work.",
    "Bring it up to date:",
)

WITH_SUDO: Final[Said] = (
    "You run this with sudo, so as root.",
    "Root may open all, so this says little about you. Files that root makes are closed to you later.",
    "Type it again without sudo.",
)

# Where records lie

DIRECTORY: Final[Said] = ("A file was written to '{path}', brought to the disk and removed.", "", "")
DIRECTORY_NEW: Final[Said] = ("'{path}' is not there yet and can be made. A file was written there on trial.", "", "")
DIRECTORY_FORBIDDEN: Final[Said] = (
    "You may not write in '{path}'.",
    NOTHING_SAVED,
    "Make it your own with these lines, or choose another place with --data-dir.",
)
DIRECTORY_CLOSED: Final[Said] = (
    "You may not make '{path}'.",
    NOTHING_SAVED,
    "Choose another place with --data-dir or MICRODERM_DATA_DIR.",
)
DIRECTORY_FIXED: Final[Said] = (
    "The disk of '{path}' takes no changes: it is read-only.",
    NOTHING_SAVED,
    "Choose a place on another disk with --data-dir or MICRODERM_DATA_DIR.",
)
DIRECTORY_FULL: Final[Said] = (
    "The disk is full: {size} KB could not be written to '{path}'.",
    NOTHING_SAVED,
    "Make room on that disk, and look again.",
)
DIRECTORY_FILE: Final[Said] = (
    "'{path}' cannot be a folder: there is a file of that name.",
    NOTHING_SAVED,
    "Move that file away, or choose another place with --data-dir.",
)
DIRECTORY_TROUBLE: Final[Said] = (
    "Nothing can be kept in '{path}': {cause}.",
    NOTHING_SAVED,
    "Choose another place with --data-dir or MICRODERM_DATA_DIR.",
)
PRIVATE: Final[Said] = ("Only you can read what is kept there.", "", "")
NOT_PRIVATE: Final[Said] = (
    "Other people on this computer may read {names}.",
    "They could see your skin and your treatments.",
    "Close them to others:",
)
NOT_PRIVATE_DISK: Final[Said] = (
    "This disk does not keep files private.",
    "Other people on this computer could see your skin and your treatments.",
    "Choose a place on the computer's own disk with --data-dir.",
)
NOT_PRIVATE_WINDOWS: Final[Said] = ("Windows itself keeps your folder for you alone.", "", "")
SPACE: Final[Said] = ("{free} MB are free.", "", "")
SPACE_LOW: Final[Said] = (
    "Only {free} MB are free.",
    "A treatment needs about 1 MB. Soon it will not fit.",
    "Make room on that disk.",
)
STORE: Final[Said] = ("All of it was read and is whole: version {version}, {size} KB.", "", "")
STORE_NEW: Final[Said] = ("There is none yet. It is made when it is needed.", "", "")
STORE_OLDER: Final[Said] = (
    "All of it was read and is whole: version {version}. The next command brings it to version {newest} and keeps a copy.",
    "",
    "",
)
STORE_FORBIDDEN: Final[Said] = (
    "You may not open '{path}': {cause}.",
    "{trouble}",
    "Perhaps the program once ran with sudo. Make the files your own again:",
)
STORE_UNREACHED: Final[Said] = ("They cannot be reached; see the data directory.", "", "")
STORE_TROUBLE_MEANS: Final = "No command that needs your records will run."
PRACTICE_TROUBLE_MEANS: Final = "You cannot practise on a virtual wand. Your own records are not touched by it."

# Time

CLOCK: Final[Said] = ("It says {now}, and no record lies ahead of it.", "", "")
CLOCK_ALONE: Final[Said] = ("It says {now}. No record was there to hold against it.", "", "")
CLOCK_WRONG: Final[Said] = (
    "It says {now}. That is before this program was made.",
    "All dates would be wrong: when you may treat again, and how old the wand's test is.",
    "Set the clock of the computer, best by the internet.",
)
CLOCK_AHEAD: Final[Said] = (
    "It says {now}, but a record says {newest}.",
    "Either the clock is wrong now, or it was wrong then. Until this is clear, no treatment begins.",
    "Set the clock of the computer. If it is right, say so: 'microderm history --confirm-clock'.",
)
CLOCK_BEHIND: Final[Said] = (
    "It says {now}, but a record says {newest}.",
    "The clock went back a little. Dates count from the later of the two.",
    "Set the clock of the computer, best by the internet.",
)
ZONE: Final[Said] = ("Times are shown as {name}, {offset} from world time (UTC).", "", "")
ZONE_UNKNOWN: Final[Said] = (
    "TZ is set to '{name}', and this computer knows no such zone.",
    "Times are shown in world time (UTC). What is kept is right.",
    "Set TZ to a name such as Europe/Vienna, or unset it.",
)

# Ports

WANDS: Final[Said] = ("{count} found: {names}.", "", "")
NO_WAND: Final[Said] = (
    "No wand is plugged in.",
    "You can practise on the virtual wand, but not treat.",
    "Plug it in by USB. Some cables only charge: try another one. To practise, add '--port sim'.",
)
NO_SUCH_WAND: Final[Said] = (
    "No wand with the number {serial} is here.",
    "There is nothing to look at.",
    "Plug it in, or take a number from 'microderm devices'.",
)
NO_PORT_MADE: Final[Said] = (
    "USB sees a wand, but the system made no serial port for it.",
    NO_TREATMENT,
    "Load the driver, then plug the wand in again:",
)
PORT_IS_WAND: Final[Said] = ("It is a wand: USB id {id}, '{product}', number {serial}.", "", "")
PORT_IS_SIMULATED: Final[Said] = ("It is a virtual wand, number {serial}. SIMULATED.", "", "")
PORT_IS_OTHER: Final[Said] = ("It is no wand: its USB id is {id}, and a wand has {wanted}. Nothing was sent to it.", "", "")
PORT_IS_BOARD: Final[Said] = (
    "It is no wand: its USB id is {id}, a Raspberry Pi board that does not run the wand's program. Nothing was sent to it.",
    "",
    "",
)
PORT_SAME_ID: Final[Said] = (
    "It is no wand: it has the USB id {id}, but calls itself '{product}', not '{wanted}'. Nothing was sent to it.",
    "",
    "",
)
PORTS_BUILT_IN: Final[Said] = ("Not on USB, so no wand. Nothing was sent there.", "", "")
STRANGER: Final[Said] = (
    "{why}",
    "It was asked for, but it may be anything. So it was left alone.",
    "Leave --port out, and the wand is found. If you are sure, 'microderm info --port {port}' speaks to it.",
)

# Linux: who may open a port, and who grabs it

RULE: Final[Said] = ("'{path}' is in place.", "", "")
RULE_NOT_HERE: Final[Said] = ("This system needs none.", "", "")
RULE_NO_UDEV: Final[Said] = ("This Linux has no udev, as in a container. Access has to be given from outside.", "", "")
RULE_MISSING: Final[Said] = (
    "It is not installed.",
    "Linux may keep the wand from you, and modem software may grab it.",
    "Copy these lines, then plug the wand in again. They put one file in place; sudo asks for your password.",
)
RULE_NOT_MISSED: Final[Said] = ("It is not installed, and nothing here needs it.", "", "")
RULE_LATE: Final[Said] = (
    "'{path}' sorts after 73-seat-late.rules.",
    "Linux reads it too late, so it gives you no access.",
    "Put the right one in its place with these lines, then plug the wand in again.",
)
RULE_OTHER: Final[Said] = (
    "'{path}' is not the one that comes with this program.",
    "It may be an older one.",
    "Put the present one in its place with these lines, then plug the wand in again.",
)
ACCESS: Final[Said] = ("You may use it: {why}.", "", "")
ACCESS_ROOT: Final = "you are root, who may open all. That says nothing of other users"
ACCESS_OWNER: Final = "it is yours"
ACCESS_SEAT: Final = "the rule opens it to whoever sits at the screen"
ACCESS_GROUP: Final = "you are in its group, {group}"
ACCESS_ALL: Final = "anyone may"
FORBIDDEN: Final[Said] = (
    "You may not open it: it is for {owner} and the group {group}.",
    NO_TREATMENT,
    "Install the rule with these lines, then plug the wand in again. It opens the wand to whoever sits at the screen.",
)
FORBIDDEN_FROM_AFAR: Final[Said] = (
    "You may not open it: it is for {owner} and the group {group}.",
    NO_TREATMENT,
    "You are not at its screen (SSH), so join the group, then log out and in again:",
)
FORBIDDEN_PORT: Final[Said] = (
    "You may not open it: it is for {owner} and the group {group}.",
    NO_TREATMENT,
    "Join the group with this line, then log out and in again.",
)
FORBIDDEN_IN_GROUP: Final[Said] = (
    "You may not open it yet: you have joined the group {group}, but this login began before.",
    NO_TREATMENT,
    "Log out and in again. If that is not enough, start the computer anew.",
)
FORBIDDEN_RULE_THERE: Final[Said] = (
    "You may not open it, though the rule is installed.",
    NO_TREATMENT,
    "Unplug the wand and plug it in again.",
)
FORBIDDEN_ELSEWHERE: Final[Said] = (
    "You may not open it.",
    NO_TREATMENT,
    "Ask the person who looks after this computer to let you use the port.",
)
MODEMS_NOT_RUNNING: Final[Said] = ("It is not running.", "", "")
MODEMS_TOLD: Final[Said] = ("It is running, and the rule tells it to leave the wand alone.", "", "")
MODEMS_HARMLESS: Final[Said] = ("It is running. No wand is here that it could grab.", "", "")
MODEMS_GRAB: Final[Said] = (
    "It is running, and nothing tells it to leave the wand alone.",
    "It may hold the wand for half a minute after you plug it in.",
    "Install the rule with these lines, then plug the wand in again.",
)
BRAILLE_NOT_RUNNING: Final[Said] = ("It is not running.", "", "")
BRAILLE_HARMLESS: Final[Said] = ("It is running. It knows no display with the USB id of a wand, so it leaves the wand alone.", "", "")
BRAILLE_GRABS: Final[Said] = (
    "It is running, and '{path}' has it take things with the USB id of a wand.",
    "It may take the wand for a braille display.",
    "If you use no braille display, end it:",
)

# A wand

LOOKED_AT_BY_US: Final[Said] = (
    "A microderm (process {pid}) is using it now. It was left alone.",
    "Nothing is wrong. A wand has one user at a time.",
    "Look again when that has ended. 'microderm stop' ends it.",
)
OPENED: Final[Said] = ("It opened, and a wand answers.", "", "")
BUSY_MEANS: Final = "A wand has one user at a time, so this one cannot be used now."
BUSY_MODEMS: Final = "Wait half a minute. To end it for good, install the rule with these lines, then plug the wand in again."
BUSY_BRAILLE: Final = "If you use no braille display, end brltty:"
FIND_IT: Final = "Leave --port out, and the wand is found."
NO_PORT_MEANS: Final = "It may be there, but it is something else than a wand."
MISSING_MEANS: Final = "There is nothing to talk to."
SILENT_MEANS: Final = "It may be another device, or a wand that hangs. No treatment can begin with it."
GARBLED_MEANS: Final = "It is another device, or the wand's program is broken. Nothing but a greeting was sent to it."
GARBLED_FIX: Final = "Leave --port out, and the wand is found. If this is the wand, unplug it and plug it in again."
LOST: Final[Said] = (
    "It was pulled, or lost its power, while it was looked at.",
    "A loose plug would end a treatment too.",
    "Check cable and plug, and look again.",
)
WENT_SILENT: Final = "The wand stopped answering in the middle."
SPEAKS: Final[Said] = ("Wand {serial} runs program {firmware} and speaks as this computer does.", "", "")
SPEAKS_OLDER: Final[Said] = (
    "Wand {serial} runs program {firmware}; this computer has {newest} for it.",
    "It works, but it lacks what was put right since.",
    "'microderm firmware install' brings the wand's program up to date.",
)
SPEAKS_OTHERWISE_MEANS: Final = "They can greet each other and stop, and nothing else."
SELF_TEST: Final[Said] = ("Passed: {celsius} C, {volts} V, state {state}.", "", "")
SELF_TEST_RUNS: Final[Said] = (
    "It is still running after {seconds} s.",
    "The wand is not ready yet, or it hangs.",
    "Hold the tip in free air and look again. If it stays so, the wand needs a technician.",
)
SELF_TEST_MEANS: Final = "The wand will not run until this is gone."
NO_READING: Final[Said] = (
    "The wand sends no readings.",
    NO_TREATMENT,
    "Unplug it, count to five, plug it in, and look again.",
)
TIP: Final[Said] = ("A tip of {um} um is on.", "", "")
NO_TIP: Final[Said] = (
    "No tip is on the wand, or one that it does not know.",
    "Nothing is wrong, but a treatment needs a tip.",
    "Push the tip on until it clicks.",
)
CALIBRATION: Final[Said] = ("Done on {date}, {days} days ago.", "", "")
CALIBRATION_DUE: Final[Said] = (
    "Done on {date}, {days} days ago.",
    "From 12 months on, caps are lowered to 0.8.",
    "Have a technician calibrate the wand soon.",
)
CALIBRATION_WEAK: Final[Said] = (
    "Done on {date}, over 12 months ago.",
    "Caps are lowered to 0.8. From 24 months on nothing is started.",
    "Have a technician calibrate the wand.",
)
CALIBRATION_OLD: Final[Said] = (
    "Done on {date}, over 24 months ago.",
    "The vacuum may be wrong, so nothing is started.",
    "Have a technician calibrate the wand.",
)
CALIBRATION_VOID: Final[Said] = (
    "It is void, or nobody knows when it was done.",
    "The vacuum may be wrong, so nothing is started.",
    "Have a technician calibrate the wand.",
)
CALIBRATION_AHEAD: Final[Said] = (
    "The wand says that it was done on {date}, and it is {now} here.",
    "One of the two is wrong. Until this is clear, nothing is started.",
    "Set the clock of the computer. If it is right, have a technician calibrate the wand.",
)
LEDGER: Final[Said] = ("{count} treatments and tests are written down in it, none ahead of the clock.", "", "")
LEDGER_EMPTY: Final[Said] = ("Nothing is written down in it yet.", "", "")
LEDGER_BEHIND: Final[Said] = (
    "The wand wrote something down at {newest}, and it is {now} here.",
    "The clock went back a little. Dates count from the later of the two.",
    "Set the clock of the computer, best by the internet.",
)
LEDGER_AHEAD: Final[Said] = (
    "The wand wrote something down at {newest}, and it is {now} here.",
    "Either the clock is wrong now, or it was wrong then. Until this is clear, no treatment begins.",
    "Set the clock of the computer. If it is right, say so: 'microderm history --confirm-clock'.",
)
