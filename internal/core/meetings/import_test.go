package meetings_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/kit/calendar"
)

const fromElsewhere = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Elsewhere//EN
BEGIN:VEVENT
UID:walk@elsewhere.example
SUMMARY:Walk along the river
DTSTART;TZID=Europe/Berlin:20261125T100000
DTEND;TZID=Europe/Berlin:20261125T113000
RRULE:FREQ=WEEKLY;BYDAY=WE
EXDATE;TZID=Europe/Berlin:20261223T100000
LOCATION:The old bridge
END:VEVENT
BEGIN:VEVENT
UID:walk@elsewhere.example
RECURRENCE-ID;TZID=Europe/Berlin:20261202T100000
SUMMARY:Walk along the river
DTSTART;TZID=Europe/Berlin:20261203T140000
DTEND;TZID=Europe/Berlin:20261203T150000
END:VEVENT
BEGIN:VEVENT
UID:talk@elsewhere.example
SUMMARY:An evening of talk
DTSTART:20261201T180000Z
DTEND:20261201T190000Z
LOCATION:https://rooms.example/talk
END:VEVENT
BEGIN:VEVENT
UID:gone@elsewhere.example
SUMMARY:Last summer
DTSTART:20260601T180000Z
DTEND:20260601T190000Z
LOCATION:Anywhere
END:VEVENT
BEGIN:VEVENT
UID:moon@elsewhere.example
SUMMARY:On the moon
DTSTART;TZID=Moon/Tranquility:20261201T180000
DTEND;TZID=Moon/Tranquility:20261201T190000
LOCATION:Base
END:VEVENT
BEGIN:VTODO
UID:todo@elsewhere.example
SUMMARY:Buy bread
END:VTODO
END:VCALENDAR
`

func ics(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func TestImportingDates(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		take := func(how meetings.Taking) meetings.Report {
			t.Helper()
			r, err := w.Meetings.Import(ctx, h.wren.Actor, h.ref(), ics(fromElsewhere), how)
			must(t, err)
			return r
		}
		count := func() int {
			list, err := w.Meetings.SeriesOf(ctx, w.DB.Reader(), h.ref())
			must(t, err)
			return len(list)
		}
		if r := take(meetings.Taking{Zone: "UTC", Look: true}); r.N() != 2 || len(r.Rows) != 4 || r.Others != 1 || r.Changed || count() != 0 {
			t.Fatalf("looking: %d of %d, %d here, %+v", r.N(), len(r.Rows), count(), r)
		}
		if r := take(meetings.Taking{Zone: "UTC", Strict: true}); !r.Refused || r.Changed || count() != 0 {
			t.Errorf("strictly: %+v, %d here", r, count())
		}
		if r := take(meetings.Taking{Zone: "UTC"}); !r.Changed || r.N() != 2 || count() != 2 {
			t.Fatalf("taking: %+v, %d here", r, count())
		}
		list, err := w.Meetings.SeriesOf(ctx, w.DB.Reader(), h.ref())
		must(t, err)
		walk := list[0]
		if walk.Called() != "Walk along the river" {
			walk = list[1]
		}
		var got []string
		for _, m := range h.coming(t, walk.ID)[:6] {
			got = append(got, m.StartsAt.Std().Format("01-02 15:04 ")+string(m.State))
		}
		if want := "11-25 09:00 planned,12-03 13:00 planned,12-09 09:00 planned,12-16 09:00 planned,12-23 09:00 cancelled,12-30 09:00 planned"; strings.Join(got, ",") != want {
			t.Errorf("the walk: %s", strings.Join(got, ","))
		}
		if walk.Inside.Address != "The old bridge" || walk.Attendance != meetings.InPerson || walk.Zone != "Europe/Berlin" {
			t.Errorf("%+v", walk.Plan)
		}
		if r := take(meetings.Taking{Zone: "UTC"}); r.Changed || r.N() != 0 || count() != 2 {
			t.Errorf("taking it again: %+v, %d here", r, count())
		}
	})
}

// upload sends a form with a file.
func upload(p *cairntest.Someone, path, name string, file []byte, pairs ...string) cairntest.Page {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = form.WriteField(pairs[i], pairs[i+1])
	}
	part, _ := form.CreateFormFile("file", name)
	_, _ = part.Write(file)
	_ = form.Close()
	return p.Send(http.MethodPost, path, b.String(), http.Header{"Content-Type": {form.FormDataContentType()}})
}

func TestHostileFilesAreRefusedInWords(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	endless := strings.Replace(fromElsewhere, "RRULE:FREQ=WEEKLY;BYDAY=WE", "RRULE:FREQ=SECONDLY", 1)
	tests := []struct {
		name   string
		file   []byte
		status int
		says   string
	}{
		{"no file", nil, 422, "Please choose a file."},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), 422, ""},
		{"a page", []byte("<!doctype html><script>alert(1)</script>"), 422, ""},
		{"1.5 MB", bytes.Repeat([]byte("X-A:b\r\n"), 220_000), 422, "This file is too large."},
		{"50 MB", bytes.Repeat([]byte("X-A:b\r\n"), 7_500_000), 413, ""},
		{"deep", ics("BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\n", 100_000)), 422, ""},
		{"a thousand years of seconds", ics(endless), 200, "at most once a day"},
		{"a title with a script", ics(strings.Replace(fromElsewhere, "Last summer", "<script>alert(1)</script>", 1)), 200, "&lt;script&gt;"},
	}
	for _, tt := range tests {
		got := upload(h.wren, "/series/import", "dates.ics", tt.file, "kind", "club", "owner", string(h.club.id), "zone", "UTC", "do", "look")
		if got.Status != tt.status || !strings.Contains(got.Body, tt.says) || strings.Contains(got.Body, "<script>alert") {
			t.Errorf("%s: %d", tt.name, got.Status)
		}
	}
	if got := upload(h.juniper, "/series/import", "dates.ics", ics(fromElsewhere), "kind", "club", "owner", string(h.club.id), "zone", "UTC", "do", "take"); got.Status != 404 {
		t.Errorf("a member imports: %d", got.Status)
	}
	got := upload(h.wren, "/series/import", "dates.ics", ics(fromElsewhere), "kind", "club", "owner", string(h.club.id), "zone", "UTC", "do", "look")
	if !strings.Contains(got.Body, "Take 2 entries") || !strings.Contains(got.Body, "Every week: Wednesday") {
		t.Error("looking says nothing")
	}
	got = h.wren.Post("/series/import", "kind", "club", "owner", string(h.club.id), "zone", "UTC", "do", "take", "text", fromElsewhere)
	if got.Status != 200 || !strings.Contains(got.Body, "2 entries were taken") {
		t.Errorf("taking what was looked at: %d", got.Status)
	}
}

func TestOurOwnFileReadBack(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.plans(t, weekly())
	want := h.coming(t, id)
	token, err := w.Meetings.NewFeed(t.Context(), h.juniper.Actor, meetings.Ref{}, "en")
	must(t, err)
	file := w.Browser().Get(calendar.Path(token)).Body
	must(t, w.Meetings.End(t.Context(), h.wren.Actor, id))
	r, err := w.Meetings.Import(t.Context(), h.wren.Actor, h.ref(), []byte(file), meetings.Taking{Zone: "UTC", Place: "By the river"})
	must(t, err)
	if r.N() != 1 {
		t.Fatalf("%+v", r)
	}
	list, _, err := w.Meetings.Find(t.Context(), h.wren.Actor, meetings.Filter{From: w.Time.Now(), To: w.Time.Now().Add(30 * 24 * time.Hour), N: 50})
	must(t, err)
	for i, l := range list {
		if l.StartsAt != want[i].StartsAt || l.EndsAt != want[i].EndsAt {
			t.Errorf("%d: %s, was %s", i, l.StartsAt.Std(), want[i].StartsAt.Std())
		}
	}
	if len(list) != 4 {
		t.Errorf("%d found", len(list))
	}
}
