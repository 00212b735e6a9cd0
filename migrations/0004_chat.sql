-- +goose Up
CREATE TABLE chat_conversation (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seq BIGINT NOT NULL DEFAULT 0,
    active_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0,
    kept BOOLEAN NOT NULL DEFAULT FALSE,
    keep_until BIGINT NOT NULL DEFAULT 0,
    hidden_at BIGINT NOT NULL DEFAULT 0,
    destroyed_at BIGINT NOT NULL DEFAULT 0
);

-- Who is in a conversation. access_until: 0 while it is open to them.
CREATE TABLE chat_part (
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    side TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    access_until BIGINT NOT NULL DEFAULT 0,
    read_seq BIGINT NOT NULL DEFAULT 0,
    read_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation, person)
);
CREATE INDEX chat_part_person ON chat_part (person, joined_at);

-- seq is a message's place and never changes; touched is the seq of its latest change.
CREATE TABLE chat_message (
    conversation TEXT NOT NULL,
    seq BIGINT NOT NULL,
    touched BIGINT NOT NULL,
    kind TEXT NOT NULL,
    author TEXT,
    client_key TEXT NOT NULL,
    body BYTEA,
    at BIGINT NOT NULL,
    edited_at BIGINT NOT NULL DEFAULT 0,
    withdrawn_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation, seq),
    UNIQUE (conversation, author, client_key)
);
CREATE INDEX chat_message_touched ON chat_message (conversation, touched);

-- +goose Down
DROP TABLE chat_message;
DROP TABLE chat_part;
DROP TABLE chat_conversation;
