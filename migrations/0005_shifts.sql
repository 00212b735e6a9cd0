-- +goose Up
-- A shift that somebody works. busy counts offers that are open and conversations that run.
CREATE TABLE shifts_shift (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    leads BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0,
    ready_at BIGINT NOT NULL DEFAULT 0,
    busy INTEGER NOT NULL DEFAULT 0,
    most INTEGER NOT NULL DEFAULT 1,
    talked INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX shifts_shift_running ON shifts_shift (person) WHERE ended_at = 0;
CREATE INDEX shifts_shift_person ON shifts_shift (person, started_at);

-- When the service means to be open, by weekday (0 = Sunday) in minutes of the service's own day.
CREATE TABLE shifts_hours (
    weekday INTEGER NOT NULL,
    opens INTEGER NOT NULL,
    closes INTEGER NOT NULL,
    PRIMARY KEY (weekday, opens)
);

-- A page sent on purpose, to see that it arrives.
CREATE TABLE shifts_testpage (
    id TEXT PRIMARY KEY,
    sent_at BIGINT NOT NULL,
    sent_by TEXT NOT NULL,
    sent_to TEXT NOT NULL,
    acknowledged_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX shifts_testpage_to ON shifts_testpage (sent_to, acknowledged_at);

-- +goose Down
DROP TABLE shifts_testpage;
DROP TABLE shifts_hours;
DROP TABLE shifts_shift;
