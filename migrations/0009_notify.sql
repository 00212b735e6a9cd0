-- +goose Up
-- What somebody was told: ids and names of kinds, never content. Once for each (person, key).
CREATE TABLE notify_notice (
    id         TEXT    NOT NULL PRIMARY KEY,
    person     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    path       TEXT    NOT NULL,
    about      TEXT,
    urgent     BOOLEAN NOT NULL,
    told_at    BIGINT  NOT NULL,
    seen_at    BIGINT  NOT NULL DEFAULT 0,
    settled_at BIGINT  NOT NULL DEFAULT 0,
    UNIQUE (person, key)
);
-- Every page asks what is open for its reader; few rows are.
CREATE INDEX notify_notice_open ON notify_notice (person) WHERE settled_at = 0;
CREATE INDEX notify_notice_person ON notify_notice (person, told_at);
CREATE INDEX notify_notice_about ON notify_notice (about, kind) WHERE settled_at = 0;
CREATE INDEX notify_notice_told ON notify_notice (told_at);

-- One way out of the app for one notice. target is the device or the webhook, empty for mail. stable is the id outside.
CREATE TABLE notify_delivery (
    id          TEXT    NOT NULL PRIMARY KEY,
    notice      TEXT    NOT NULL,
    person      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    channel     TEXT    NOT NULL CHECK (channel IN ('mail', 'push', 'hook')),
    target      TEXT    NOT NULL DEFAULT '',
    stable      TEXT    NOT NULL,
    urgent      BOOLEAN NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'quiet', 'sent', 'failed', 'dropped')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    last_reason TEXT    NOT NULL DEFAULT '',
    last_status INTEGER NOT NULL DEFAULT 0,
    next_at     BIGINT  NOT NULL DEFAULT 0,
    changed_at  BIGINT  NOT NULL,
    UNIQUE (notice, channel, target)
);
CREATE INDEX notify_delivery_state ON notify_delivery (state, channel, changed_at);
CREATE INDEX notify_delivery_person ON notify_delivery (person);
CREATE INDEX notify_delivery_changed ON notify_delivery (changed_at);

-- A browser that asked for push, bound to the session it asked in. sealed is its address and keys, under the person's key.
CREATE TABLE notify_device (
    id            TEXT   NOT NULL PRIMARY KEY,
    person        TEXT   NOT NULL,
    session       TEXT   NOT NULL,
    endpoint_hash TEXT   NOT NULL UNIQUE,
    sealed        BYTEA  NOT NULL,
    created_at    BIGINT NOT NULL
);
CREATE INDEX notify_device_person ON notify_device (person, created_at);

-- What somebody chose other than the default, for a kind and a channel.
CREATE TABLE notify_choice (
    person  TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    channel TEXT    NOT NULL,
    wanted  BOOLEAN NOT NULL,
    PRIMARY KEY (person, kind, channel)
);

-- Quiet hours in minutes of the day in the person's zone; they may cross midnight.
CREATE TABLE notify_quiet (
    person      TEXT    NOT NULL PRIMARY KEY,
    from_minute INTEGER NOT NULL CHECK (from_minute >= 0 AND from_minute < 1440),
    to_minute   INTEGER NOT NULL CHECK (to_minute >= 0 AND to_minute < 1440)
);

-- Where the service tells other programs. Address and secrets are sealed under the webhook's own key; kinds is a JSON list, empty for all urgent ones.
CREATE TABLE notify_hook (
    id         TEXT    NOT NULL PRIMARY KEY,
    address    BYTEA   NOT NULL,
    secret     BYTEA   NOT NULL,
    before     BYTEA,
    before_end BIGINT  NOT NULL DEFAULT 0,
    kinds      TEXT    NOT NULL,
    created_at BIGINT  NOT NULL
);

-- The one pair of keys by which push services know this service; id is always 'push'.
CREATE TABLE notify_vapid (
    id         TEXT   NOT NULL PRIMARY KEY CHECK (id = 'push'),
    scope      TEXT   NOT NULL,
    public     TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE notify_vapid;
DROP TABLE notify_hook;
DROP TABLE notify_quiet;
DROP TABLE notify_choice;
DROP TABLE notify_device;
DROP TABLE notify_delivery;
DROP TABLE notify_notice;
