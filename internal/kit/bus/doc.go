// Package bus lets parts of the house hear of each other: durable timed jobs,
// events, and live notes to open pages.
//
// Jobs are rows of bus_job, written in the caller's transaction, claimed with a
// lease by any node and deleted when done. A node that dies loses its lease
// and another runs the job again: a job runs at least once, so every handler is
// idempotent. A job that fails is tried again, ever later; it is never dropped.
//
// Events (past tense) become one job for each subscriber, so that each
// reaction is as durable as what caused it and one cannot hold up another.
//
// Live notes carry a topic and a number, and after a commit tell open pages to
// read again. They go through memory, and through NATS between nodes when that
// is connected; they may be lost with a connection, which a "resync" note says.
//
// Jobs, events and notes carry ids only, never what people write.
//
// The package owns the table bus_job.
package bus
