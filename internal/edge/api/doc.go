// Package api speaks the verbs of support as JSON, described by OpenAPI 3.1 at
// /api/openapi.json. Errors are problem details (RFC 9457).
//
// Who may do what is decided by the same services as on the pages; a caller
// comes with a personal access token ("Authorization: Bearer cairn_pat_…") or
// with a browser's session. A token cannot manage an account.
//
// It owns no table. Events are server-sent: the id of an event is the seq of
// the conversation, and a reader resumes with Last-Event-ID or ?after=.
package api
