-- +goose Up
-- What was brought from somewhere else has nobody here who wrote it. origin is the keyed hash of the key that it had there, so
-- that it comes once; origin_key is that key and label the name beside it there, both sealed under the space's scope.
ALTER TABLE discussion_entry ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE discussion_entry ADD COLUMN origin_key BYTEA;
ALTER TABLE discussion_entry ADD COLUMN label BYTEA;
CREATE UNIQUE INDEX discussion_entry_origin ON discussion_entry (space, origin) WHERE origin <> '';
-- Threads in the order in which they were begun, for what is taken along.
CREATE INDEX discussion_entry_begun ON discussion_entry (space, at, id) WHERE post IS NULL;

-- A file that somebody would bring into a space, sealed under the key of its threads. It goes a day after it came.
CREATE TABLE forum_import (
    space TEXT PRIMARY KEY REFERENCES forum_space (id),
    hash TEXT NOT NULL,
    body BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('look', 'taking', 'done')),
    made INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    by_person TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX forum_import_by ON forum_import (by_person) WHERE by_person IS NOT NULL;

-- What somebody chose for places with threads: that they may be called by name; that pictures are shown unasked; and when they
-- hear what is new in what they follow. minute (of the day) and weekday (0 is Sunday) are of their own zone. due is when they
-- hear next, 0 when nothing is new; heard is up to when they were told.
CREATE TABLE discussion_wish (
    person TEXT PRIMARY KEY,
    called BOOLEAN NOT NULL DEFAULT FALSE,
    pictures BOOLEAN NOT NULL DEFAULT FALSE,
    pace TEXT NOT NULL DEFAULT 'now' CHECK (pace IN ('now', 'day', 'week', 'never')),
    minute INTEGER NOT NULL DEFAULT 1080,
    weekday INTEGER NOT NULL DEFAULT 0,
    due BIGINT NOT NULL DEFAULT 0,
    heard BIGINT NOT NULL DEFAULT 0
);

-- Who was told that an entry calls them by name: once an entry.
CREATE TABLE discussion_call (
    entry TEXT NOT NULL REFERENCES discussion_entry (id),
    person TEXT NOT NULL,
    space TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (entry, person)
);
CREATE INDEX discussion_call_person ON discussion_call (person);
CREATE INDEX discussion_call_space ON discussion_call (space, person);

-- Pictures only where the coordinator of a space says so. body and alt are sealed under the space's scope; n is their order.
ALTER TABLE discussion_space ADD COLUMN pictures BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE forum_space ADD COLUMN pictures BOOLEAN NOT NULL DEFAULT FALSE;
CREATE TABLE discussion_picture (
    id TEXT PRIMARY KEY,
    entry TEXT NOT NULL REFERENCES discussion_entry (id),
    n INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('image/jpeg', 'image/png')),
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    alt BYTEA NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX discussion_picture_entry ON discussion_picture (entry, n);

-- +goose Down
DROP TABLE discussion_picture;
ALTER TABLE forum_space DROP COLUMN pictures;
ALTER TABLE discussion_space DROP COLUMN pictures;
DROP TABLE discussion_call;
DROP TABLE discussion_wish;
DROP TABLE forum_import;
DROP INDEX discussion_entry_begun;
DROP INDEX discussion_entry_origin;
DELETE FROM discussion_version WHERE entry IN (SELECT id FROM discussion_entry WHERE origin <> '');
DELETE FROM discussion_reaction WHERE entry IN (SELECT id FROM discussion_entry WHERE origin <> '');
UPDATE discussion_entry SET state = 'withdrawn', title = NULL, words = NULL WHERE origin <> '';
ALTER TABLE discussion_entry DROP COLUMN label;
ALTER TABLE discussion_entry DROP COLUMN origin_key;
ALTER TABLE discussion_entry DROP COLUMN origin;
