-- +goose Up
-- Something that happens at a time, once or again and again. owner is whom it belongs to. inside is what only those read who come, sealed under the series' own scope.
-- filled_to is how far its meetings are written down; follows is the series that this one goes on from; source is where it came from, as a hash.
CREATE TABLE meetings_series (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    quiet TEXT NOT NULL,
    title TEXT NOT NULL,
    first_day TEXT NOT NULL,
    starts INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    zone TEXT NOT NULL,
    rule TEXT NOT NULL,
    attendance TEXT NOT NULL CHECK (attendance IN ('in_person', 'online', 'hybrid')),
    place TEXT NOT NULL,
    address TEXT NOT NULL,
    inside BYTEA,
    room_places INTEGER NOT NULL CHECK (room_places >= 0),
    online_places INTEGER NOT NULL CHECK (online_places >= 0),
    audience TEXT NOT NULL CHECK (audience IN ('public', 'members', 'closed')),
    facilitated BOOLEAN NOT NULL,
    peer_led BOOLEAN NOT NULL,
    sign_up BOOLEAN NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'ended')),
    follows TEXT,
    source TEXT NOT NULL DEFAULT '',
    filled_to BIGINT NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0,
    by_person TEXT,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX meetings_series_owner ON meetings_series (owner, kind, made_at);
CREATE UNIQUE INDEX meetings_series_source ON meetings_series (owner, source) WHERE source <> '';
CREATE INDEX meetings_series_listed ON meetings_series (audience, id) WHERE state <> 'ended';
CREATE INDEX meetings_series_news ON meetings_series (audience, changed_at) WHERE state <> 'ended';

-- What a series can be found by.
CREATE TABLE meetings_tag (
    tag TEXT NOT NULL,
    series TEXT NOT NULL REFERENCES meetings_series (id),
    PRIMARY KEY (tag, series)
);
CREATE INDEX meetings_tag_series ON meetings_tag (series);

-- One meeting of a series. day names it and never changes, whatever happens to its hour. The counts are claimed with each answer.
-- stage is which of its moments have passed; grace_at is since when nobody holds it. note is what those who hold it say to those who come, sealed as inside.
CREATE TABLE meetings_meeting (
    id TEXT PRIMARY KEY,
    series TEXT NOT NULL REFERENCES meetings_series (id),
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    day TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'open', 'locked', 'over', 'cancelled', 'paused')),
    why TEXT NOT NULL DEFAULT '',
    moved BOOLEAN NOT NULL DEFAULT FALSE,
    attendance TEXT NOT NULL CHECK (attendance IN ('in_person', 'online', 'hybrid')),
    audience TEXT NOT NULL CHECK (audience IN ('public', 'members', 'closed')),
    room_places INTEGER NOT NULL,
    online_places INTEGER NOT NULL,
    room_going INTEGER NOT NULL DEFAULT 0 CHECK (room_going >= 0),
    online_going INTEGER NOT NULL DEFAULT 0 CHECK (online_going >= 0),
    stage INTEGER NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    grace_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    note BYTEA,
    others INTEGER NOT NULL DEFAULT 0 CHECK (others >= 0),
    counted_at BIGINT NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL,
    UNIQUE (series, day)
);
CREATE INDEX meetings_meeting_owner ON meetings_meeting (owner, starts_at);
CREATE INDEX meetings_meeting_series ON meetings_meeting (series, starts_at);
CREATE INDEX meetings_meeting_listed ON meetings_meeting (starts_at, audience, attendance, series) WHERE state IN ('planned', 'open', 'locked');
CREATE INDEX meetings_meeting_unlike ON meetings_meeting (series, starts_at) WHERE moved OR state = 'cancelled';
CREATE INDEX meetings_meeting_unusual ON meetings_meeting (audience, starts_at, changed_at) WHERE moved OR state = 'cancelled';
CREATE INDEX meetings_meeting_moments ON meetings_meeting (series, stage, starts_at) WHERE state IN ('planned', 'open', 'locked');

-- Who holds a meeting. said: they said so themselves; what only the rota put down follows the rota.
CREATE TABLE meetings_host (
    meeting TEXT NOT NULL REFERENCES meetings_meeting (id),
    person TEXT NOT NULL,
    place INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('named', 'stands_by', 'asked', 'here', 'left', 'cannot')),
    said BOOLEAN NOT NULL DEFAULT FALSE,
    at BIGINT NOT NULL,
    PRIMARY KEY (meeting, person)
);
CREATE INDEX meetings_host_person ON meetings_host (person);

-- Whether somebody comes. person is empty for who signed up without an account; token is the hash of what leads back to such a place.
-- words is the name, the address for mail and what somebody needs, sealed under the series' scope. mail_key is a keyed hash of the address, so that one has one place; turns counts the changes of mind.
CREATE TABLE meetings_answer (
    id TEXT PRIMARY KEY,
    meeting TEXT NOT NULL REFERENCES meetings_meeting (id),
    person TEXT,
    token TEXT,
    state TEXT NOT NULL CHECK (state IN ('going', 'waiting', 'not')),
    how TEXT NOT NULL CHECK (how IN ('room', 'online')),
    words BYTEA,
    mail BOOLEAN NOT NULL DEFAULT FALSE,
    mail_key TEXT,
    turns INTEGER NOT NULL DEFAULT 0,
    came TEXT NOT NULL DEFAULT '' CHECK (came IN ('', 'yes', 'no')),
    asked_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (meeting, person)
);
CREATE INDEX meetings_answer_line ON meetings_answer (meeting, how, asked_at, id) WHERE state = 'waiting';
CREATE INDEX meetings_answer_person ON meetings_answer (person) WHERE person IS NOT NULL;
CREATE UNIQUE INDEX meetings_answer_mail ON meetings_answer (meeting, mail_key) WHERE mail_key IS NOT NULL;
CREATE UNIQUE INDEX meetings_answer_token ON meetings_answer (token) WHERE token IS NOT NULL;

-- +goose Down
DROP TABLE meetings_answer;
DROP TABLE meetings_host;
DROP TABLE meetings_meeting;
DROP TABLE meetings_tag;
DROP TABLE meetings_series;
