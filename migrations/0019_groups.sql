-- +goose Up
-- A group of people, or a gathering that people come to. What stands here is shown with the group; what people write in it is sealed under the group's own scope.
-- members counts who is in it, most is how many may be (0: as many as come). wall is its space of discussion. owner is empty while it looks for somebody.
CREATE TABLE groups_group (
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
CREATE INDEX groups_group_list ON groups_group (state, openness, folded, id);
CREATE INDEX groups_group_owner ON groups_group (owner) WHERE owner IS NOT NULL;
CREATE INDEX groups_group_made ON groups_group (made_by, state) WHERE made_by IS NOT NULL;

-- What a group is found by: "lang/so", "topic/hospital", "for/trans", "access/step_free", "form/peer_led".
CREATE TABLE groups_tag (
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (group_id, tag)
);
CREATE INDEX groups_tag_tag ON groups_tag (tag, group_id);

-- Who is in a group. agreed is the version of the agreement that they accepted. listed: the others see them in the list. follows: they are told of what is new on the wall.
-- place is where a facilitator stands in the rota; held_at is since when they hold the group.
CREATE TABLE groups_member (
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    person TEXT NOT NULL,
    facilitates BOOLEAN NOT NULL DEFAULT FALSE,
    listed BOOLEAN NOT NULL DEFAULT FALSE,
    follows BOOLEAN NOT NULL DEFAULT FALSE,
    agreed INTEGER NOT NULL DEFAULT 0,
    place INTEGER NOT NULL DEFAULT 0,
    joined_at BIGINT NOT NULL,
    held_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (group_id, person)
);
CREATE INDEX groups_member_person ON groups_member (person, joined_at);

-- What people of a group agreed: sentences, a version each time they change. They are the group's, and shown before joining.
CREATE TABLE groups_agreement (
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    version INTEGER NOT NULL,
    sentences TEXT NOT NULL,
    by_person TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (group_id, version)
);

-- Somebody asks to join. words is sealed, and blanked once it is answered.
CREATE TABLE groups_request (
    id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    person TEXT NOT NULL,
    words BYTEA,
    agreed INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
    at BIGINT NOT NULL,
    answered_at BIGINT NOT NULL DEFAULT 0,
    answered_by TEXT
);
CREATE UNIQUE INDEX groups_request_open ON groups_request (group_id, person) WHERE state = 'open';
CREATE INDEX groups_request_person ON groups_request (person, at);

-- An invitation: of somebody here, or by a link whose secret is kept as a hash only. named is what the inviter typed, sealed; person is empty when nobody goes by it.
-- link is the link that somebody made their own: taken back, it goes with it.
CREATE TABLE groups_invite (
    id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    person TEXT,
    named BYTEA,
    hash TEXT UNIQUE,
    link TEXT,
    by_person TEXT,
    at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX groups_invite_group ON groups_invite (group_id, ends_at);
CREATE INDEX groups_invite_person ON groups_invite (person) WHERE person IS NOT NULL;

-- Somebody who was taken out of a group, with the reason that they read, sealed.
CREATE TABLE groups_out (
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    person TEXT NOT NULL,
    reason BYTEA,
    by_person TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (group_id, person)
);
CREATE INDEX groups_out_person ON groups_out (person);

-- The owner offers the group to somebody else.
CREATE TABLE groups_offer (
    group_id TEXT PRIMARY KEY REFERENCES groups_group (id),
    person TEXT NOT NULL,
    by_person TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX groups_offer_person ON groups_offer (person);

-- The round: what somebody said about how it went and what is next, of one meeting or week (slot). words is sealed. held: a phrase of the rules was found, and others do not see it yet.
CREATE TABLE groups_round (
    id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    slot TEXT NOT NULL,
    person TEXT NOT NULL,
    words BYTEA,
    shared BOOLEAN NOT NULL,
    held BOOLEAN NOT NULL DEFAULT FALSE,
    begun_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (group_id, slot, person)
);
CREATE INDEX groups_round_person ON groups_round (person, group_id, begun_at);
CREATE INDEX groups_round_group ON groups_round (group_id, begun_at);
CREATE INDEX groups_round_held ON groups_round (at) WHERE held;

-- Somebody would like to stay in touch with somebody of the same group. hash is keyed, of the folded name, so that the same name is one row; words is sealed under the row's own
-- scope. person is empty when nobody of the group goes by that name. met_at is when both had said so and were told.
CREATE TABLE groups_touch (
    id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    by_person TEXT NOT NULL,
    hash TEXT NOT NULL,
    person TEXT,
    words BYTEA NOT NULL,
    at BIGINT NOT NULL,
    met_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (by_person, group_id, hash)
);
CREATE INDEX groups_touch_person ON groups_touch (person, by_person) WHERE person IS NOT NULL;

-- What came of an event for the public: how many people were spoken with, were given something, signed up, were shown a way. note is sealed.
CREATE TABLE groups_contact (
    id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    day TEXT NOT NULL,
    talks INTEGER NOT NULL,
    given INTEGER NOT NULL,
    signed INTEGER NOT NULL,
    referred INTEGER NOT NULL,
    note BYTEA,
    by_person TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX groups_contact_group ON groups_contact (group_id, day);
CREATE INDEX groups_contact_day ON groups_contact (day);

-- A sheet of a talk kit: plain text to speak from or to print.
CREATE TABLE groups_sheet (
    id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL REFERENCES groups_group (id),
    title TEXT NOT NULL,
    words TEXT NOT NULL,
    links TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX groups_sheet_group ON groups_sheet (group_id, at);

-- +goose Down
DROP TABLE groups_sheet;
DROP TABLE groups_contact;
DROP TABLE groups_touch;
DROP TABLE groups_round;
DROP TABLE groups_offer;
DROP TABLE groups_out;
DROP TABLE groups_invite;
DROP TABLE groups_request;
DROP TABLE groups_agreement;
DROP TABLE groups_member;
DROP TABLE groups_tag;
DROP TABLE groups_group;
