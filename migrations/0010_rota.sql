-- +goose Up
-- A shift of the plan. taken counts the people signed up; of these leads lead and talkers talk with people. series is
-- shared by what was made together; serial grows with every change.
CREATE TABLE shifts_planned (
    id TEXT PRIMARY KEY,
    series TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    places INTEGER NOT NULL,
    needs_lead BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0),
    leads INTEGER NOT NULL DEFAULT 0 CHECK (leads >= 0),
    talkers INTEGER NOT NULL DEFAULT 0 CHECK (talkers >= 0),
    serial INTEGER NOT NULL DEFAULT 0,
    made_by TEXT,
    changed_at BIGINT NOT NULL
);
CREATE INDEX shifts_planned_when ON shifts_planned (starts_at, ends_at);
CREATE INDEX shifts_planned_ends ON shifts_planned (ends_at) WHERE state = 'open';
CREATE INDEX shifts_planned_series ON shifts_planned (series, starts_at);

-- Somebody signed up. put_by put them in; past_default says that they chose to go past a default limit; swap_at, that
-- they look for somebody; worked is the shift they started for it.
CREATE TABLE shifts_signup (
    id TEXT PRIMARY KEY,
    planned TEXT NOT NULL,
    person TEXT NOT NULL,
    leads BOOLEAN NOT NULL,
    talks BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    put_by TEXT,
    past_default BOOLEAN NOT NULL DEFAULT FALSE,
    at BIGINT NOT NULL,
    off_at BIGINT NOT NULL DEFAULT 0,
    swap_at BIGINT NOT NULL DEFAULT 0,
    worked TEXT
);
CREATE UNIQUE INDEX shifts_signup_once ON shifts_signup (planned, person) WHERE state = 'on';
CREATE INDEX shifts_signup_person ON shifts_signup (person, state);
CREATE INDEX shifts_signup_worked ON shifts_signup (worked) WHERE worked IS NOT NULL;

-- "My shift for yours": gives and wants are sign-ups. past_default is the choice of the one who offers.
CREATE TABLE shifts_exchange (
    id TEXT PRIMARY KEY,
    gives TEXT NOT NULL,
    wants TEXT NOT NULL,
    from_person TEXT NOT NULL,
    to_person TEXT NOT NULL,
    state TEXT NOT NULL,
    past_default BOOLEAN NOT NULL DEFAULT FALSE,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX shifts_exchange_once ON shifts_exchange (gives, wants) WHERE state = 'open';
CREATE INDEX shifts_exchange_wants ON shifts_exchange (wants) WHERE state = 'open';
CREATE INDEX shifts_exchange_from ON shifts_exchange (from_person, state);
CREATE INDEX shifts_exchange_to ON shifts_exchange (to_person, state);

-- Who is on call. name and phone, of a clinician from outside, are sealed under the row's own key.
CREATE TABLE shifts_oncall (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    person TEXT,
    name BYTEA,
    phone BYTEA,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX shifts_oncall_until ON shifts_oncall (until_at);

-- How somebody was when they came and when they left, in their own tap: theirs alone.
CREATE TABLE shifts_check (
    shift TEXT NOT NULL,
    kind TEXT NOT NULL,
    person TEXT NOT NULL,
    how INTEGER NOT NULL DEFAULT 0,
    talk BOOLEAN NOT NULL DEFAULT FALSE,
    at BIGINT NOT NULL,
    PRIMARY KEY (shift, kind)
);
CREATE INDEX shifts_check_person ON shifts_check (person, at);

-- A secret address for calendar programs. Only the hash of its token is kept.
CREATE TABLE calendar_feed (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    lang TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (person, kind)
);

-- +goose Down
DROP TABLE calendar_feed;
DROP TABLE shifts_check;
DROP TABLE shifts_oncall;
DROP TABLE shifts_exchange;
DROP TABLE shifts_signup;
DROP TABLE shifts_planned;
