// Package people knows who is here: guests, members and those who work here,
// how they come in, what they let others know, and how they leave.
//
// Who may do what: anybody may come as a guest, join, and sign in. Whoever is
// known manages what is theirs: profile, lived experience, ways in, sessions,
// tokens, blocks, export and deletion. Coordinators edit the taxonomy of
// situations, and answer what people suggest for it without learning who did.
// Administrators give and take roles, and see no support content by
// it. API tokens act for their person but never manage the account.
//
// A person is an id. Deleting the account empties the row and leaves the id, of
// kind Gone, and a line in people_erasure. Every slice that holds something of
// a person implements Holding.
//
// Tables: people_person, people_role, people_session, people_token,
// people_password, people_recovery, people_passkey, people_challenge,
// people_email, people_link, people_words, people_once, people_attempt,
// people_lived, people_own, people_nottoday, people_gladly, people_hours,
// people_known, people_apart, people_situation, people_label, people_together,
// people_aside (names that moderation took away), people_erasure.
//
// Events sent: people.changed (anything in Fit changed), people.erased. Jobs:
// people.mail sends a link, people.tomorrow ends "not today", people.sweep
// removes what has had its time. Live topic: SessionTopic, when a session ends.
package people
