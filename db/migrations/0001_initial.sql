-- 0001_initial.sql: runs, one row per fact. A run row keeps all it takes to repeat the run bit for bit.
-- Row numbers `position` keep the order in which a result lists its rows. Money is in the run's currency; each value has
-- its unit beside it. An empty number (NULL) means: not applicable.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,                -- ascending in time
    name TEXT NOT NULL,                    -- 16 hex digits; equal for runs that must give equal numbers
    scenario TEXT NOT NULL,
    question TEXT NOT NULL,
    currency TEXT NOT NULL,
    scenario_hash TEXT NOT NULL,
    scenario_file TEXT NOT NULL,           -- for people; the text below is what counts
    scenario_text TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    seed TEXT NOT NULL,                    -- 16 hex digits: SQLite integers are signed
    users INTEGER NOT NULL,                -- per world
    worlds INTEGER NOT NULL,
    months INTEGER NOT NULL,
    sampling TEXT NOT NULL,
    label TEXT NOT NULL,
    started_at TEXT NOT NULL,              -- UTC, ISO 8601
    duration_ms INTEGER NOT NULL,
    threads INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    worlds_finished INTEGER NOT NULL
) STRICT;
CREATE INDEX run_by_name ON run(name);

CREATE TABLE run_override (                -- --set KEY=VALUE, in order
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
    content BLOB,                          -- NULL: too large to keep
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
    noise INTEGER NOT NULL,                -- 1: the interval holds 0
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
    world INTEGER NOT NULL,                -- from 1
    plan TEXT NOT NULL,                    -- empty for the draw of a belief
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

-- The newest complete run of each scenario.
CREATE VIEW latest_run AS
    SELECT * FROM run WHERE id IN (SELECT max(id) FROM run WHERE cancelled = 0 GROUP BY scenario);

-- One line per run and plan with the headline numbers, newest run first.
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
