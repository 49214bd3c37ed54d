-- 0003_world_names.sql: the names of what a run knows of each world stand once a run, not in every row: a third of the bytes.
-- The view world_value has the columns of the table that it replaces.
CREATE TABLE world_name (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    name INTEGER NOT NULL,                 -- from 1
    plan TEXT NOT NULL,                    -- empty for the draw of a belief
    metric TEXT NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE world_number (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    world INTEGER NOT NULL,                -- from 1
    name INTEGER NOT NULL,                 -- of world_name
    value REAL NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

INSERT INTO world_name
    SELECT run_id, row_number() OVER (PARTITION BY run_id), plan, metric
    FROM (SELECT DISTINCT run_id, plan, metric FROM world_value);
CREATE INDEX world_name_by_words ON world_name(run_id, metric, plan);
INSERT INTO world_number
    SELECT v.run_id, v.position, v.world, n.name, v.value
    FROM world_value AS v CROSS JOIN world_name AS n ON n.run_id = v.run_id AND n.metric = v.metric AND n.plan = v.plan;
DROP INDEX world_name_by_words;
DROP TABLE world_value;
CREATE VIEW world_value AS
    SELECT run_id, position, world, plan, metric, value FROM world_number JOIN world_name USING (run_id, name);
