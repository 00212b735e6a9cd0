-- +goose Up
-- Whoever comes into a running conversation reads what is said after from_seq.
ALTER TABLE chat_part ADD COLUMN from_seq BIGINT NOT NULL DEFAULT 0;

-- Somebody was asked to sit in.
CREATE TABLE support_company (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    asked_by TEXT,
    asked_at BIGINT NOT NULL,
    person TEXT,
    joined_at BIGINT NOT NULL DEFAULT 0,
    closed_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX support_company_open ON support_company (conversation) WHERE closed_at = 0;
CREATE INDEX support_company_person ON support_company (person) WHERE person IS NOT NULL;
CREATE INDEX support_company_asked ON support_company (asked_by) WHERE asked_by IS NOT NULL;

-- A conversation that its peer would like somebody else to go on with. words, the introduction, is sealed under scope.
CREATE TABLE support_handover (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    peer TEXT NOT NULL,
    wanted TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'taken', 'withdrawn')),
    scope TEXT NOT NULL,
    words BYTEA,
    made_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL DEFAULT 0,
    next TEXT
);
CREATE UNIQUE INDEX support_handover_open ON support_handover (conversation) WHERE state = 'open';
CREATE INDEX support_handover_made ON support_handover (made_at) WHERE state = 'open';
CREATE INDEX support_handover_peer ON support_handover (peer);
ALTER TABLE support_offer ADD COLUMN handover TEXT;
CREATE INDEX support_offer_handover ON support_offer (handover) WHERE handover IS NOT NULL;

-- +goose Down
DROP INDEX support_offer_handover;
ALTER TABLE support_offer DROP COLUMN handover;
DROP TABLE support_handover;
DROP TABLE support_company;
ALTER TABLE chat_part DROP COLUMN from_seq;
