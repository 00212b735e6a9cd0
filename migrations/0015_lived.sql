-- +goose Up
-- Situations that often go together, for suggestions. Each pair stands once, in the order of the alphabet.
CREATE TABLE people_together (
    slug TEXT NOT NULL REFERENCES people_situation (slug),
    beside TEXT NOT NULL REFERENCES people_situation (slug),
    PRIMARY KEY (slug, beside)
);
CREATE INDEX people_together_beside ON people_together (beside);

-- A situation in somebody's own words. sealed and reason, a coordinator's answer, are sealed under the person's key.
-- When it was taken into the list, situation is what it became, and the row stands until its person has read that.
CREATE TABLE people_own (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people_person (id),
    sealed BYTEA NOT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('matching', 'matches', 'all')),
    state TEXT NOT NULL CHECK (state IN ('kept', 'suggested', 'aside', 'adopted', 'merged')),
    situation TEXT,
    reason BYTEA,
    at BIGINT NOT NULL
);
CREATE INDEX people_own_person ON people_own (person, at);
CREATE INDEX people_own_suggested ON people_own (at) WHERE state = 'suggested';

-- Whom somebody would gladly meet: situations and identities.
CREATE TABLE people_gladly (
    person TEXT NOT NULL REFERENCES people_person (id),
    situation TEXT NOT NULL,
    PRIMARY KEY (person, situation)
);

-- The names of people whom somebody would not meet here, whether they are here or not. hash is keyed, of the folded name.
CREATE TABLE people_known (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people_person (id),
    hash TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX people_known_person ON people_known (person, hash);
CREATE INDEX people_known_hash ON people_known (hash);

-- known is the line of people_known that keeps the two apart. Such a row is shown to nobody, and goes with its line.
ALTER TABLE people_apart ADD COLUMN known TEXT;
CREATE INDEX people_apart_known ON people_apart (known) WHERE known IS NOT NULL;

-- When somebody could meet, every week by their own clock. day: 0 is Monday; begins: half-hours after its midnight;
-- halves: how many half-hours it lasts, over midnight too.
CREATE TABLE people_hours (
    person TEXT NOT NULL REFERENCES people_person (id),
    day INTEGER NOT NULL CHECK (day BETWEEN 0 AND 6),
    begins INTEGER NOT NULL CHECK (begins BETWEEN 0 AND 47),
    halves INTEGER NOT NULL CHECK (halves BETWEEN 1 AND 48),
    PRIMARY KEY (person, day, begins)
);

INSERT INTO people_together (slug, beside) VALUES
    ('against-will', 'hospital'),
    ('alcohol-drugs', 'homelessness'),
    ('alcohol-drugs', 'money'),
    ('alcohol-drugs', 'prison'),
    ('anxiety', 'burnout'),
    ('anxiety', 'panic'),
    ('anxiety', 'recurring-thoughts'),
    ('anxiety', 'sleep'),
    ('anxiety', 'study'),
    ('burnout', 'caring'),
    ('burnout', 'sadness'),
    ('burnout', 'study'),
    ('burnout', 'work'),
    ('caring', 'grief'),
    ('caring', 'illness'),
    ('childhood', 'eating'),
    ('childhood', 'self-harm'),
    ('childhood', 'trauma'),
    ('childhood', 'violence'),
    ('coming-out', 'discrimination'),
    ('coming-out', 'lgb'),
    ('coming-out', 'nonbinary'),
    ('coming-out', 'trans'),
    ('disabled', 'illness'),
    ('discrimination', 'loneliness'),
    ('discrimination', 'migration'),
    ('discrimination', 'people-of-colour'),
    ('discrimination', 'work'),
    ('eating', 'self-harm'),
    ('grief', 'loneliness'),
    ('grief', 'pregnancy-loss'),
    ('grief', 'sleep'),
    ('grief', 'suicide-loss'),
    ('highs-and-lows', 'hospital'),
    ('highs-and-lows', 'medication'),
    ('highs-and-lows', 'sleep'),
    ('homelessness', 'money'),
    ('homelessness', 'prison'),
    ('hospital', 'medication'),
    ('hospital', 'psychosis'),
    ('hospital', 'suicidal-thoughts'),
    ('hospital', 'voices'),
    ('illness', 'work'),
    ('loneliness', 'migration'),
    ('loneliness', 'sadness'),
    ('loneliness', 'separation'),
    ('medication', 'psychosis'),
    ('medication', 'recurring-thoughts'),
    ('medication', 'sadness'),
    ('medication', 'voices'),
    ('migrant', 'migration'),
    ('migration', 'war'),
    ('money', 'separation'),
    ('money', 'work'),
    ('new-parent', 'parent'),
    ('new-parent', 'pregnancy-loss'),
    ('new-parent', 'sleep'),
    ('panic', 'sleep'),
    ('panic', 'trauma'),
    ('parent', 'separation'),
    ('psychosis', 'voices'),
    ('recurring-thoughts', 'trauma'),
    ('sadness', 'separation'),
    ('sadness', 'sleep'),
    ('sadness', 'suicidal-thoughts'),
    ('self-harm', 'suicidal-thoughts'),
    ('separation', 'violence'),
    ('sexual-violence', 'violence'),
    ('sleep', 'trauma'),
    ('study', 'young'),
    ('trauma', 'veteran'),
    ('trauma', 'violence'),
    ('trauma', 'war'),
    ('veteran', 'war');

-- +goose Down
DROP TABLE people_hours;
DELETE FROM people_apart WHERE known IS NOT NULL;
DROP INDEX people_apart_known;
ALTER TABLE people_apart DROP COLUMN known;
DROP TABLE people_known;
DROP TABLE people_gladly;
DROP TABLE people_own;
DROP TABLE people_together;
