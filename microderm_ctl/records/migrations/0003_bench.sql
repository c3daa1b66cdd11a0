-- A technician's bench. Nothing here is ever changed or removed: what was wrong is put right by a newer row.

-- Who this bench is. One row, drawn when it is first asked for.
CREATE TABLE bench_self (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    bench TEXT NOT NULL
);
CREATE TRIGGER bench_self_stays BEFORE UPDATE ON bench_self BEGIN SELECT RAISE(ABORT, 'a bench keeps its id'); END;
CREATE TRIGGER bench_self_is_kept BEFORE DELETE ON bench_self BEGIN SELECT RAISE(ABORT, 'a bench keeps its id'); END;
CREATE TRIGGER bench_self_is_one BEFORE INSERT ON bench_self WHEN EXISTS (SELECT 1 FROM bench_self)
BEGIN SELECT RAISE(ABORT, 'a bench keeps its id'); END;

CREATE TABLE bench_rows (
    number INTEGER PRIMARY KEY,  -- from 1, without a gap
    run_id TEXT NOT NULL CHECK (length(run_id) IN (0, 32)),
    kind TEXT NOT NULL CHECK (length(kind) > 0),
    unit TEXT NOT NULL,  -- serial number, '' where it is about none
    at_s INTEGER NOT NULL,
    document TEXT NOT NULL,  -- canonical JSON
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64)  -- of the document
);
CREATE INDEX bench_rows_of_run ON bench_rows(run_id);
CREATE INDEX bench_rows_of_unit ON bench_rows(unit);
CREATE INDEX bench_rows_of_kind ON bench_rows(kind);
CREATE TRIGGER bench_rows_stay BEFORE UPDATE ON bench_rows BEGIN SELECT RAISE(ABORT, 'bench rows are never changed'); END;
CREATE TRIGGER bench_rows_are_kept BEFORE DELETE ON bench_rows BEGIN SELECT RAISE(ABORT, 'bench rows are never removed'); END;
-- It also keeps INSERT OR REPLACE from taking a row's place.
CREATE TRIGGER bench_rows_have_no_gap BEFORE INSERT ON bench_rows
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM bench_rows)
BEGIN SELECT RAISE(ABORT, 'bench rows are numbered without a gap'); END;

-- A number is taken before its certificate is written, and is lost if that never happens.
CREATE TABLE bench_certificate_numbers (
    sequence INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    taken_s INTEGER NOT NULL
);
CREATE TRIGGER bench_numbers_stay BEFORE UPDATE ON bench_certificate_numbers
BEGIN SELECT RAISE(ABORT, 'a certificate number is taken once'); END;
CREATE TRIGGER bench_numbers_are_kept BEFORE DELETE ON bench_certificate_numbers
BEGIN SELECT RAISE(ABORT, 'a certificate number is taken once'); END;
CREATE TRIGGER bench_numbers_rise BEFORE INSERT ON bench_certificate_numbers
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM bench_certificate_numbers)
BEGIN SELECT RAISE(ABORT, 'a certificate number is taken once'); END;

-- Rows of other benches, as they were fetched.
CREATE TABLE bench_other_rows (
    bench TEXT NOT NULL,
    number INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    at_s INTEGER NOT NULL,
    document TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (bench, number)
) WITHOUT ROWID;
CREATE INDEX bench_other_rows_of_unit ON bench_other_rows(unit);
CREATE TRIGGER bench_other_rows_stay BEFORE UPDATE ON bench_other_rows BEGIN SELECT RAISE(ABORT, 'bench rows are never changed'); END;
CREATE TRIGGER bench_other_rows_are_kept BEFORE DELETE ON bench_other_rows
BEGIN SELECT RAISE(ABORT, 'bench rows are never removed'); END;
CREATE TRIGGER bench_other_rows_are_new BEFORE INSERT ON bench_other_rows
WHEN EXISTS (SELECT 1 FROM bench_other_rows WHERE bench = NEW.bench AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'bench rows are never changed'); END;
