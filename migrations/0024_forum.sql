-- +goose Up
-- A space of the forum. wall is where its threads are kept (discussion). Words of welcome and names are for all who see it.
-- audience: open is read by visitors, members by whoever has an account, community by whoever joined. alone is what holds
-- while nobody looks after it.
CREATE TABLE forum_space (
    id TEXT PRIMARY KEY,
    wall TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    welcome TEXT NOT NULL DEFAULT '',
    audience TEXT NOT NULL CHECK (audience IN ('open', 'members', 'community')),
    joins TEXT NOT NULL CHECK (joins IN ('press', 'ask')),
    hold_new BOOLEAN NOT NULL DEFAULT FALSE,
    unnamed BOOLEAN NOT NULL DEFAULT FALSE,
    alone TEXT NOT NULL CHECK (alone IN ('slow', 'hold')),
    closed BOOLEAN NOT NULL DEFAULT FALSE,
    made_at BIGINT NOT NULL
);

-- Who joined a community.
CREATE TABLE forum_member (
    space TEXT NOT NULL REFERENCES forum_space (id),
    person TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (space, person)
);
CREATE INDEX forum_member_person ON forum_member (person);

-- Who looks after a space.
CREATE TABLE forum_moderator (
    space TEXT NOT NULL REFERENCES forum_space (id),
    person TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (space, person)
);
CREATE INDEX forum_moderator_person ON forum_moderator (person);

-- Somebody would like to join a community. words are sealed under the key of its threads, and go with the answer.
CREATE TABLE forum_request (
    id TEXT PRIMARY KEY,
    space TEXT NOT NULL REFERENCES forum_space (id),
    person TEXT NOT NULL,
    words BYTEA,
    state TEXT NOT NULL CHECK (state IN ('open', 'declined')),
    at BIGINT NOT NULL,
    answered_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX forum_request_one ON forum_request (space, person);
CREATE INDEX forum_request_person ON forum_request (person);

-- +goose Down
DROP TABLE forum_request;
DROP TABLE forum_moderator;
DROP TABLE forum_member;
DROP TABLE forum_space;
