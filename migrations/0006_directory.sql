-- +goose Up
-- Crisis lines, as the service entered and checked them. None is shipped. Lines of one pair are shown together or not at all.
CREATE TABLE directory_line (
    id TEXT PRIMARY KEY,
    country TEXT NOT NULL,
    name TEXT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('emergency', 'call', 'text', 'chat')),
    href TEXT NOT NULL,
    languages TEXT NOT NULL,
    hours TEXT NOT NULL,
    audience TEXT NOT NULL,
    pair TEXT,
    source TEXT NOT NULL,
    checked_on TEXT NOT NULL,
    position INTEGER NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0,
    demo BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX directory_line_country ON directory_line (country, position) WHERE retired_at = 0;

-- +goose Down
DROP TABLE directory_line;
