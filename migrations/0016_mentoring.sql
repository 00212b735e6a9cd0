-- +goose Up
-- A peer who walks with people. walks counts what is asked of them and what runs; places is how many they take at most.
CREATE TABLE mentoring_peer (
    person TEXT PRIMARY KEY,
    taking BOOLEAN NOT NULL,
    places INTEGER NOT NULL,
    walks INTEGER NOT NULL DEFAULT 0 CHECK (walks >= 0),
    away_until BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL
);

-- Somebody looks for a peer to walk with. words is sealed under the seek's own scope.
CREATE TABLE mentoring_seek (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'met', 'withdrawn')),
    situations TEXT NOT NULL,
    wishes TEXT NOT NULL,
    firm BOOLEAN NOT NULL,
    dial INTEGER NOT NULL,
    words BYTEA,
    first BOOLEAN NOT NULL DEFAULT FALSE,
    made_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX mentoring_seek_open ON mentoring_seek (person) WHERE state = 'open';
CREATE INDEX mentoring_seek_waits ON mentoring_seek (made_at) WHERE state = 'open';
CREATE INDEX mentoring_seek_made ON mentoring_seek (made_at);
CREATE INDEX mentoring_seek_person ON mentoring_seek (person, made_at);

-- A peer who was suggested to somebody. why is what spoke for it, kept so that it can be answered later: words of the taxonomy and points, no names.
CREATE TABLE mentoring_suggestion (
    id TEXT PRIMARY KEY,
    seek TEXT NOT NULL REFERENCES mentoring_seek (id),
    peer TEXT NOT NULL,
    place INTEGER NOT NULL,
    why TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'chosen', 'passed', 'gone')),
    at BIGINT NOT NULL,
    UNIQUE (seek, peer)
);
CREATE INDEX mentoring_suggestion_peer ON mentoring_suggestion (peer) WHERE state = 'open';

-- Two people who walk together, or are asked to. What they write is sealed under the walk's own scope.
CREATE TABLE mentoring_walk (
    id TEXT PRIMARY KEY,
    seek TEXT,
    member TEXT NOT NULL,
    peer TEXT NOT NULL,
    brought TEXT NOT NULL CHECK (brought IN ('member', 'peer', 'coordinator', 'back', 'backup')),
    by_person TEXT,
    state TEXT NOT NULL CHECK (state IN ('asked', 'trial', 'walking', 'tapering', 'ended')),
    why TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    member_yes_at BIGINT NOT NULL DEFAULT 0,
    peer_yes_at BIGINT NOT NULL DEFAULT 0,
    began_at BIGINT NOT NULL DEFAULT 0,
    member_on_at BIGINT NOT NULL DEFAULT 0,
    peer_on_at BIGINT NOT NULL DEFAULT 0,
    charter INTEGER NOT NULL DEFAULT 0,
    review_at BIGINT NOT NULL DEFAULT 0,
    ends_at BIGINT NOT NULL DEFAULT 0,
    taper INTEGER NOT NULL DEFAULT 0,
    backup TEXT,
    backup_yes_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    ended_how TEXT NOT NULL DEFAULT '',
    ended_by TEXT,
    member_bye BYTEA,
    peer_bye BYTEA,
    after TEXT
);
CREATE UNIQUE INDEX mentoring_walk_pair ON mentoring_walk (member, peer) WHERE state <> 'ended';
CREATE INDEX mentoring_walk_member ON mentoring_walk (member, asked_at);
CREATE INDEX mentoring_walk_peer ON mentoring_walk (peer, asked_at);
CREATE INDEX mentoring_walk_backup ON mentoring_walk (backup) WHERE backup IS NOT NULL;
CREATE INDEX mentoring_walk_seek ON mentoring_walk (seek, asked_at) WHERE seek IS NOT NULL;
CREATE INDEX mentoring_walk_open ON mentoring_walk (state) WHERE state <> 'ended';

-- What the two agreed. terms is sealed. A version holds once both have signed it.
CREATE TABLE mentoring_charter (
    walk TEXT NOT NULL REFERENCES mentoring_walk (id),
    version INTEGER NOT NULL,
    terms BYTEA,
    by_person TEXT,
    at BIGINT NOT NULL,
    member_at BIGINT NOT NULL DEFAULT 0,
    peer_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (walk, version)
);

-- A meeting of the two. place and steps are sealed. instead is the backup peer who comes for the peer.
CREATE TABLE mentoring_session (
    id TEXT PRIMARY KEY,
    walk TEXT NOT NULL REFERENCES mentoring_walk (id),
    channel TEXT NOT NULL CHECK (channel IN ('chat', 'in_person', 'phone', 'accompany')),
    state TEXT NOT NULL CHECK (state IN ('planned', 'running', 'held', 'missed', 'cancelled')),
    starts_at BIGINT NOT NULL,
    minutes INTEGER NOT NULL,
    lasted INTEGER NOT NULL DEFAULT 0,
    place BYTEA,
    steps BYTEA,
    instead TEXT,
    conversation TEXT,
    by_person TEXT,
    changes INTEGER NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX mentoring_session_walk ON mentoring_session (walk, starts_at);
CREATE INDEX mentoring_session_talk ON mentoring_session (conversation) WHERE conversation IS NOT NULL;
CREATE INDEX mentoring_session_instead ON mentoring_session (instead) WHERE instead IS NOT NULL;

-- A note that the two write together. Each change is a version; words is sealed.
CREATE TABLE mentoring_note (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    walk TEXT NOT NULL REFERENCES mentoring_walk (id),
    session TEXT,
    words BYTEA,
    by_person TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX mentoring_note_walk ON mentoring_note (walk, at);

-- Looking back together. words are sealed; others is the member's own answer to whom else they can turn.
CREATE TABLE mentoring_review (
    id TEXT PRIMARY KEY,
    walk TEXT NOT NULL REFERENCES mentoring_walk (id),
    at BIGINT NOT NULL,
    member_at BIGINT NOT NULL DEFAULT 0,
    peer_at BIGINT NOT NULL DEFAULT 0,
    member_next TEXT NOT NULL DEFAULT '',
    peer_next TEXT NOT NULL DEFAULT '',
    member_words BYTEA,
    peer_words BYTEA,
    others TEXT NOT NULL DEFAULT ''
);
CREATE INDEX mentoring_review_walk ON mentoring_review (walk, at);

-- Somebody wished to talk outside the hours of the charter. It is counted, and both see the count.
CREATE TABLE mentoring_outside (
    id TEXT PRIMARY KEY,
    walk TEXT NOT NULL REFERENCES mentoring_walk (id),
    at BIGINT NOT NULL
);
CREATE INDEX mentoring_outside_walk ON mentoring_outside (walk, at);

-- What earlier matches taught about two situations: of no person.
CREATE TABLE mentoring_lesson (
    member_has TEXT NOT NULL,
    peer_has TEXT NOT NULL,
    kept INTEGER NOT NULL DEFAULT 0,
    switched INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (member_has, peer_has)
);

-- +goose Down
DROP TABLE mentoring_lesson;
DROP TABLE mentoring_outside;
DROP TABLE mentoring_review;
DROP TABLE mentoring_note;
DROP TABLE mentoring_session;
DROP TABLE mentoring_charter;
DROP TABLE mentoring_walk;
DROP TABLE mentoring_suggestion;
DROP TABLE mentoring_seek;
DROP TABLE mentoring_peer;
