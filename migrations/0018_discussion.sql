-- +goose Up
-- A place where people post: a wall of a group, later a room of the forum. owner is what it belongs to.
-- Words are sealed under the space's own scope (scope = id).
CREATE TABLE discussion_space (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    anonymous BOOLEAN NOT NULL DEFAULT FALSE,
    hold_new BOOLEAN NOT NULL DEFAULT FALSE,
    titles BOOLEAN NOT NULL DEFAULT FALSE,
    closed BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    destroyed_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX discussion_space_owner ON discussion_space (owner);

-- A post (post is NULL), or a comment on one. author is never shown where anonymous; NULL once the account is gone.
-- alias numbers somebody without a name within one thread; aliases counts them, on the post.
-- comments and the three reactions are counts of what is open to everybody.
-- lead is whoever leads that was last told of it, while it is held for its words; '' when nobody was.
CREATE TABLE discussion_entry (
    id TEXT PRIMARY KEY,
    space TEXT NOT NULL REFERENCES discussion_space (id),
    post TEXT REFERENCES discussion_entry (id),
    author TEXT,
    anonymous BOOLEAN NOT NULL DEFAULT FALSE,
    alias INTEGER NOT NULL DEFAULT 0,
    aliases INTEGER NOT NULL DEFAULT 0,
    client_key TEXT NOT NULL,
    title BYTEA,
    words BYTEA,
    version INTEGER NOT NULL DEFAULT 0,
    quotes TEXT,
    topics TEXT NOT NULL DEFAULT '[]',
    state TEXT NOT NULL CHECK (state IN ('open', 'held', 'hidden', 'withdrawn')),
    why TEXT NOT NULL DEFAULT '' CHECK (why IN ('', 'words', 'new', 'keeper')),
    reason BYTEA,
    lead TEXT NOT NULL DEFAULT '',
    told BOOLEAN NOT NULL DEFAULT FALSE,
    pinned BOOLEAN NOT NULL DEFAULT FALSE,
    at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL DEFAULT 0,
    state_at BIGINT NOT NULL,
    comments INTEGER NOT NULL DEFAULT 0,
    been_there INTEGER NOT NULL DEFAULT 0,
    with_you INTEGER NOT NULL DEFAULT 0,
    thank_you INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX discussion_entry_page ON discussion_entry (space, active_at DESC, id DESC) WHERE post IS NULL;
CREATE INDEX discussion_entry_pinned ON discussion_entry (space) WHERE pinned;
CREATE INDEX discussion_entry_thread ON discussion_entry (post, at, id) WHERE post IS NOT NULL;
CREATE INDEX discussion_entry_author ON discussion_entry (author, space, at) WHERE author IS NOT NULL;
CREATE UNIQUE INDEX discussion_entry_once ON discussion_entry (author, space, client_key) WHERE author IS NOT NULL;
-- What nobody was told of comes first, then the newest.
CREATE INDEX discussion_entry_held ON discussion_entry (why, lead, state_at DESC, id DESC) WHERE state = 'held';

-- What stood there before a change, sealed.
CREATE TABLE discussion_version (
    entry TEXT NOT NULL REFERENCES discussion_entry (id),
    version INTEGER NOT NULL,
    words BYTEA,
    at BIGINT NOT NULL,
    PRIMARY KEY (entry, version)
);

-- Which number somebody without a name has in a thread.
CREATE TABLE discussion_alias (
    post TEXT NOT NULL REFERENCES discussion_entry (id),
    person TEXT NOT NULL,
    alias INTEGER NOT NULL,
    PRIMARY KEY (post, person)
);
CREATE INDEX discussion_alias_person ON discussion_alias (person);

CREATE TABLE discussion_reaction (
    entry TEXT NOT NULL REFERENCES discussion_entry (id),
    person TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('been_there', 'with_you', 'thank_you')),
    at BIGINT NOT NULL,
    PRIMARY KEY (entry, person, kind)
);
CREATE INDEX discussion_reaction_person ON discussion_reaction (person);

-- Somebody looked up who wrote without a name. The reason is sealed under the space's scope; the author reads it.
CREATE TABLE discussion_reveal (
    id TEXT PRIMARY KEY,
    entry TEXT NOT NULL REFERENCES discussion_entry (id),
    by_person TEXT,
    reason BYTEA,
    at BIGINT NOT NULL
);
CREATE INDEX discussion_reveal_entry ON discussion_reveal (entry, at);
CREATE INDEX discussion_reveal_by ON discussion_reveal (by_person) WHERE by_person IS NOT NULL;

-- A report about what was written without a name shows none, until somebody has looked it up with a reason.
ALTER TABLE moderation_report ADD COLUMN anonymous BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE moderation_report ADD COLUMN revealed_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE moderation_report DROP COLUMN revealed_at;
ALTER TABLE moderation_report DROP COLUMN anonymous;
DROP TABLE discussion_reveal;
DROP TABLE discussion_reaction;
DROP TABLE discussion_alias;
DROP TABLE discussion_version;
DROP TABLE discussion_entry;
DROP TABLE discussion_space;
