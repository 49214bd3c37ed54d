-- A store as schema version 1 made it, with one run of two plans. Frozen: tests/db/migration_test.cpp opens it with the
-- present code. Never edit it; a later version gets a file of its own.
PRAGMA application_id = 1112689494;  -- "BRKV"
PRAGMA user_version = 1;
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

CREATE TABLE world_value (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    world INTEGER NOT NULL,
    plan TEXT NOT NULL,
    metric TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

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
INSERT INTO run VALUES (7, '0123456789abcdef', 'team', 'Does it pay?', 'EUR',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'scenarios/team.toml',
    'format = 1' || char(10) || 'name = "team"' || char(10), '1', 'fedcba9876543210', 4294967295, 20, 3, 'stratified',
    'first', '2025-02-03T04:05:06Z', 1234, 8, 0, 20);
INSERT INTO run_override VALUES (7, 1, 'plan.pro.fee', '25'), (7, 2, 'run.months', '3');
INSERT INTO input_file VALUES
    (7, 1, 'usage.csv', 'ab', CAST('user,n' || char(10) || 'a,1' || char(10) AS BLOB)),
    (7, 2, 'large.csv', 'cd', NULL);
INSERT INTO metric VALUES
    (7, 1, 'pro', 'all', 'all', 'revenue_per_user', 'EUR/user-month', 25.0, 0.0, 25.0, 25.0, 25.0, 25.0, 25.0),
    (7, 2, 'pro', 'all', 'all', 'cost_per_user', 'EUR/user-month', 20.5, 0.25, 20.0, 21.0, 12.5, 30.5, NULL),
    (7, 3, 'pro', 'all', 'all', 'margin_per_user', 'EUR/user-month', 4.5, 0.25, 4.0, 5.0, -5.5, 12.5, NULL),
    (7, 4, 'pro', 'all', 'all', 'probability_plan_loses', 'probability', 0.15, 0.08, 0.03, 0.38, NULL, NULL, NULL),
    (7, 5, 'pro', 'teams', 'all', 'margin_per_user', 'EUR/user-month', 99.0, 0.5, 98.0, 100.0, NULL, NULL, NULL),
    (7, 6, 'metered', 'all', 'all', 'margin_per_user', 'EUR/user-month', -1.0, 0.125, -1.25, -0.75, NULL, NULL, NULL);
INSERT INTO difference VALUES (7, 1, 'pro', 'metered', 'all', 'all', 'margin_per_user', 'EUR/user-month',
    -5.5, 0.25, -6.0, -5.0, -18.0, 4.5, NULL, 0);
INSERT INTO quantile VALUES (7, 1, 'pro', 'all', 'all', 'cost', 0.95, 60.25, 58.5, 62.0);
INSERT INTO histogram VALUES (7, 1, 'pro', 'all', 'all', 'cost', 0.0, 0.0, 9007199254740993);
INSERT INTO world_value VALUES (7, 1, 1, '', 'belief.cost.serving_share', 0.35), (7, 2, 1, 'pro', 'margin_per_user', 4.75);
INSERT INTO lorenz VALUES (7, 1, 'pro', 'all', 'all', 0.5, 0.0625);
