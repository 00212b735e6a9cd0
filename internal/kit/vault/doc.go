// Package vault seals private text so that the database alone cannot be read,
// and so that deleting one small row makes a whole conversation unreadable.
//
// Every scope (a conversation, a request, a person) has a data key of its own:
// 32 random bytes, AES-256-GCM. The data key is stored in vault_key, wrapped by
// a key-encryption key. Key-encryption keys live in the keyset file, outside
// the database, and should be backed up apart from it.
//
// Whoever holds both the keyset file and the database can read everything. This
// is encryption at rest, not end-to-end encryption.
//
// A new key-encryption key is taken in three steps, each safe to repeat and to
// interrupt: Rotate, Rewrap, and after RetireAfter, Retire.
//
// The package owns the table vault_key. No error here holds text or keys.
package vault
