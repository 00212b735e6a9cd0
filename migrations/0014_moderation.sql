-- +goose Up
-- Somebody reported something. reporter is never shown to anybody. words and excerpt are sealed under scope.
CREATE TABLE moderation_report (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    about TEXT NOT NULL,
    reporter TEXT,
    reason TEXT NOT NULL,
    scope TEXT NOT NULL,
    words BYTEA,
    excerpt BYTEA,
    state TEXT NOT NULL CHECK (state IN ('open', 'claimed', 'closed')),
    claimed_by TEXT,
    claimed_at BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX moderation_report_open ON moderation_report (at) WHERE closed_at = 0;
CREATE INDEX moderation_report_about ON moderation_report (about, at);
CREATE INDEX moderation_report_closed ON moderation_report (closed_at) WHERE closed_at > 0;
CREATE UNIQUE INDEX moderation_report_once ON moderation_report (reporter, kind, object) WHERE closed_at = 0 AND reporter IS NOT NULL;

-- What was decided about a person, with the reason that they read. until: 0 for good.
CREATE TABLE moderation_action (
    id TEXT PRIMARY KEY,
    report TEXT NOT NULL REFERENCES moderation_report (id),
    about TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('note', 'warn', 'pause', 'ban')),
    reason BYTEA,
    scope TEXT NOT NULL,
    by_person TEXT,
    at BIGINT NOT NULL,
    until BIGINT NOT NULL DEFAULT 0,
    lifted_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX moderation_action_about ON moderation_action (about, at);
CREATE INDEX moderation_action_at ON moderation_action (at);

-- An appeal is decided by somebody else. words and answer are sealed under the action's scope.
CREATE TABLE moderation_appeal (
    action TEXT PRIMARY KEY REFERENCES moderation_action (id),
    words BYTEA,
    at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT NOT NULL DEFAULT 0,
    upheld BOOLEAN NOT NULL DEFAULT FALSE,
    answer BYTEA
);
CREATE INDEX moderation_appeal_open ON moderation_appeal (at) WHERE decided_at = 0;

-- +goose Down
DROP TABLE moderation_appeal;
DROP TABLE moderation_action;
DROP TABLE moderation_report;
