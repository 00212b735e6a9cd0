-- +goose Up
-- Who did what, and who opened what. No content: ids and verbs only.
CREATE TABLE access_audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT,
    way TEXT NOT NULL,
    verb TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object TEXT,
    subject TEXT,
    opening TEXT
);
CREATE INDEX access_audit_subject ON access_audit (subject, at) WHERE subject IS NOT NULL;
CREATE INDEX access_audit_actor ON access_audit (actor, at) WHERE actor IS NOT NULL;
CREATE UNIQUE INDEX access_audit_opening ON access_audit (opening) WHERE opening IS NOT NULL;

-- What the service has decided for itself, by name.
CREATE TABLE access_setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT
);

-- How often somebody used a verb in the present span of time.
CREATE TABLE access_rate (
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    span BIGINT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (person, name)
);

-- +goose Down
DROP TABLE access_rate;
DROP TABLE access_setting;
DROP TABLE access_audit;
