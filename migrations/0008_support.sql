-- +goose Up
-- Somebody asks for somebody. words is sealed under the request's own key.
CREATE TABLE support_request (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    lined_up_at BIGINT NOT NULL,
    situations TEXT NOT NULL,
    languages TEXT NOT NULL,
    wishes TEXT NOT NULL,
    firm BOOLEAN NOT NULL DEFAULT FALSE,
    distress INTEGER NOT NULL DEFAULT 0,
    words BYTEA,
    first BOOLEAN NOT NULL DEFAULT FALSE,
    why_first TEXT NOT NULL DEFAULT '',
    help_shown BOOLEAN NOT NULL DEFAULT FALSE,
    circle INTEGER NOT NULL DEFAULT 0,
    nobody_at BIGINT NOT NULL DEFAULT 0,
    told_at BIGINT NOT NULL DEFAULT 0,
    connected_at BIGINT NOT NULL DEFAULT 0,
    closed_at BIGINT NOT NULL DEFAULT 0,
    held_until BIGINT NOT NULL DEFAULT 0,
    conversation TEXT,
    policy INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX support_request_live ON support_request (person) WHERE state IN ('waiting', 'offered', 'talking');
CREATE INDEX support_request_state ON support_request (state, lined_up_at);
CREATE INDEX support_request_person ON support_request (person, asked_at);
CREATE INDEX support_request_conversation ON support_request (conversation) WHERE conversation IS NOT NULL;
CREATE INDEX support_request_connected ON support_request (connected_at) WHERE connected_at > 0;

-- A person offered to a peer. One open offer a request, one open offer a peer.
CREATE TABLE support_offer (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    peer TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT NOT NULL DEFAULT 0,
    shared TEXT NOT NULL,
    wishes TEXT NOT NULL,
    language TEXT NOT NULL
);
CREATE UNIQUE INDEX support_offer_request ON support_offer (request) WHERE state = 'open';
CREATE UNIQUE INDEX support_offer_peer ON support_offer (peer) WHERE state = 'open';
CREATE INDEX support_offer_past ON support_offer (request, peer);
CREATE INDEX support_offer_by ON support_offer (peer, made_at);

-- A conversation that support led to, and how it went. Thanks, debrief and note are
-- sealed under scope, a key of their own: words typed while asking go sooner.
CREATE TABLE support_contact (
    conversation TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    scope TEXT NOT NULL,
    member TEXT NOT NULL,
    peer TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0,
    ended_how TEXT NOT NULL DEFAULT '',
    before INTEGER NOT NULL DEFAULT 0,
    after INTEGER NOT NULL DEFAULT 0,
    helped TEXT NOT NULL DEFAULT '[]',
    thanks BYTEA,
    checked_at BIGINT NOT NULL DEFAULT 0,
    debriefed_at BIGINT NOT NULL DEFAULT 0,
    debrief_by TEXT NOT NULL DEFAULT '',
    heavy BOOLEAN NOT NULL DEFAULT FALSE,
    debrief BYTEA,
    note BYTEA,
    note_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX support_contact_peer ON support_contact (peer, started_at);
CREATE INDEX support_contact_member ON support_contact (member, started_at);
CREATE INDEX support_contact_running ON support_contact (started_at) WHERE ended_at = 0;
CREATE INDEX support_contact_owed ON support_contact (peer) WHERE ended_at > 0 AND debriefed_at = 0;
CREATE INDEX support_contact_request ON support_contact (request);

-- Somebody should look after a peer who had to stop.
CREATE TABLE support_checkin (
    id TEXT PRIMARY KEY,
    peer TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0,
    done_by TEXT
);
CREATE INDEX support_checkin_open ON support_checkin (at) WHERE done_at = 0;

-- +goose Down
DROP TABLE support_checkin;
DROP TABLE support_contact;
DROP TABLE support_offer;
DROP TABLE support_request;
