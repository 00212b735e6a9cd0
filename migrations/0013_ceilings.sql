-- +goose Up
-- What a shift carries and may carry, in microseconds. Contact time now is spent + open_n * now - open_sum.
ALTER TABLE shifts_shift ADD COLUMN spent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE shifts_shift ADD COLUMN spent_most BIGINT NOT NULL DEFAULT 10800000000;
ALTER TABLE shifts_shift ADD COLUMN open_n INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shifts_shift ADD COLUMN open_sum BIGINT NOT NULL DEFAULT 0;
ALTER TABLE shifts_shift ADD COLUMN heavy_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shifts_shift ADD COLUMN rest_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE shifts_shift ADD COLUMN usual INTEGER NOT NULL DEFAULT 1;
ALTER TABLE shifts_shift ADD COLUMN rest_chosen BOOLEAN NOT NULL DEFAULT FALSE;

-- One contact that a worker had, for their ledger. ref is the conversation or the call; no words and no name of anybody.
CREATE TABLE shifts_exposure (
    person TEXT NOT NULL,
    ref TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('chat', 'phone', 'in_person')),
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0,
    heavy BOOLEAN NOT NULL DEFAULT FALSE,
    concern BOOLEAN NOT NULL DEFAULT FALSE,
    night BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (person, ref)
);
CREATE INDEX shifts_exposure_person ON shifts_exposure (person, started_at);

-- What a worker chose for themselves beyond the usual, and when.
CREATE TABLE shifts_choice (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    shift TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('most', 'minutes', 'rest')),
    usual INTEGER NOT NULL,
    chosen INTEGER NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX shifts_choice_person ON shifts_choice (person, at);

-- A contact by telephone or in person, logged by the peer who had it. words is sealed under scope.
CREATE TABLE support_call (
    id TEXT PRIMARY KEY,
    peer TEXT NOT NULL,
    member TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('phone', 'in_person')),
    ended_at BIGINT NOT NULL,
    minutes INTEGER NOT NULL,
    situations TEXT NOT NULL,
    before INTEGER NOT NULL DEFAULT 0,
    after INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL,
    heavy BOOLEAN NOT NULL,
    concern BOOLEAN NOT NULL DEFAULT FALSE,
    scope TEXT NOT NULL,
    words BYTEA,
    logged_at BIGINT NOT NULL
);
CREATE INDEX support_call_peer ON support_call (peer, ended_at);
CREATE INDEX support_call_member ON support_call (member) WHERE member IS NOT NULL;

-- +goose Down
DROP TABLE support_call;
DROP TABLE shifts_choice;
DROP TABLE shifts_exposure;
ALTER TABLE shifts_shift DROP COLUMN rest_chosen;
ALTER TABLE shifts_shift DROP COLUMN usual;
ALTER TABLE shifts_shift DROP COLUMN rest_until;
ALTER TABLE shifts_shift DROP COLUMN heavy_run;
ALTER TABLE shifts_shift DROP COLUMN open_sum;
ALTER TABLE shifts_shift DROP COLUMN open_n;
ALTER TABLE shifts_shift DROP COLUMN spent_most;
ALTER TABLE shifts_shift DROP COLUMN spent;
