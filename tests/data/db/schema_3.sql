-- A store as schema version 3 made it, with a run stopped after worlds 1 and 3. Frozen:
-- tests/db/migration_test.cpp opens it with the present code. Never edit it; a later version gets a file of its own.
PRAGMA application_id = 1112689494;  -- "BRKV"
PRAGMA user_version = 3;
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    scenario TEXT NOT NULL,
    question TEXT NOT NULL,
    currency TEXT NOT NULL,
    scenario_hash TEXT NOT NULL,
    scenario_file TEXT NOT NULL,
    scenario_text TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    seed TEXT NOT NULL,
    users INTEGER NOT NULL,
    worlds INTEGER NOT NULL,
    months INTEGER NOT NULL,
    sampling TEXT NOT NULL,
    label TEXT NOT NULL,
    started_at TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    threads INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    worlds_finished INTEGER NOT NULL
) STRICT;
CREATE INDEX run_by_name ON run(name);
CREATE TABLE run_override (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE input_file (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE metric (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    plan TEXT NOT NULL, segment TEXT NOT NULL, month TEXT NOT NULL,
    metric TEXT NOT NULL, unit TEXT NOT NULL,
    value REAL NOT NULL, standard_error REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
    band_low REAL, band_high REAL, exact REAL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE difference (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    baseline TEXT NOT NULL,
    plan TEXT NOT NULL, segment TEXT NOT NULL, month TEXT NOT NULL,
    metric TEXT NOT NULL, unit TEXT NOT NULL,
    value REAL NOT NULL, standard_error REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
    band_low REAL, band_high REAL, exact REAL,
    noise INTEGER NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE quantile (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    plan TEXT NOT NULL, segment TEXT NOT NULL, month TEXT NOT NULL,
    quantity TEXT NOT NULL, level REAL NOT NULL,
    value REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE histogram (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    plan TEXT NOT NULL, segment TEXT NOT NULL, month TEXT NOT NULL,
    quantity TEXT NOT NULL,
    bin_low REAL NOT NULL, bin_high REAL NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE world_name (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    name INTEGER NOT NULL,
    plan TEXT NOT NULL,
    metric TEXT NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE world_number (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    world INTEGER NOT NULL,
    name INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE VIEW world_value AS
    SELECT run_id, position, world, plan, metric, value FROM world_number JOIN world_name USING (run_id, name);
CREATE TABLE lorenz (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    plan TEXT NOT NULL, segment TEXT NOT NULL, month TEXT NOT NULL,
    user_share REAL NOT NULL, cost_share REAL NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE VIEW latest_run AS
    SELECT * FROM run WHERE id IN (SELECT max(id) FROM run WHERE cancelled = 0 GROUP BY scenario);
CREATE VIEW plan_comparison AS
    SELECT run.id AS run_id, run.name AS run, run.scenario, run.label, run.started_at, metric.plan, run.currency,
           max(CASE metric.metric WHEN 'probability_plan_loses' THEN metric.value END) AS probability_plan_loses,
           max(CASE metric.metric WHEN 'revenue_per_user' THEN metric.value END) AS revenue_per_user,
           max(CASE metric.metric WHEN 'cost_per_user' THEN metric.value END) AS cost_per_user,
           max(CASE metric.metric WHEN 'margin_per_user' THEN metric.value END) AS margin_per_user,
           max(CASE metric.metric WHEN 'margin_per_user' THEN metric.standard_error END) AS margin_standard_error,
           max(CASE metric.metric WHEN 'loss_making_users' THEN metric.value END) AS loss_making_users,
           max(CASE metric.metric WHEN 'touched_by_limit' THEN metric.value END) AS touched_by_limit,
           max(CASE metric.metric WHEN 'break_even_fee' THEN metric.value END) AS break_even_fee
    FROM run JOIN metric ON metric.run_id = run.id AND metric.segment = 'all' AND metric.month = 'all'
    GROUP BY run.id, metric.plan
    ORDER BY run.id DESC, min(metric.position);
CREATE TABLE usage_content (
    sha256 TEXT PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE usage_table (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL REFERENCES usage_content(sha256),
    row_count INTEGER NOT NULL,
    added_at TEXT NOT NULL
) STRICT;
CREATE INDEX usage_table_by_content ON usage_table(sha256);
CREATE TABLE usage_meter (
    table_id INTEGER NOT NULL REFERENCES usage_table(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (table_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE usage_source (
    table_id INTEGER NOT NULL REFERENCES usage_table(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (table_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX input_file_without_content ON input_file(sha256) WHERE content IS NULL;
INSERT INTO run VALUES (5, '0123456789abcdef', 'team', 'Does it pay?', 'EUR', 'e3b0', 'team.toml', 'format = 1', '1',
    '0000000000000001', 100, 4, 1, 'stratified', '', '2026-02-03T04:05:06Z', 12, 2, 1, 2);
INSERT INTO world_name VALUES (5, 1, '', 'belief.cost.serving_share'), (5, 2, 'pro', 'margin_per_user'),
    (5, 3, 'metered', 'margin_per_user');
INSERT INTO world_number VALUES (5, 1, 1, 1, 0.35), (5, 2, 1, 2, 4.75), (5, 3, 3, 1, 0.25), (5, 4, 3, 2, -1.5),
    (5, 5, 3, 3, 0.1);
