-- +goose NO TRANSACTION
-- +goose Up
-- A group of somebody else that we only list has a form of its own. SQLite changes a check by making the table anew ("Making Other Kinds Of Table Schema Changes", steps 1 to 12):
-- references by name are looked away from meanwhile, which only works outside of a transaction, so that it has one of its own.
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE groups_group_next (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    words TEXT NOT NULL,
    about TEXT NOT NULL,
    quiet TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('peer_led', 'facilitated', 'programme', 'workshop', 'recreation', 'networking', 'webinar', 'outreach', 'briefing', 'listed')),
    openness TEXT NOT NULL CHECK (openness IN ('public', 'members', 'request', 'closed')),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'refused', 'open', 'paused', 'ended')),
    community TEXT NOT NULL DEFAULT '',
    welcome TEXT NOT NULL DEFAULT '',
    languages TEXT NOT NULL,
    topics TEXT NOT NULL,
    access TEXT NOT NULL,
    zone TEXT NOT NULL,
    owner TEXT,
    weeks INTEGER NOT NULL DEFAULT 0,
    begins TEXT NOT NULL DEFAULT '',
    takes TEXT NOT NULL DEFAULT 'until' CHECK (takes IN ('until', 'yes', 'no')),
    sign_up BOOLEAN NOT NULL DEFAULT FALSE,
    most INTEGER NOT NULL DEFAULT 0,
    members INTEGER NOT NULL DEFAULT 0 CHECK (members >= 0),
    agreement INTEGER NOT NULL DEFAULT 0,
    contact TEXT NOT NULL DEFAULT '',
    reason BYTEA,
    wall TEXT,
    made_by TEXT,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0
);
INSERT INTO groups_group_next SELECT * FROM groups_group;
DROP TABLE groups_group;
ALTER TABLE groups_group_next RENAME TO groups_group;
CREATE INDEX groups_group_list ON groups_group (state, openness, folded, id);
CREATE INDEX groups_group_owner ON groups_group (owner) WHERE owner IS NOT NULL;
CREATE INDEX groups_group_made ON groups_group (made_by, state) WHERE made_by IS NOT NULL;

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
COMMIT;
PRAGMA foreign_keys = ON;

-- +goose Down
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
DROP TABLE groups_listing;
DROP TABLE groups_look;
DROP TABLE groups_feed;
DELETE FROM groups_tag WHERE group_id IN (SELECT id FROM groups_group WHERE form = 'listed');
DELETE FROM groups_group WHERE form = 'listed';
CREATE TABLE groups_group_next (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    words TEXT NOT NULL,
    about TEXT NOT NULL,
    quiet TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('peer_led', 'facilitated', 'programme', 'workshop', 'recreation', 'networking', 'webinar', 'outreach', 'briefing')),
    openness TEXT NOT NULL CHECK (openness IN ('public', 'members', 'request', 'closed')),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'refused', 'open', 'paused', 'ended')),
    community TEXT NOT NULL DEFAULT '',
    welcome TEXT NOT NULL DEFAULT '',
    languages TEXT NOT NULL,
    topics TEXT NOT NULL,
    access TEXT NOT NULL,
    zone TEXT NOT NULL,
    owner TEXT,
    weeks INTEGER NOT NULL DEFAULT 0,
    begins TEXT NOT NULL DEFAULT '',
    takes TEXT NOT NULL DEFAULT 'until' CHECK (takes IN ('until', 'yes', 'no')),
    sign_up BOOLEAN NOT NULL DEFAULT FALSE,
    most INTEGER NOT NULL DEFAULT 0,
    members INTEGER NOT NULL DEFAULT 0 CHECK (members >= 0),
    agreement INTEGER NOT NULL DEFAULT 0,
    contact TEXT NOT NULL DEFAULT '',
    reason BYTEA,
    wall TEXT,
    made_by TEXT,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0
);
INSERT INTO groups_group_next SELECT * FROM groups_group;
DROP TABLE groups_group;
ALTER TABLE groups_group_next RENAME TO groups_group;
CREATE INDEX groups_group_list ON groups_group (state, openness, folded, id);
CREATE INDEX groups_group_owner ON groups_group (owner) WHERE owner IS NOT NULL;
CREATE INDEX groups_group_made ON groups_group (made_by, state) WHERE made_by IS NOT NULL;
COMMIT;
PRAGMA foreign_keys = ON;
