package notify_test

import (
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/cairntest/sink"
)

type (
	someone    = cairntest.Someone
	sinkPushed = sink.Pushed
)

func sqlite(t *testing.T) string { t.Helper(); return dbtest.SQLiteURL(t) }
