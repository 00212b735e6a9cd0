-- +goose Up
-- The online room of what it belongs to (kind, owner): one, opened and closed again. talk is its text chat; captions
-- and questions are sealed under the scope of the talk. people counts who is in, so that places are claimed in one
-- statement. turn_at is when the present turn of a round began.
CREATE TABLE rooms_room (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('meeting', 'webinar', 'two', 'aside')),
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    why TEXT NOT NULL DEFAULT '',
    locked BOOLEAN NOT NULL DEFAULT FALSE,
    keeps_door BOOLEAN NOT NULL DEFAULT FALSE,
    places INTEGER NOT NULL,
    people INTEGER NOT NULL DEFAULT 0,
    talk TEXT NOT NULL,
    parent TEXT,
    aliases INTEGER NOT NULL DEFAULT 0,
    captions BIGINT NOT NULL DEFAULT 0,
    turn_minutes INTEGER NOT NULL DEFAULT 0,
    turn_at BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL,
    empty_at BIGINT NOT NULL DEFAULT 0,
    closed_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX rooms_room_owner ON rooms_room (kind, owner);
CREATE INDEX rooms_room_talk ON rooms_room (talk);

-- Somebody's seat in a room. identity is what the media server knows them by: random, another at each entering.
-- alias numbers somebody who takes part without a name. aside is the room for two that they are in, or were asked into
-- (asked_by is the seat that asks).
CREATE TABLE rooms_seat (
    id TEXT PRIMARY KEY,
    room TEXT NOT NULL REFERENCES rooms_room (id),
    person TEXT NOT NULL,
    identity TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'in', 'aside', 'out', 'refused', 'removed')),
    role TEXT NOT NULL CHECK (role IN ('host', 'part', 'listener', 'captioner', 'interpreter', 'signer')),
    lang TEXT NOT NULL DEFAULT '',
    alias INTEGER NOT NULL DEFAULT 0,
    speaks BOOLEAN NOT NULL DEFAULT TRUE,
    shows BOOLEAN NOT NULL DEFAULT TRUE,
    shares BOOLEAN NOT NULL DEFAULT FALSE,
    aside TEXT,
    asked_by TEXT,
    hand_at BIGINT NOT NULL DEFAULT 0,
    entered_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    gone_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX rooms_seat_person ON rooms_seat (room, person);
CREATE UNIQUE INDEX rooms_seat_identity ON rooms_seat (identity);
CREATE INDEX rooms_seat_of ON rooms_seat (person, state);

-- The turns of a check-in round, in their order.
CREATE TABLE rooms_turn (
    room TEXT NOT NULL REFERENCES rooms_room (id),
    place INTEGER NOT NULL,
    seat TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'now', 'said', 'passed')),
    PRIMARY KEY (room, place)
);

-- The last lines that a captioner typed; older ones go when a new one comes, all when the room closes.
CREATE TABLE rooms_caption (
    room TEXT NOT NULL REFERENCES rooms_room (id),
    seq BIGINT NOT NULL,
    seat TEXT NOT NULL,
    words BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (room, seq)
);

-- Questions to a webinar. Whose it is only the person themselves is shown.
CREATE TABLE rooms_question (
    id TEXT PRIMARY KEY,
    room TEXT NOT NULL REFERENCES rooms_room (id),
    seat TEXT NOT NULL,
    words BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'aside')),
    votes INTEGER NOT NULL DEFAULT 0,
    at BIGINT NOT NULL
);
CREATE INDEX rooms_question_of ON rooms_question (room, state, votes);
CREATE TABLE rooms_vote (
    question TEXT NOT NULL REFERENCES rooms_question (id),
    seat TEXT NOT NULL,
    PRIMARY KEY (question, seat)
);

-- Whether two who talk in a conversation would like to hear each other. asked_by is who asked, or who said yes.
CREATE TABLE rooms_call (
    talk TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('', 'asked', 'agreed')),
    asked_by TEXT,
    at BIGINT NOT NULL DEFAULT 0
);

-- A meeting of two by video has a conversation as one by chat has.
ALTER TABLE mentoring_session ADD COLUMN video BOOLEAN NOT NULL DEFAULT FALSE;

-- Who came into the room of a meeting by the address of a place that was taken without an account: the session of a
-- guest, or of somebody who is signed in.
CREATE TABLE meetings_pass (
    meeting TEXT NOT NULL REFERENCES meetings_meeting (id),
    person TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (meeting, person)
);

-- +goose Down
DROP TABLE meetings_pass;
ALTER TABLE mentoring_session DROP COLUMN video;
DROP TABLE rooms_call;
DROP TABLE rooms_vote;
DROP TABLE rooms_question;
DROP TABLE rooms_caption;
DROP TABLE rooms_turn;
DROP TABLE rooms_seat;
DROP TABLE rooms_room;
