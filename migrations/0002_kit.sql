-- +goose Up

-- One data key for each scope (a conversation, a request, a person), wrapped by the keyset file.
-- Deleting the row makes everything sealed under it unreadable, in this database and in what is written later.
CREATE TABLE vault_key (
    scope      TEXT   NOT NULL PRIMARY KEY,
    wrapped    BYTEA  NOT NULL,
    kek        TEXT   NOT NULL CHECK (kek <> ''),
    created    BIGINT NOT NULL,
    destroy_at BIGINT NOT NULL DEFAULT 0
);
-- Rewrapping walks the keys of one old key-encryption key, in order of scope.
CREATE INDEX vault_key_kek ON vault_key (kek, scope);
-- Almost no key waits for its destruction, so only those are in the index.
CREATE INDEX vault_key_destroy ON vault_key (destroy_at, scope) WHERE destroy_at > 0;

-- Work to be done at a time. A row goes when its work is done; failed_at says since when it keeps failing.
CREATE TABLE bus_job (
    id          TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind <> ''),
    key         TEXT    NOT NULL,
    payload     TEXT    NOT NULL,
    due         BIGINT  NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    lease_until BIGINT  NOT NULL DEFAULT 0,
    lease_by    TEXT    NOT NULL DEFAULT '',
    last_error  TEXT    NOT NULL DEFAULT '',
    failed_at   BIGINT  NOT NULL DEFAULT 0,
    UNIQUE (kind, key)
);
CREATE INDEX bus_job_due ON bus_job (due, id);
CREATE INDEX bus_job_failed ON bus_job (failed_at, id) WHERE failed_at > 0;

-- +goose Down
DROP TABLE bus_job;
DROP TABLE vault_key;
