-- +goose Up
-- Captions written by a service outside, in a room whose people have all said yes. outside is how that stands;
-- outside_run names one asking, another each time; outside_identity is what the media server knows the service by;
-- outside_lang is what whoever asked reads in; outside_secret is the hash of what its addresses hold, only while it runs.
ALTER TABLE rooms_room ADD COLUMN outside TEXT NOT NULL DEFAULT '' CHECK (outside IN ('', 'asked', 'runs', 'over', 'failed'));
ALTER TABLE rooms_room ADD COLUMN outside_run TEXT;
ALTER TABLE rooms_room ADD COLUMN outside_identity TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms_room ADD COLUMN outside_lang TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms_room ADD COLUMN outside_secret TEXT;
CREATE UNIQUE INDEX rooms_room_secret ON rooms_room (outside_secret);

-- Whether somebody has said yes to it.
ALTER TABLE rooms_seat ADD COLUMN agrees BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE rooms_seat DROP COLUMN agrees;
DROP INDEX rooms_room_secret;
ALTER TABLE rooms_room DROP COLUMN outside_secret;
ALTER TABLE rooms_room DROP COLUMN outside_lang;
ALTER TABLE rooms_room DROP COLUMN outside_identity;
ALTER TABLE rooms_room DROP COLUMN outside_run;
ALTER TABLE rooms_room DROP COLUMN outside;
