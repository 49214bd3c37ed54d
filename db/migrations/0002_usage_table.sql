-- 0002_usage_table.sql: usage tables beside the runs, so that a scenario can say file = "store:NAME".
-- Contents stand by their hash: two tables of equal bytes share one, and a run whose table was replaced or deleted keeps
-- what it was made from. A content goes with the last table and run that need it.
CREATE TABLE usage_content (
    sha256 TEXT PRIMARY KEY,               -- of content, lower-case hex
    content BLOB NOT NULL                  -- CSV: subject, period_start, one column per meter
) STRICT;

CREATE TABLE usage_table (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,             -- [a-z0-9-]+
    sha256 TEXT NOT NULL REFERENCES usage_content(sha256),
    row_count INTEGER NOT NULL,            -- without the header
    added_at TEXT NOT NULL                 -- UTC, ISO 8601
) STRICT;
CREATE INDEX usage_table_by_content ON usage_table(sha256);

CREATE TABLE usage_meter (                 -- columns that hold usage, in the order of the CSV
    table_id INTEGER NOT NULL REFERENCES usage_table(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (table_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_source (                -- the files that the table was made from, in the order in which they were read
    table_id INTEGER NOT NULL REFERENCES usage_table(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    file TEXT NOT NULL,                    -- its name then, for people
    sha256 TEXT NOT NULL,                  -- of the file as it stood, packed if it was
    PRIMARY KEY (table_id, position)
) STRICT, WITHOUT ROWID;

-- Runs that find their content in usage_content.
CREATE INDEX input_file_without_content ON input_file(sha256) WHERE content IS NULL;
