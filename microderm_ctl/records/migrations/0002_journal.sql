-- How the skin was, as a person saw it. Steps go from 1, the worst, to 5, the best; NULL was not said.
-- A row is never changed: a newer one takes its place, or it is emptied and marked as removed.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- a number that was shown to a person never means another entry
    person_id INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    at_s INTEGER NOT NULL,  -- when the skin was so
    written_s INTEGER NOT NULL,
    smoothness INTEGER CHECK (smoothness BETWEEN 1 AND 5),
    pores INTEGER CHECK (pores BETWEEN 1 AND 5),
    redness INTEGER CHECK (redness BETWEEN 1 AND 5),
    comfort INTEGER CHECK (comfort BETWEEN 1 AND 5),
    clogged TEXT,  -- zones with blackheads, commas between; '' for nowhere
    words TEXT NOT NULL,
    replaces_id INTEGER REFERENCES journal(id) ON DELETE SET NULL,
    removed_s INTEGER
);
CREATE INDEX journal_of_person ON journal(person_id);
