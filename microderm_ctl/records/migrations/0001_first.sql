-- Times ending in _s are seconds since 1970 UTC, vacuum is whole pascals below ambient.
-- Texts that stand for a choice are the values of the enums in microderm_ctl/safety.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE persons (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,  -- case-folded, so that a name is taken whatever its case
    tag TEXT NOT NULL UNIQUE,  -- eight hex digits; all that a wand ever learns of a person
    began_s INTEGER NOT NULL
);

-- The profile as it was saved at a time; the newest row holds, the older ones are kept and shown.
CREATE TABLE profiles (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    at_s INTEGER NOT NULL,
    skin TEXT,
    thickness TEXT,
    fitzpatrick INTEGER,
    birth_year INTEGER,
    answers TEXT NOT NULL  -- JSON: the questions of the set-up as they were answered
);
CREATE INDEX profiles_of_person ON profiles(person_id);

CREATE TABLE professional_plans (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    saved_s INTEGER NOT NULL,
    name TEXT NOT NULL,
    made_s INTEGER NOT NULL,
    expires_s INTEGER NOT NULL,
    interval_days INTEGER,
    course_length INTEGER,
    cleared TEXT NOT NULL,  -- JSON: ids of questions
    removed_s INTEGER
);
CREATE INDEX plans_of_person ON professional_plans(person_id);

CREATE TABLE wands (
    serial TEXT PRIMARY KEY,
    first_seen_s INTEGER NOT NULL,
    last_seen_s INTEGER NOT NULL
) WITHOUT ROWID;

-- What wands say of themselves. A row is never removed because the wand has forgotten it.
CREATE TABLE ledger_seen (
    wand_serial TEXT NOT NULL REFERENCES wands(serial),
    command_id INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    tag TEXT NOT NULL,
    armed_s INTEGER NOT NULL,
    patch_test INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    cause TEXT NOT NULL,
    reserved_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    seen_s INTEGER NOT NULL,
    PRIMARY KEY (wand_serial, command_id)
) WITHOUT ROWID;

CREATE TABLE patch_tests (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    wand_serial TEXT NOT NULL REFERENCES wands(serial),
    command_id INTEGER NOT NULL,
    site TEXT NOT NULL,
    vacuum_pa INTEGER NOT NULL,
    grit TEXT NOT NULL,
    started_s INTEGER NOT NULL,
    ended_s INTEGER,  -- NULL: begun, and never heard of again
    sealed_ms INTEGER,
    cause TEXT,
    complete INTEGER NOT NULL DEFAULT 0,  -- only a whole test says anything about the skin
    result TEXT,
    result_at_s INTEGER,
    UNIQUE (wand_serial, command_id)
);
CREATE INDEX patch_tests_of_person ON patch_tests(person_id);

-- A row is written before the wand is armed, and closed by what happened.
CREATE TABLE treatments (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    wand_serial TEXT NOT NULL REFERENCES wands(serial),
    command_id INTEGER NOT NULL,
    entry_before INTEGER,  -- number of the wand's newest ledger entry before this one
    finishes_id INTEGER REFERENCES treatments(id) ON DELETE SET NULL,
    grit TEXT NOT NULL,
    plan TEXT NOT NULL,  -- JSON
    answers TEXT NOT NULL,  -- JSON
    limits TEXT,  -- JSON: in force, as the wand answered
    started_s INTEGER NOT NULL,
    reserved_ms INTEGER NOT NULL,
    ended_s INTEGER,
    sealed_ms INTEGER,
    cause TEXT,
    settled_by TEXT,  -- who said how much was used: run, ledger or reserve
    ending TEXT,
    felt TEXT,
    aftermath TEXT,
    aftermath_at_s INTEGER,
    UNIQUE (wand_serial, command_id)
);
CREATE INDEX treatments_of_person ON treatments(person_id);

CREATE TABLE treatment_zones (
    treatment_id INTEGER NOT NULL REFERENCES treatments(id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    zone TEXT NOT NULL,
    cap_pa INTEGER NOT NULL,
    level_pa INTEGER NOT NULL,
    planned_s INTEGER NOT NULL,
    planned_passes INTEGER NOT NULL,
    passes INTEGER NOT NULL DEFAULT 0,
    sealed_ms INTEGER NOT NULL DEFAULT 0,
    mean_pa INTEGER NOT NULL DEFAULT 0,
    max_pa INTEGER NOT NULL DEFAULT 0,
    completed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (treatment_id, row)
) WITHOUT ROWID;

CREATE TABLE traces (
    treatment_id INTEGER NOT NULL REFERENCES treatments(id) ON DELETE CASCADE,
    chunk INTEGER NOT NULL,
    layout INTEGER NOT NULL,
    samples BLOB NOT NULL,
    PRIMARY KEY (treatment_id, chunk)
) WITHOUT ROWID;

-- A recorded time that lay ahead of the clock, and what it counts as since the person confirmed.
CREATE TABLE clock_fixes (
    recorded_s INTEGER PRIMARY KEY,
    counts_as_s INTEGER NOT NULL
);
