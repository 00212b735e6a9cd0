-- +goose Up
-- Everybody who is known here: guests, members, and the bare ids of those who deleted their account.
CREATE TABLE people_person (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('guest', 'member', 'gone')),
    name TEXT NOT NULL,
    folded TEXT,
    pronouns TEXT NOT NULL DEFAULT '',
    languages TEXT NOT NULL DEFAULT '[]',
    lang TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL DEFAULT '',
    theme TEXT NOT NULL DEFAULT '',
    hides_reads BOOLEAN NOT NULL DEFAULT FALSE,
    rev BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    joined_at BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0
);
-- Two names that look alike fold to the same text, so nobody can pass for another.
CREATE UNIQUE INDEX people_person_folded ON people_person (folded) WHERE folded IS NOT NULL;
CREATE INDEX people_person_guest ON people_person (seen_at, id) WHERE kind = 'guest';

CREATE TABLE people_role (
    person TEXT NOT NULL REFERENCES people_person (id),
    role TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    given_by TEXT,
    PRIMARY KEY (person, role)
);
CREATE INDEX people_role_role ON people_role (role, person);

-- idle is how long in microseconds a session lasts without being used; ends_at is its last moment in any case.
CREATE TABLE people_session (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people_person (id),
    token_hash TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    shared BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    idle BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX people_session_person ON people_session (person, created_at);
CREATE INDEX people_session_ends ON people_session (ends_at);

CREATE TABLE people_token (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people_person (id),
    token_hash TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX people_token_person ON people_token (person, created_at);

-- Ways in.
CREATE TABLE people_password (
    person TEXT PRIMARY KEY REFERENCES people_person (id),
    hash TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

CREATE TABLE people_recovery (
    person TEXT NOT NULL REFERENCES people_person (id),
    hash TEXT NOT NULL,
    used_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (person, hash)
);

CREATE TABLE people_passkey (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people_person (id),
    credential TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX people_passkey_person ON people_passkey (person, created_at);

-- A question put to a passkey; it is answered once.
CREATE TABLE people_challenge (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    person TEXT,
    session TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX people_challenge_ends ON people_challenge (ends_at);

-- An e-mail address is sealed with its person's key and found by a keyed hash. Only one person can have verified it.
CREATE TABLE people_email (
    person TEXT PRIMARY KEY REFERENCES people_person (id),
    sealed BYTEA NOT NULL,
    hash TEXT NOT NULL,
    verified_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX people_email_verified ON people_email (hash) WHERE verified_at > 0;

-- A link sent by mail. Its token is made when it is sent; email_hash is the address that it was for.
CREATE TABLE people_link (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people_person (id),
    purpose TEXT NOT NULL,
    email_hash TEXT NOT NULL,
    token_hash TEXT UNIQUE,
    ends_at BIGINT NOT NULL
);
CREATE INDEX people_link_ends ON people_link (ends_at);
CREATE INDEX people_link_person ON people_link (person);

-- The few words by which a guest comes back.
CREATE TABLE people_words (
    person TEXT PRIMARY KEY REFERENCES people_person (id),
    hash TEXT NOT NULL UNIQUE,
    ends_at BIGINT NOT NULL
);

-- What is shown once, sealed, until it was kept or its time is over: recovery codes, a new token.
CREATE TABLE people_once (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people_person (id),
    session TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX people_once_ends ON people_once (ends_at);
CREATE INDEX people_once_person ON people_once (person);

-- How often somebody tried to come in, by account and by the keyed hash of an address. Kept for a day.
CREATE TABLE people_attempt (
    who TEXT PRIMARY KEY,
    span BIGINT NOT NULL,
    n INTEGER NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX people_attempt_at ON people_attempt (at);

-- Lived experience.
CREATE TABLE people_lived (
    person TEXT NOT NULL REFERENCES people_person (id),
    situation TEXT NOT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('matching', 'matches', 'all')),
    PRIMARY KEY (person, situation)
);

CREATE TABLE people_nottoday (
    person TEXT NOT NULL REFERENCES people_person (id),
    situation TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (person, situation)
);

-- Two people who are never matched. until: 0 for good.
CREATE TABLE people_apart (
    id TEXT NOT NULL UNIQUE,
    by_person TEXT NOT NULL,
    whom TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('block', 'may_know')),
    until BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (by_person, whom, kind)
);
CREATE INDEX people_apart_whom ON people_apart (whom);

CREATE TABLE people_situation (
    slug TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('situation', 'identity')),
    sensitive BOOLEAN NOT NULL,
    retired BOOLEAN NOT NULL DEFAULT FALSE,
    place INTEGER NOT NULL
);

CREATE TABLE people_label (
    slug TEXT NOT NULL REFERENCES people_situation (slug),
    lang TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (slug, lang)
);

-- Who was deleted and when. It is replayed before a restored backup serves.
CREATE TABLE people_erasure (
    person TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX people_erasure_at ON people_erasure (at);

-- The first taxonomy. Labels are lower-case noun phrases that fit into "Something you share: ...".
INSERT INTO people_situation (slug, kind, sensitive, place) VALUES
    ('panic', 'situation', FALSE, 10),
    ('anxiety', 'situation', FALSE, 20),
    ('sadness', 'situation', FALSE, 30),
    ('highs-and-lows', 'situation', FALSE, 40),
    ('voices', 'situation', TRUE, 50),
    ('psychosis', 'situation', TRUE, 60),
    ('recurring-thoughts', 'situation', FALSE, 70),
    ('self-harm', 'situation', TRUE, 80),
    ('suicidal-thoughts', 'situation', TRUE, 90),
    ('grief', 'situation', FALSE, 100),
    ('suicide-loss', 'situation', TRUE, 110),
    ('hospital', 'situation', FALSE, 120),
    ('against-will', 'situation', TRUE, 130),
    ('medication', 'situation', FALSE, 140),
    ('trauma', 'situation', TRUE, 150),
    ('violence', 'situation', TRUE, 160),
    ('sexual-violence', 'situation', TRUE, 170),
    ('childhood', 'situation', FALSE, 180),
    ('alcohol-drugs', 'situation', TRUE, 190),
    ('eating', 'situation', TRUE, 200),
    ('sleep', 'situation', FALSE, 210),
    ('loneliness', 'situation', FALSE, 220),
    ('separation', 'situation', FALSE, 230),
    ('caring', 'situation', FALSE, 240),
    ('new-parent', 'situation', FALSE, 250),
    ('pregnancy-loss', 'situation', TRUE, 260),
    ('illness', 'situation', FALSE, 270),
    ('homelessness', 'situation', FALSE, 280),
    ('money', 'situation', FALSE, 290),
    ('work', 'situation', FALSE, 300),
    ('study', 'situation', FALSE, 310),
    ('burnout', 'situation', FALSE, 320),
    ('migration', 'situation', FALSE, 330),
    ('war', 'situation', TRUE, 340),
    ('prison', 'situation', TRUE, 350),
    ('discrimination', 'situation', FALSE, 360),
    ('coming-out', 'situation', TRUE, 370),
    ('woman', 'identity', FALSE, 10),
    ('man', 'identity', FALSE, 20),
    ('nonbinary', 'identity', TRUE, 30),
    ('trans', 'identity', TRUE, 40),
    ('lgb', 'identity', TRUE, 50),
    ('young', 'identity', FALSE, 60),
    ('older', 'identity', FALSE, 70),
    ('parent', 'identity', FALSE, 80),
    ('veteran', 'identity', FALSE, 90),
    ('migrant', 'identity', FALSE, 100),
    ('faith', 'identity', TRUE, 110),
    ('people-of-colour', 'identity', TRUE, 120),
    ('indigenous', 'identity', TRUE, 130),
    ('deaf', 'identity', TRUE, 140),
    ('disabled', 'identity', TRUE, 150),
    ('neurodivergent', 'identity', TRUE, 160);
INSERT INTO people_label (slug, lang, label) VALUES
    ('panic', 'en', 'panic attacks'),
    ('panic', 'es', 'los ataques de pánico'),
    ('panic', 'ar', 'نوبات الهلع'),
    ('anxiety', 'en', 'living with anxiety'),
    ('anxiety', 'es', 'vivir con ansiedad'),
    ('anxiety', 'ar', 'العيش مع القلق'),
    ('sadness', 'en', 'a long time of deep sadness'),
    ('sadness', 'es', 'una larga tristeza profunda'),
    ('sadness', 'ar', 'فترة طويلة من الحزن العميق'),
    ('highs-and-lows', 'en', 'very high and very low times'),
    ('highs-and-lows', 'es', 'épocas muy altas y muy bajas'),
    ('highs-and-lows', 'ar', 'أوقات من الارتفاع والهبوط الشديدين'),
    ('voices', 'en', 'hearing voices'),
    ('voices', 'es', 'oír voces'),
    ('voices', 'ar', 'سماع أصوات'),
    ('psychosis', 'en', 'times when reality was different'),
    ('psychosis', 'es', 'épocas en que la realidad era otra'),
    ('psychosis', 'ar', 'أوقات كان فيها الواقع مختلفًا'),
    ('recurring-thoughts', 'en', 'thoughts that keep coming back'),
    ('recurring-thoughts', 'es', 'pensamientos que vuelven una y otra vez'),
    ('recurring-thoughts', 'ar', 'أفكار لا تكفّ عن العودة'),
    ('self-harm', 'en', 'self-harm'),
    ('self-harm', 'es', 'hacerse daño'),
    ('self-harm', 'ar', 'إيذاء النفس'),
    ('suicidal-thoughts', 'en', 'thoughts of not wanting to live'),
    ('suicidal-thoughts', 'es', 'pensamientos de no querer vivir'),
    ('suicidal-thoughts', 'ar', 'أفكار عن عدم الرغبة في الحياة'),
    ('grief', 'en', 'the loss of someone close'),
    ('grief', 'es', 'la pérdida de alguien querido'),
    ('grief', 'ar', 'فقدان شخص عزيز'),
    ('suicide-loss', 'en', 'the loss of someone by suicide'),
    ('suicide-loss', 'es', 'la pérdida de alguien por suicidio'),
    ('suicide-loss', 'ar', 'فقدان شخص بالانتحار'),
    ('hospital', 'en', 'a hospital stay'),
    ('hospital', 'es', 'una estancia en el hospital'),
    ('hospital', 'ar', 'الإقامة في المستشفى'),
    ('against-will', 'en', 'treatment against one''s will'),
    ('against-will', 'es', 'un tratamiento contra la propia voluntad'),
    ('against-will', 'ar', 'علاج رغمًا عن الإرادة'),
    ('medication', 'en', 'changes of medication'),
    ('medication', 'es', 'cambios de medicación'),
    ('medication', 'ar', 'تغيير الأدوية'),
    ('trauma', 'en', 'something terrible that happened'),
    ('trauma', 'es', 'algo terrible que ocurrió'),
    ('trauma', 'ar', 'حدث مروّع'),
    ('violence', 'en', 'violence at home'),
    ('violence', 'es', 'la violencia en casa'),
    ('violence', 'ar', 'العنف في البيت'),
    ('sexual-violence', 'en', 'sexual violence'),
    ('sexual-violence', 'es', 'la violencia sexual'),
    ('sexual-violence', 'ar', 'العنف الجنسي'),
    ('childhood', 'en', 'a hard childhood'),
    ('childhood', 'es', 'una infancia difícil'),
    ('childhood', 'ar', 'طفولة صعبة'),
    ('alcohol-drugs', 'en', 'alcohol or drugs'),
    ('alcohol-drugs', 'es', 'el alcohol o las drogas'),
    ('alcohol-drugs', 'ar', 'الكحول أو المخدرات'),
    ('eating', 'en', 'trouble with eating'),
    ('eating', 'es', 'dificultades con la comida'),
    ('eating', 'ar', 'صعوبات مع الأكل'),
    ('sleep', 'en', 'nights without sleep'),
    ('sleep', 'es', 'noches sin dormir'),
    ('sleep', 'ar', 'ليالٍ بلا نوم'),
    ('loneliness', 'en', 'loneliness'),
    ('loneliness', 'es', 'la soledad'),
    ('loneliness', 'ar', 'الوحدة'),
    ('separation', 'en', 'the end of a relationship'),
    ('separation', 'es', 'el final de una relación'),
    ('separation', 'ar', 'نهاية علاقة'),
    ('caring', 'en', 'caring for someone'),
    ('caring', 'es', 'cuidar de alguien'),
    ('caring', 'ar', 'رعاية شخص'),
    ('new-parent', 'en', 'becoming a parent'),
    ('new-parent', 'es', 'convertirse en madre o padre'),
    ('new-parent', 'ar', 'استقبال مولود'),
    ('pregnancy-loss', 'en', 'the loss of a pregnancy'),
    ('pregnancy-loss', 'es', 'la pérdida de un embarazo'),
    ('pregnancy-loss', 'ar', 'فقدان حمل'),
    ('illness', 'en', 'living with pain or a long illness'),
    ('illness', 'es', 'vivir con dolor o una larga enfermedad'),
    ('illness', 'ar', 'العيش مع ألم أو مرض طويل'),
    ('homelessness', 'en', 'having no home'),
    ('homelessness', 'es', 'no tener casa'),
    ('homelessness', 'ar', 'العيش بلا مأوى'),
    ('money', 'en', 'money worries'),
    ('money', 'es', 'las preocupaciones por el dinero'),
    ('money', 'ar', 'هموم المال'),
    ('work', 'en', 'trouble at work or losing it'),
    ('work', 'es', 'problemas en el trabajo o perderlo'),
    ('work', 'ar', 'مشاكل العمل أو فقدانه'),
    ('study', 'en', 'pressure in studies'),
    ('study', 'es', 'la presión en los estudios'),
    ('study', 'ar', 'ضغط الدراسة'),
    ('burnout', 'en', 'running out of strength'),
    ('burnout', 'es', 'quedarse sin fuerzas'),
    ('burnout', 'ar', 'نفاد القوة'),
    ('migration', 'en', 'leaving one''s country'),
    ('migration', 'es', 'dejar el propio país'),
    ('migration', 'ar', 'مغادرة الوطن'),
    ('war', 'en', 'war or flight'),
    ('war', 'es', 'la guerra o la huida'),
    ('war', 'ar', 'الحرب أو اللجوء'),
    ('prison', 'en', 'time in prison'),
    ('prison', 'es', 'un tiempo en prisión'),
    ('prison', 'ar', 'فترة في السجن'),
    ('discrimination', 'en', 'being treated as less'),
    ('discrimination', 'es', 'recibir un trato inferior'),
    ('discrimination', 'ar', 'التعرّض للتمييز'),
    ('coming-out', 'en', 'coming out'),
    ('coming-out', 'es', 'salir del armario'),
    ('coming-out', 'ar', 'البوح بالميل أو بالهوية الجندرية'),
    ('woman', 'en', 'being a woman'),
    ('woman', 'es', 'ser mujer'),
    ('woman', 'ar', 'كون المرء امرأة'),
    ('man', 'en', 'being a man'),
    ('man', 'es', 'ser hombre'),
    ('man', 'ar', 'كون المرء رجلًا'),
    ('nonbinary', 'en', 'being non-binary'),
    ('nonbinary', 'es', 'ser una persona no binaria'),
    ('nonbinary', 'ar', 'كون المرء غير ثنائي الجندر'),
    ('trans', 'en', 'being trans'),
    ('trans', 'es', 'ser una persona trans'),
    ('trans', 'ar', 'كون المرء عابرًا جندريًا'),
    ('lgb', 'en', 'being gay, lesbian or bi'),
    ('lgb', 'es', 'ser gay, lesbiana o bi'),
    ('lgb', 'ar', 'كون المرء مثليًا أو ثنائي الميل'),
    ('young', 'en', 'being a young adult'),
    ('young', 'es', 'ser una persona joven'),
    ('young', 'ar', 'سنّ الشباب'),
    ('older', 'en', 'being over sixty'),
    ('older', 'es', 'tener más de sesenta años'),
    ('older', 'ar', 'تجاوز الستين'),
    ('parent', 'en', 'being a parent'),
    ('parent', 'es', 'ser madre o padre'),
    ('parent', 'ar', 'كون المرء أبًا أو أمًا'),
    ('veteran', 'en', 'having served in the military'),
    ('veteran', 'es', 'haber servido en el ejército'),
    ('veteran', 'ar', 'الخدمة السابقة في الجيش'),
    ('migrant', 'en', 'having come from another country'),
    ('migrant', 'es', 'haber venido de otro país'),
    ('migrant', 'ar', 'القدوم من بلد آخر'),
    ('faith', 'en', 'a life of faith'),
    ('faith', 'es', 'una vida de fe'),
    ('faith', 'ar', 'حياة الإيمان'),
    ('people-of-colour', 'en', 'being a person of colour'),
    ('people-of-colour', 'es', 'ser una persona racializada'),
    ('people-of-colour', 'ar', 'كون المرء من غير البيض'),
    ('indigenous', 'en', 'being indigenous'),
    ('indigenous', 'es', 'ser indígena'),
    ('indigenous', 'ar', 'الانتماء إلى شعب أصلي'),
    ('deaf', 'en', 'being deaf or hard of hearing'),
    ('deaf', 'es', 'ser una persona sorda o con pérdida auditiva'),
    ('deaf', 'ar', 'الصمم أو ضعف السمع'),
    ('disabled', 'en', 'living with a disability'),
    ('disabled', 'es', 'vivir con una discapacidad'),
    ('disabled', 'ar', 'العيش مع إعاقة'),
    ('neurodivergent', 'en', 'a mind that works differently'),
    ('neurodivergent', 'es', 'una mente que funciona de otra manera'),
    ('neurodivergent', 'ar', 'عقل يعمل بطريقة مختلفة');

-- +goose Down
DROP TABLE people_erasure;
DROP TABLE people_label;
DROP TABLE people_situation;
DROP TABLE people_apart;
DROP TABLE people_nottoday;
DROP TABLE people_lived;
DROP TABLE people_attempt;
DROP TABLE people_once;
DROP TABLE people_words;
DROP TABLE people_link;
DROP TABLE people_email;
DROP TABLE people_challenge;
DROP TABLE people_passkey;
DROP TABLE people_recovery;
DROP TABLE people_password;
DROP TABLE people_token;
DROP TABLE people_session;
DROP TABLE people_role;
DROP TABLE people_person;
