-- +goose Up
-- A conversation of many: everybody is equal in it, and they come and go.
ALTER TABLE chat_conversation ADD COLUMN together BOOLEAN NOT NULL DEFAULT FALSE;

-- alias is how somebody is called in it instead of by their name; '' when by their name. A message keeps the one it was written under.
ALTER TABLE chat_part ADD COLUMN alias TEXT NOT NULL DEFAULT '';
ALTER TABLE chat_message ADD COLUMN alias TEXT NOT NULL DEFAULT '';

-- Among many a message is reported by itself, and has an id for it; NULL between two.
ALTER TABLE chat_message ADD COLUMN id TEXT;
CREATE UNIQUE INDEX chat_message_id ON chat_message (id) WHERE id IS NOT NULL;

-- What was said while somebody was out: after after_seq, up to and with until_seq. They never read it.
CREATE TABLE chat_away (
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    after_seq BIGINT NOT NULL,
    until_seq BIGINT NOT NULL,
    PRIMARY KEY (conversation, person, after_seq)
);

-- +goose Down
DROP TABLE chat_away;
DROP INDEX chat_message_id;
ALTER TABLE chat_message DROP COLUMN id;
ALTER TABLE chat_message DROP COLUMN alias;
ALTER TABLE chat_part DROP COLUMN alias;
ALTER TABLE chat_conversation DROP COLUMN together;
