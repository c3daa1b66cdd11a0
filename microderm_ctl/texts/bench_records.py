"""What ``microderm bench units``, ``sync`` and ``export`` say."""

from typing import Final

# units
NO_UNITS: Final = "No unit is known here yet."
HEAD: Final = ("UNIT", "LAST WORK", "OUTCOME", "LAST CERTIFICATE", "DATE", "BENCH")
HERE: Final = "here"
OPEN: Final = "not ended"
NONE: Final = "-"
UNIT: Final = "{unit}: {work}, {outcome}, {date}, bench: {bench}. Last certificate: {certificate}.{mark}"
MARK: Final = " SIMULATED."
IN_TABLE: Final = "{bench} SIMULATED"
SEE_UNITS: Final = "'microderm bench units' lists those that are known here. Others: 'microderm bench sync URL --unit SERIAL'."

STORY: Final = "Unit {unit}. Works: {works}. Certificates: {certificates}.{mark}"
WORK: Final = "{date}  {work}: {outcome}. Bench: {bench}. By {operator}.{mark}"
REASON: Final = "why: {reason}"
PROCEDURE: Final = "procedure: {name}, version {version}, {sha256}"
GAUGE: Final = "gauge: {gauge}"
CERTIFICATE: Final = "certificate: {number}"
AMENDS: Final = "{date}  certificate {number}, in place of {amends}. Bench: {bench}.{mark}"
UNKNOWN: Final = "not said"

# sync
PASSWORD_SEEN: Final = (
    "The URL holds a password. Others on this computer can read it while this runs, and your shell keeps it. "
    "Safer: PGPASSWORD, the file .pgpass, or a service file."
)
SYNCED: Final = "In step with {database}"
SENT: Final = "Bench {bench}: {sent} of {finished} finished rows sent, the rest was there.{mark}"
FETCHED: Final = "Units: {units}. Rows fetched from other benches: {fetched}."
NO_PSYCOPG: Final = "The program that talks to PostgreSQL is not here: {cause}."
NO_PSYCOPG_HINT: Final = "Install it: pip install 'microderm-ctl[sync]'."

# export
WRITTEN: Final = "Rows: {rows}. File: {path}"
RESULTS: Final = "Works: {rows}. File: {path}"
REPLACE: Final = "There is a file '{path}'. Replace it?"
KEPT: Final = "Nothing was written."
NOT_A_FILE: Final = "The export cannot be written: '{path}' is there, and it is no plain file."
NOT_WRITTEN: Final = "The export cannot be written: '{path}': {cause}."
ELSEWHERE: Final = "Choose another place with --to. Nothing was half-written."
