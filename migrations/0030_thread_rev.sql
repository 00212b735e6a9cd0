-- +goose Up
-- rev counts, on the first post of a thread, every change of what anybody may see of the thread: a page that was made
-- for visitors is used again only while it stands.
ALTER TABLE discussion_entry ADD COLUMN rev BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE discussion_entry DROP COLUMN rev;
