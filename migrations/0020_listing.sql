-- +goose Up
-- A list of another organisation's groups, in the Meeting Guide format. name says whose they are; address is where it is read, empty of one that came as a file. zone is for rows
-- that name none. read_at is when it was last taken over; taken and left count the rows that could and could not be. ending: its groups are being ended; gone: it was taken away.
CREATE TABLE groups_feed (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'ending', 'gone')),
    taken INTEGER NOT NULL DEFAULT 0,
    left_out INTEGER NOT NULL DEFAULT 0,
    made_by TEXT,
    made_at BIGINT NOT NULL,
    read_by TEXT,
    read_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX groups_feed_address ON groups_feed (address) WHERE address <> '' AND state = 'open';

-- A list that was read and not yet taken over: as it came, so that what was looked at is what is taken. taking: it is being taken over now.
CREATE TABLE groups_look (
    feed TEXT PRIMARY KEY REFERENCES groups_feed (id),
    body BYTEA NOT NULL,
    hash TEXT NOT NULL,
    taking BOOLEAN NOT NULL DEFAULT FALSE,
    by_person TEXT,
    at BIGINT NOT NULL
);

-- A row of a list and the group that came of it. hash is of what the row said; said is what its page shows beside the group. checked_at is when the list last had it; gone_at is when
-- it had it no more.
CREATE TABLE groups_listing (
    feed TEXT NOT NULL REFERENCES groups_feed (id),
    slug TEXT NOT NULL,
    group_id TEXT NOT NULL UNIQUE REFERENCES groups_group (id),
    hash TEXT NOT NULL,
    said TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    gone_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (feed, slug)
);

-- +goose Down
DROP TABLE groups_listing;
DROP TABLE groups_look;
DROP TABLE groups_feed;
