-- +goose Up
-- While an entry is held for its words: reach is who was told of it as the one who should read it, '' for nobody in particular, and
-- opened_at when one of those who may release it first opened it, 0 while nobody has. unread_since is since when it waits for that, 0 when nothing is planned for it.
ALTER TABLE discussion_entry ADD COLUMN reach TEXT NOT NULL DEFAULT '';
ALTER TABLE discussion_entry ADD COLUMN opened_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE discussion_entry ADD COLUMN unread_since BIGINT NOT NULL DEFAULT 0;
UPDATE discussion_entry SET reach = 'duty' WHERE state = 'held' AND lead <> '';
-- The topics that moderation's decisions keep on an entry, each with whether its author had put it there: a JSON object.
ALTER TABLE discussion_entry ADD COLUMN fixed TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE discussion_entry DROP COLUMN fixed;
ALTER TABLE discussion_entry DROP COLUMN unread_since;
ALTER TABLE discussion_entry DROP COLUMN opened_at;
ALTER TABLE discussion_entry DROP COLUMN reach;
