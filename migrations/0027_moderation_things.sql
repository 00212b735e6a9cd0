-- +goose Up
-- What was decided can be about what somebody wrote, too: hidden, removed, labelled. detail is what was put on it (labels),
-- so that undoing takes back this and nothing else. lifted_by and undone say who took it back, and why (sealed under the scope).
-- Tables are made anew because a check cannot be widened in place.
CREATE TABLE moderation_appeal_before AS SELECT * FROM moderation_appeal;
CREATE TABLE moderation_action_before AS SELECT * FROM moderation_action;
DROP TABLE moderation_appeal;
DROP TABLE moderation_action;

CREATE TABLE moderation_action (
    id TEXT PRIMARY KEY,
    report TEXT NOT NULL REFERENCES moderation_report (id),
    about TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('note', 'warn', 'pause', 'ban', 'label', 'hide', 'remove')),
    detail TEXT NOT NULL DEFAULT '',
    reason BYTEA,
    scope TEXT NOT NULL,
    by_person TEXT,
    at BIGINT NOT NULL,
    until BIGINT NOT NULL DEFAULT 0,
    lifted_at BIGINT NOT NULL DEFAULT 0,
    lifted_by TEXT,
    undone BYTEA
);
CREATE INDEX moderation_action_about ON moderation_action (about, at);
CREATE INDEX moderation_action_at ON moderation_action (at);
CREATE INDEX moderation_action_report ON moderation_action (report);
CREATE INDEX moderation_action_lifted ON moderation_action (lifted_at) WHERE lifted_at > 0;
INSERT INTO moderation_action (id, report, about, what, reason, scope, by_person, at, until, lifted_at)
    SELECT id, report, about, what, reason, scope, by_person, at, until, lifted_at FROM moderation_action_before;

CREATE TABLE moderation_appeal (
    action TEXT PRIMARY KEY REFERENCES moderation_action (id),
    words BYTEA,
    at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT NOT NULL DEFAULT 0,
    upheld BOOLEAN NOT NULL DEFAULT FALSE,
    answer BYTEA
);
CREATE INDEX moderation_appeal_open ON moderation_appeal (at) WHERE decided_at = 0;
CREATE INDEX moderation_appeal_at ON moderation_appeal (at);
INSERT INTO moderation_appeal (action, words, at, decided_by, decided_at, upheld, answer)
    SELECT action, words, at, decided_by, decided_at, upheld, answer FROM moderation_appeal_before;
DROP TABLE moderation_appeal_before;
DROP TABLE moderation_action_before;
CREATE INDEX moderation_report_at ON moderation_report (at);

-- Who looks at something that is held, so that two do not do the same.
CREATE TABLE moderation_claim (
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    person TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (kind, object)
);
CREATE INDEX moderation_claim_person ON moderation_claim (person);

-- The house agreement in the service's own words, by version. words and changed are JSON: a text by language. Before the
-- first version the agreement that comes with the program holds.
CREATE TABLE moderation_house (
    version INTEGER PRIMARY KEY,
    words TEXT NOT NULL,
    changed TEXT NOT NULL,
    by_person TEXT,
    at BIGINT NOT NULL
);

-- What moderation hid, keepers of the place do not release.
ALTER TABLE discussion_entry ADD COLUMN moderated BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX discussion_entry_waits ON discussion_entry (state_at, id) WHERE state = 'held';

-- Reading reports is work that is carried, too.
CREATE TABLE shifts_exposure_before AS SELECT * FROM shifts_exposure;
DROP TABLE shifts_exposure;
CREATE TABLE shifts_exposure (
    person TEXT NOT NULL,
    ref TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('chat', 'phone', 'in_person', 'report')),
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0,
    heavy BOOLEAN NOT NULL DEFAULT FALSE,
    concern BOOLEAN NOT NULL DEFAULT FALSE,
    night BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (person, ref)
);
CREATE INDEX shifts_exposure_person ON shifts_exposure (person, started_at);
INSERT INTO shifts_exposure (person, ref, kind, started_at, ended_at, heavy, concern, night)
    SELECT person, ref, kind, started_at, ended_at, heavy, concern, night FROM shifts_exposure_before;
DROP TABLE shifts_exposure_before;

-- +goose Down
CREATE TABLE shifts_exposure_before AS SELECT * FROM shifts_exposure WHERE kind <> 'report';
DROP TABLE shifts_exposure;
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
INSERT INTO shifts_exposure (person, ref, kind, started_at, ended_at, heavy, concern, night)
    SELECT person, ref, kind, started_at, ended_at, heavy, concern, night FROM shifts_exposure_before;
DROP TABLE shifts_exposure_before;
DROP INDEX discussion_entry_waits;
ALTER TABLE discussion_entry DROP COLUMN moderated;
DROP TABLE moderation_house;
DROP TABLE moderation_claim;
DROP INDEX moderation_report_at;
CREATE TABLE moderation_appeal_before AS SELECT p.* FROM moderation_appeal p JOIN moderation_action a ON a.id = p.action WHERE a.what IN ('note', 'warn', 'pause', 'ban');
CREATE TABLE moderation_action_before AS SELECT * FROM moderation_action WHERE what IN ('note', 'warn', 'pause', 'ban');
DROP TABLE moderation_appeal;
DROP TABLE moderation_action;
CREATE TABLE moderation_action (
    id TEXT PRIMARY KEY,
    report TEXT NOT NULL REFERENCES moderation_report (id),
    about TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('note', 'warn', 'pause', 'ban')),
    reason BYTEA,
    scope TEXT NOT NULL,
    by_person TEXT,
    at BIGINT NOT NULL,
    until BIGINT NOT NULL DEFAULT 0,
    lifted_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX moderation_action_about ON moderation_action (about, at);
CREATE INDEX moderation_action_at ON moderation_action (at);
INSERT INTO moderation_action (id, report, about, what, reason, scope, by_person, at, until, lifted_at)
    SELECT id, report, about, what, reason, scope, by_person, at, until, lifted_at FROM moderation_action_before;
CREATE TABLE moderation_appeal (
    action TEXT PRIMARY KEY REFERENCES moderation_action (id),
    words BYTEA,
    at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT NOT NULL DEFAULT 0,
    upheld BOOLEAN NOT NULL DEFAULT FALSE,
    answer BYTEA
);
CREATE INDEX moderation_appeal_open ON moderation_appeal (at) WHERE decided_at = 0;
INSERT INTO moderation_appeal (action, words, at, decided_by, decided_at, upheld, answer)
    SELECT action, words, at, decided_by, decided_at, upheld, answer FROM moderation_appeal_before;
DROP TABLE moderation_appeal_before;
DROP TABLE moderation_action_before;
