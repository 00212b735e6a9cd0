-- +goose Up
-- How far somebody has read. object is a thread (its post), or a space: everything in it up to then counts as read.
-- upto is compared with discussion_entry.active_at; at is when they were last there.
CREATE TABLE discussion_seen (
    person TEXT NOT NULL,
    object TEXT NOT NULL,
    space TEXT NOT NULL REFERENCES discussion_space (id),
    upto BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person, object)
);
CREATE INDEX discussion_seen_space ON discussion_seen (space);

-- Who is told of what is new in a thread or a space. told is up to when: of a thread one is told again after reading.
CREATE TABLE discussion_follow (
    object TEXT NOT NULL,
    person TEXT NOT NULL,
    space TEXT NOT NULL REFERENCES discussion_space (id),
    told BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    PRIMARY KEY (object, person)
);
CREATE INDEX discussion_follow_person ON discussion_follow (person);
CREATE INDEX discussion_follow_space ON discussion_follow (space);

-- What somebody has begun to write and not sent, sealed under the space's scope. object is the space for a new thread,
-- or the post that it is an answer to.
CREATE TABLE discussion_draft (
    person TEXT NOT NULL,
    object TEXT NOT NULL,
    space TEXT NOT NULL REFERENCES discussion_space (id),
    title BYTEA,
    words BYTEA,
    anonymous BOOLEAN NOT NULL DEFAULT FALSE,
    quotes TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (person, object)
);
CREATE INDEX discussion_draft_space ON discussion_draft (space);

-- What somebody would rather not meet unasked: topics of the taxonomy.
CREATE TABLE discussion_rather (
    person TEXT NOT NULL,
    topic TEXT NOT NULL,
    PRIMARY KEY (person, topic)
);

-- +goose Down
DROP TABLE discussion_rather;
DROP TABLE discussion_draft;
DROP TABLE discussion_follow;
DROP TABLE discussion_seen;
