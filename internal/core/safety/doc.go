// Package safety holds what protects people before anything happens: the policy
// in plain words, the conditions of opening, and the phrases that make crisis
// lines appear.
//
// Who may do what: everybody reads the policy, all its versions and what changed.
// Coordinators and administrators publish it and read the conditions of opening.
// Supervisors and coordinators edit the phrases.
//
// The policy promises only what this release does. What is published stays as
// it was, word for word; a new text is a new version.
//
// Phrases are plain: a listed phrase is in a text, word for word after folding,
// or it is not. A match shows help to the writer. It decides nothing.
//
// Tables: safety_policy, safety_policy_text, safety_policy_seen, safety_phrase.
package safety
