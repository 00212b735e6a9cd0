-- +goose Up
-- An area says who may see what stands in it. Its number stands before each of its words in the index, so that the words of one area are found without those of any other.
-- A number is never given again.
CREATE TABLE search_area (
    code BIGINT PRIMARY KEY,
    area TEXT NOT NULL UNIQUE
);

-- What can be found by words, made small: one row a document, its words folded so that writing them otherwise finds them too. Nothing private stands here (decision 0036).
-- n orders by time, newest last. area says who may see it. author is whose it is: it goes with them, and whoever is kept apart from them does not find it. below is whose place it stands in, who may be left out too. marks are those two, the
-- kind, the language and the topics, as words of the index. text is what the index has of it.
CREATE TABLE search_doc (
    n BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    area TEXT NOT NULL,
    author TEXT,
    below TEXT,
    at BIGINT NOT NULL,
    marks TEXT NOT NULL,
    title TEXT NOT NULL,
    words TEXT NOT NULL,
    text tsvector NOT NULL
);
CREATE UNIQUE INDEX search_doc_what ON search_doc (kind, id);
CREATE INDEX search_doc_area ON search_doc (area, n);
CREATE INDEX search_doc_author ON search_doc (author) WHERE author IS NOT NULL;
-- Without a list of what waits: whoever searches need not read it, and writers do not meet in it.
CREATE INDEX search_doc_text ON search_doc USING gin (text) WITH (fastupdate = off);

-- How far each kind of document has been brought in that was there before its index was. after_key is where it goes on.
CREATE TABLE search_fill (
    kind TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('clear', 'fill', 'done')),
    after_key TEXT NOT NULL DEFAULT ''
);

-- The key of a day, under which what was searched for stands in addresses. It is destroyed the day after.
CREATE TABLE find_day (
    day TEXT PRIMARY KEY,
    scope TEXT NOT NULL
);

-- +goose Down
DROP TABLE find_day;
DROP TABLE search_fill;
DROP TABLE search_doc;
DROP TABLE search_area;
