-- +goose Up
-- Somebody outside who decides appeals where nobody here could who did not act. name is shown to people; mail is sealed under
-- scope, which is destroyed when somebody else is named. agreed_at: they said that they will. One at a time has not ended.
CREATE TABLE moderation_partner (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    lang TEXT NOT NULL,
    scope TEXT NOT NULL,
    mail BYTEA NOT NULL,
    by_person TEXT,
    at BIGINT NOT NULL,
    agreed_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX moderation_partner_now ON moderation_partner (ended_at) WHERE ended_at = 0;

-- What was sent to them: a link that opens once. hash is of what was mailed, look of what opening it gave. action is NULL
-- where it asks whether they will. Nothing of either can be read from here.
CREATE TABLE moderation_link (
    id TEXT PRIMARY KEY,
    partner TEXT NOT NULL REFERENCES moderation_partner (id),
    action TEXT REFERENCES moderation_action (id),
    hash TEXT,
    ends_at BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    look TEXT,
    look_ends_at BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX moderation_link_hash ON moderation_link (hash) WHERE hash IS NOT NULL;
CREATE UNIQUE INDEX moderation_link_look ON moderation_link (look) WHERE look IS NOT NULL;
CREATE INDEX moderation_link_action ON moderation_link (action);
CREATE INDEX moderation_link_partner ON moderation_link (partner);

-- Who decides, as the person was told before they asked.
ALTER TABLE moderation_appeal ADD COLUMN route TEXT NOT NULL DEFAULT 'inside';

-- What keeping out for good takes away that could not be given back waits until nobody can ask for it any more.
ALTER TABLE moderation_action ADD COLUMN settled_at BIGINT NOT NULL DEFAULT 0;
UPDATE moderation_action SET settled_at = at WHERE what = 'ban' AND until = 0;

-- Names that moderation set aside, with what stood beside them, so that they can be given back and nobody takes them
-- meanwhile. given is the name that they have instead; own lists words of their own that were shown to everybody.
CREATE TABLE people_aside (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    pronouns TEXT NOT NULL,
    given TEXT NOT NULL,
    own TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX people_aside_person ON people_aside (person);
CREATE INDEX people_aside_folded ON people_aside (folded);

-- +goose Down
DROP TABLE people_aside;
ALTER TABLE moderation_action DROP COLUMN settled_at;
ALTER TABLE moderation_appeal DROP COLUMN route;
DROP TABLE moderation_link;
DROP TABLE moderation_partner;
