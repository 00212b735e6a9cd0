-- +goose Up
-- Somebody is worried about somebody. words of its entries are sealed under scope, a key of the case's own.
CREATE TABLE safety_case (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('concern', 'self', 'mandatory')),
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    state TEXT NOT NULL CHECK (state IN ('climbing', 'held', 'closed')),
    member TEXT NOT NULL,
    raised_by TEXT,
    raised_as TEXT NOT NULL,
    place TEXT,
    scope TEXT NOT NULL,
    owner TEXT NOT NULL CHECK (owner <> ''),
    round INTEGER NOT NULL,
    rung TEXT NOT NULL,
    due BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    answered_at BIGINT NOT NULL DEFAULT 0,
    answered_by TEXT,
    shown_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT '',
    follow_up BOOLEAN NOT NULL DEFAULT FALSE,
    entries INTEGER NOT NULL DEFAULT 0
);
-- A deadline is looked for among open cases only.
CREATE INDEX safety_case_due ON safety_case (due) WHERE closed_at = 0;
CREATE INDEX safety_case_open ON safety_case (opened_at) WHERE closed_at = 0;
CREATE INDEX safety_case_member ON safety_case (member, opened_at);
CREATE INDEX safety_case_raised ON safety_case (raised_by) WHERE raised_by IS NOT NULL;
CREATE INDEX safety_case_owner ON safety_case (owner) WHERE closed_at = 0;
-- One running case for a person and a place: worry raised twice is one worry.
CREATE UNIQUE INDEX safety_case_live ON safety_case (member, kind) WHERE closed_at = 0;

-- Somebody was paged about a case: once for each round and rung.
CREATE TABLE safety_page (
    case_id TEXT NOT NULL REFERENCES safety_case (id),
    round INTEGER NOT NULL,
    rung TEXT NOT NULL,
    person TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, round, rung, person)
);
CREATE INDEX safety_page_person ON safety_page (person);

-- What happened, in order. hidden_until keeps an entry from the member for a time, with a reason and two people.
CREATE TABLE safety_entry (
    case_id TEXT NOT NULL REFERENCES safety_case (id),
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    person TEXT,
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    words BYTEA,
    hidden_until BIGINT NOT NULL DEFAULT 0,
    hidden_by TEXT,
    hidden_second TEXT,
    hidden_why BYTEA,
    PRIMARY KEY (case_id, seq)
);
CREATE INDEX safety_entry_person ON safety_entry (person) WHERE person IS NOT NULL;

-- A step that the member did not agree to.
CREATE TABLE safety_act (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES safety_case (id),
    what TEXT NOT NULL,
    person TEXT,
    at BIGINT NOT NULL,
    second TEXT,
    second_at BIGINT NOT NULL DEFAULT 0,
    agreed BOOLEAN NOT NULL DEFAULT FALSE,
    done_at BIGINT NOT NULL DEFAULT 0,
    done_by TEXT,
    alone BOOLEAN NOT NULL DEFAULT FALSE,
    dropped_at BIGINT NOT NULL DEFAULT 0,
    review_due BIGINT NOT NULL DEFAULT 0,
    reviewed_at BIGINT NOT NULL DEFAULT 0,
    reviewed_by TEXT
);
CREATE INDEX safety_act_case ON safety_act (case_id, at);
CREATE INDEX safety_act_person ON safety_act (person) WHERE person IS NOT NULL;

-- What somebody wrote for the time when others are worried about them, and whom they trust. Sealed under scope.
CREATE TABLE safety_wish (
    person TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    ask BYTEA,
    call BYTEA,
    avoid BYTEA,
    changed_at BIGINT NOT NULL
);
CREATE TABLE safety_contact (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES safety_wish (person),
    place INTEGER NOT NULL,
    sealed BYTEA NOT NULL,
    may_call BOOLEAN NOT NULL
);
CREATE INDEX safety_contact_person ON safety_contact (person, place);

-- A conversation that a concern came from counts as heavy for the one who had it.
ALTER TABLE support_contact ADD COLUMN concern BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE support_contact DROP COLUMN concern;
DROP TABLE safety_contact;
DROP TABLE safety_wish;
DROP TABLE safety_act;
DROP TABLE safety_entry;
DROP TABLE safety_page;
DROP TABLE safety_case;
