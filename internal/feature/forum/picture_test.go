package forum_test

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// pictured is a space that has pictures.
func (h *house) pictured(t *testing.T, audience forum.Audience, in ...*cairntest.Someone) moment.ID {
	t.Helper()
	d := draft(audience)
	d.Pictures = true
	return h.space(t, d, in...)
}

// photo is a JPEG with EXIF in front of it: a place, and a camera held on its side.
func photo(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for i := range m.Pix {
		m.Pix[i] = 200
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, m, nil))
	part := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00marker-gps-48.2N"
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(part) + 2)}, part...)
	return append(append(out, b.Bytes()[2:]...), "marker-behind"...)
}

func drawing(t *testing.T) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 10, 10))
	m.Set(1, 1, color.NRGBA{200, 0, 0, 120})
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	return b.Bytes()
}

// sends sends a form with files, by the names of their fields.
func sends(p *cairntest.Someone, path string, files map[string][]byte, pairs ...string) cairntest.Page {
	kind, body := multiparts(files, pairs...)
	return p.Send(http.MethodPost, path, body, http.Header{"Content-Type": {kind}})
}

func multiparts(files map[string][]byte, pairs ...string) (kind, body string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = form.WriteField(pairs[i], pairs[i+1])
	}
	for field, file := range files {
		part, _ := form.CreateFormFile(field, "holiday.png")
		_, _ = part.Write(file)
	}
	_ = form.Close()
	return form.FormDataContentType(), b.String()
}

var checked = regexp.MustCompile(`name="anonymous"[^>]* checked`)

var pictureAt = regexp.MustCompile(`/post/[0-9a-f-]+/picture/[0-9a-f-]+`)

func TestPictures(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.pictured(t, forum.Members)
		has(t, "the form", h.heron.Get(at(id, "/write")).Body, `enctype="multipart/form-data"`, `name="picture3"`, `name="alt3"`)
		got := sends(h.heron, at(id, "/write"), map[string][]byte{"picture1": photo(t), "picture3": drawing(t)}, "title", "Look", "words", "heron-words", "alt1", "A grey <wall>", "alt3", "A dot")
		status(t, "post", got, 303)
		thread := moment.ID(strings.TrimPrefix(got.To(), "/post/"))
		page := h.ali.Get(post(thread)).Body
		has(t, "the thread", page, `<details class="post-picture">`, "Picture: A grey &lt;wall&gt;", `alt="A grey &lt;wall&gt;"`, `width="20" height="40" loading="lazy"`, "A dot")
		addresses := pictureAt.FindAllString(page, -1)
		if len(addresses) != 2 {
			t.Fatalf("%d pictures", len(addresses))
		}
		first := h.ali.Get(addresses[0])
		status(t, "a picture", first, 200)
		for name, want := range map[string]string{"Content-Type": "image/jpeg", "Content-Disposition": "inline", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got := first.Header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		if strings.Contains(first.Body, "marker-") || strings.Contains(first.Body, "Exif") {
			t.Error("what stood beside the picture is in it")
		}
		if c, err := jpeg.DecodeConfig(strings.NewReader(first.Body)); err != nil || c.Width != 20 || c.Height != 40 {
			t.Errorf("%+v %v", c, err)
		}
		if second := h.ali.Get(addresses[1]); second.Header.Get("Content-Type") != "image/png" {
			t.Error("see-through parts are lost")
		}
		// Nothing of it lies open, and reading it is written down.
		if n := h.count(t, `SELECT count(*) FROM discussion_picture WHERE substr(body, 1, 1) <> substr(alt, 1, 1)`); n != 0 {
			t.Error("a picture is not sealed as its words are")
		}
		if n := h.count(t, `SELECT count(*) FROM access_audit WHERE verb = 'discussion.read_picture' AND actor = $1`, h.ali.ID); n != 2 {
			t.Errorf("%d readings are written down", n)
		}
		// Whoever chooses so sees them at once.
		status(t, "choose", h.wren.Post("/forum/filters", "pictures", "yes"), 303)
		has(t, "unasked", h.wren.Get(post(thread)).Body, `<details class="post-picture" open>`)
		// An answer has them too.
		got = sends(h.ali, post(thread, "/comment"), map[string][]byte{"picture2": drawing(t)}, "words", "ali-words", "alt2", "Another dot")
		status(t, "an answer", got, 303)
		has(t, "the thread after", h.heron.Get(post(thread)).Body, "Another dot")
		files := w.Exported(h.ali)
		found := false
		for name, body := range files {
			found = found || strings.HasPrefix(name, "picture-") && strings.Contains(body, "Another dot") && strings.Contains(body, `"type": "image/png"`)
		}
		if !found {
			t.Error("their data is without their picture")
		}
	})
}

func TestPicturesThatAreRefused(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id, plain := h.pictured(t, forum.Members), h.space(t, draft(forum.Members))
	lacks(t, "a space without", h.heron.Get(at(plain, "/write")).Body, "picture1", "multipart")
	got := sends(h.heron, at(plain, "/write"), map[string][]byte{"picture1": drawing(t)}, "title", "T", "words", "heron-words", "alt1", "A dot")
	status(t, "into a space without", got, 422)
	has(t, "into a space without", got.Body, "heron-words", "Pictures are not possible here")
	polyglot := append([]byte("\x89PNG\r\n\x1a\n"), "<script>alert(1)</script>"...)
	for says, tt := range map[string]struct {
		files map[string][]byte
		alt   string
	}{
		"no picture that we can take":         {map[string][]byte{"picture1": []byte("<html><script>alert(1)</script>")}, "A page"},
		"PNG, JPEG or WebP":                   {map[string][]byte{"picture1": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)}, "A drawing"},
		"cannot be read":                      {map[string][]byte{"picture1": polyglot}, "Both"},
		"too large":                           {map[string][]byte{"picture1": append(photo(t), make([]byte, 8<<20)...)}, "Heavy"},
		"Say in a few words what the picture": {map[string][]byte{"picture1": drawing(t)}, ""},
		"Choose the picture again":            {nil, "Words alone"},
	} {
		got := sends(h.heron, at(id, "/write"), tt.files, "title", "heron-title", "words", "heron-words", "alt1", tt.alt)
		status(t, says, got, 422)
		has(t, says, got.Body, says, "heron-title", "heron-words", `value="`+tt.alt+`"`)
	}
	status(t, "more than a form may have", sends(h.heron, at(id, "/write"), map[string][]byte{"picture1": make([]byte, 30<<20)}, "title", "T", "words", "W", "alt1", "A"), 413)
	status(t, "a fourth", sends(h.heron, at(id, "/write"), map[string][]byte{"picture4": drawing(t)}, "title", "T", "words", "W", "alt4", "A"), 303)
	if n := h.count(t, `SELECT count(*) FROM discussion_picture`); n != 0 {
		t.Errorf("%d were kept", n)
	}
	// A listed phrase in what a picture shows holds the post as others do.
	got = sends(h.heron, at(id, "/write"), map[string][]byte{"picture1": drawing(t)}, "title", "T", "words", "W", "alt1", goodbye)
	status(t, "heavy words of a picture", h.ali.Get(got.To()), 404)
}

// A page that stands open fetches pictures by itself: nobody has opened a goodbye by that, and
// whoever is on call is still woken for it.
func TestAPictureFetchedOpensNothing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		got := sends(h.heron, at(h.pictured(t, forum.Members), "/write"), map[string][]byte{"picture1": drawing(t)}, "title", "T", "words", goodbye, "alt1", "A dot")
		id := moment.ID(strings.TrimPrefix(got.To(), "/post/"))
		status(t, "for who may release it", h.ines.Get(pictureAt.FindString(h.heron.Get(got.To()).Body)), 200)
		const opened = `SELECT count(*) FROM discussion_entry WHERE id = $1 AND opened_at > 0`
		if n := h.count(t, opened, id); n != 0 {
			t.Error("a picture that was fetched counts as opening")
		}
		if n := h.count(t, `SELECT count(*) FROM access_audit WHERE verb = 'discussion.read_held' AND actor = $1`, h.ines.ID); n != 1 {
			t.Errorf("that it was read is written down %d times", n)
		}
		h.ines.Get(got.To())
		if n := h.count(t, opened, id); n != 1 {
			t.Error("the page does not")
		}
	})
}

// A picture is gone for everybody as its post is, at once, and its body where nobody needs it.
func TestPicturesGoWithTheirPost(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.pictured(t, forum.Community, h.heron, h.ali)
		make := func() (moment.ID, string) {
			got := sends(h.heron, at(id, "/write"), map[string][]byte{"picture1": drawing(t)}, "title", "T", "words", "W", "alt1", "A dot")
			status(t, "post", got, 303)
			return moment.ID(strings.TrimPrefix(got.To(), "/post/")), pictureAt.FindString(h.heron.Get(got.To()).Body)
		}
		thread, address := make()
		for name, p := range map[string]*cairntest.Someone{"outside the community": h.wren, "a coordinator": h.tomo, "a supervisor": h.ines, "an administrator": h.slate, "a guest": h.guest} {
			status(t, name, p.Get(address), 404)
		}
		status(t, "a visitor", h.visitor.Get(address), 303)
		status(t, "a reader", h.ali.Get(address), 200)
		other, _ := make()
		status(t, "below another post", h.ali.Get("/post/"+string(other)+address[strings.Index(address, "/picture/"):]), 404)
		must(t, h.Discussion.Hide(t.Context(), h.fern.Actor, thread, "why"))
		status(t, "hidden", h.ali.Get(address), 404)
		status(t, "hidden, for its author", h.heron.Get(address), 200)
		must(t, h.Discussion.Release(t.Context(), h.fern.Actor, thread))
		status(t, "back", h.ali.Get(address), 200)
		// The coordinator takes pictures back.
		d := draft(forum.Community)
		must(t, h.Forum.Change(t.Context(), h.tomo.Actor, id, d))
		status(t, "no pictures any more", h.ali.Get(address), 404)
		lacks(t, "the thread", h.ali.Get(post(thread)).Body, "A dot")
		d.Pictures = true
		must(t, h.Forum.Change(t.Context(), h.tomo.Actor, id, d))
		status(t, "and again", h.ali.Get(address), 200)
		must(t, h.Discussion.Withdraw(t.Context(), h.heron.Actor, thread))
		status(t, "taken back", h.heron.Get(address), 404)
		if n := h.count(t, `SELECT count(*) FROM discussion_picture WHERE entry = $1`, thread); n != 0 {
			t.Error("its body is kept")
		}
		removed, address := make()
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			s := discussion.Subject{Service: h.Discussion}
			if _, err := s.Hide(t.Context(), tx, access.System(), removed, "why"); err != nil {
				return err
			}
			return s.Remove(t.Context(), tx, removed)
		}))
		status(t, "removed", h.fern.Get(address), 404)
		_, address = make()
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return discussion.Holding{Service: h.Discussion}.Erase(t.Context(), tx, h.heron.ID, w.Clock.Now())
		}))
		status(t, "erased", h.ali.Get(address), 404)
		if n := h.count(t, `SELECT count(*) FROM discussion_picture`); n != 0 {
			t.Errorf("%d bodies are kept", n)
		}
		open := h.pictured(t, forum.Open)
		got := sends(h.ali, at(open, "/write"), map[string][]byte{"picture1": drawing(t)}, "title", "T", "words", "W", "alt1", "A dot")
		address = pictureAt.FindString(h.visitor.Get(got.To()).Body)
		seen := h.visitor.Get(address)
		status(t, "a visitor, where it is open", seen, 200)
		if seen.Header.Get("Cache-Control") != "no-store" {
			t.Error("it stays where it was hidden meanwhile")
		}
		must(t, h.Discussion.Hide(t.Context(), h.tomo.Actor, moment.ID(strings.TrimPrefix(got.To(), "/post/")), "why"))
		status(t, "a visitor, once hidden", h.visitor.Get(address), 303)
	})
}

// TestLargeForms: where no pictures are taken, or not from this person, nothing is read that
// only pictures could fill.
func TestLargeForms(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	with, without := h.pictured(t, forum.Members), h.space(t, draft(forum.Members))
	large := map[string][]byte{"picture1": bytes.Repeat([]byte{'x'}, 5<<20)}
	got := sends(h.heron, at(with, "/write"), large, "title", "Look", "words", "heron-words", "alt1", "A wall")
	status(t, "where pictures are", got, http.StatusUnprocessableEntity)
	has(t, "where pictures are", got.Body, "heron-words")
	status(t, "where none are", sends(h.heron, at(without, "/write"), large, "title", "Look", "words", "heron-words"), http.StatusRequestEntityTooLarge)
	thread := h.begins(t, h.heron, without, "Begun", "heron-thread")
	status(t, "an answer where none are", sends(h.ali, post(thread, "/comment"), large, "words", "ali-words"), http.StatusRequestEntityTooLarge)
	paste := strings.Repeat("long ", 200_000)
	has(t, "a paste that is too long", sends(h.ali, post(thread, "/comment"), nil, "words", paste).Body, "long long long")
	// Many at once are read one after the other, and none is lost.
	pics := h.begins(t, h.heron, with, "Pictures", "heron-pictures")
	file := append(drawing(t), bytes.Repeat([]byte{0}, 5<<20)...)
	answers := make(chan int)
	for i := range 8 {
		who := []*cairntest.Someone{h.heron, h.ali}[i%2]
		go func() {
			answers <- sends(who, post(pics, "/comment"), map[string][]byte{"picture1": file}, "key", fmt.Sprint("large", i), "words", "some words", "alt1", "A dot").Status
		}()
	}
	for range 8 {
		if got := <-answers; got != http.StatusSeeOther {
			t.Errorf("a large answer: %d", got)
		}
	}
}

// uploaded makes it so that somebody has sent as many large forms as ten minutes allow.
func (h *house) uploaded(t *testing.T, p *cairntest.Someone) {
	t.Helper()
	for range 10 {
		must(t, h.DB.Write(t.Context(), func(tx db.Writer) error {
			return access.Rate{Name: "discussion.upload", Most: 10, Per: 10 * time.Minute}.Spend(t.Context(), tx, p.ID, h.Clock.Now())
		}))
	}
}

// Whatever turns pictures away, the words beside them are shown again, with help where they
// sound like a goodbye, and without a name where that was chosen. Nothing is sent of them.
func TestWordsWhosePicturesAreTurnedAway(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	with, without := h.pictured(t, forum.Members), h.space(t, draft(forum.Members))
	const help = "What you wrote sounds heavy"
	most := bytes.Repeat([]byte{'x'}, 30<<20) // more than three of 8 MB, and the words
	tries := func(t *testing.T, space moment.ID, file []byte, want int, says string) {
		t.Helper()
		for _, where := range []string{at(space, "/write"), post(h.begins(t, h.wren, space, "One", "hello"), "/comment")} {
			for _, words := range []string{goodbye, "a quiet <word>"} {
				got := sends(h.heron, where, map[string][]byte{"picture1": file}, "key", "k", "title", "A title", "words", words, "anonymous", "yes")
				status(t, where, got, want)
				has(t, where, got.Body, html.EscapeString(words), says)
				if !checked.MatchString(got.Body) || strings.Index(got.Body, `name="anonymous"`) > strings.Index(got.Body, `name="picture1"`) && space == with {
					t.Errorf("%s, %d: they would be sent with a name", where, want)
				}
				if strings.Contains(got.Body, help) != (words == goodbye) {
					t.Errorf("%s, %d: help is shown for %q: %v", where, want, words, words != goodbye)
				}
			}
		}
	}
	tries(t, with, most, http.StatusRequestEntityTooLarge, "up to 8 MB")
	tries(t, without, most[:5<<20], http.StatusRequestEntityTooLarge, "more than we can take")
	theirs := h.begins(t, h.ali, h.pictured(t, forum.Community, h.ali), "Ours", "hello")
	status(t, "what cannot be seen", sends(h.heron, post(theirs, "/comment"), map[string][]byte{"picture1": most}, "words", "x"), http.StatusNotFound)
	h.uploaded(t, h.heron)
	tries(t, with, most[:5<<20], http.StatusTooManyRequests, "choose the pictures again")
	if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE author = $1`, h.heron.ID); n != 0 {
		t.Errorf("%d entries are sent", n)
	}
}

// Some proxies send forms on without saying how long they are: small ones are as others, and
// need no place for large ones.
func TestFormsThatDoNotSayHowLongTheyAre(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	unsaid := func(path string, size int, pairs ...string) (int, string) {
		kind, body := multiparts(map[string][]byte{"picture1": make([]byte, size)}, pairs...)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Server.URL+path, struct{ io.Reader }{strings.NewReader(body)})
		must(t, err)
		r.Header = http.Header{"Content-Type": {kind}, "Sec-Fetch-Site": {"same-origin"}}
		res, err := h.heron.HTTP.Do(r)
		must(t, err)
		defer func() { _ = res.Body.Close() }()
		page, err := io.ReadAll(res.Body)
		must(t, err)
		return res.StatusCode, string(page)
	}
	h.uploaded(t, h.heron)
	for name, space := range map[string]moment.ID{"with": h.pictured(t, forum.Members), "without": h.space(t, draft(forum.Members))} {
		thread := h.begins(t, h.wren, space, "One", "hello")
		if got, _ := unsaid(post(thread, "/comment"), 0, "key", "small-"+name, "words", "some words"); got != http.StatusSeeOther {
			t.Fatalf("%s, small: %d", name, got)
		}
		got, page := unsaid(post(thread, "/comment"), 29<<20, "key", name, "words", goodbye)
		if want := map[string]int{"with": http.StatusTooManyRequests, "without": http.StatusRequestEntityTooLarge}[name]; got != want {
			t.Errorf("%s, large: %d, not %d", name, got, want)
		}
		has(t, name+", large", page, goodbye, "What you wrote sounds heavy")
	}
}

// A draft keeps no pictures, and says so when some were chosen.
func TestADraftSaysThatItKeepsNoPictures(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.pictured(t, forum.Members)
		thread := h.begins(t, h.wren, id, "One", "hello")
		const says = "The pictures that you had chosen are not"
		for _, where := range []string{at(id, "/write"), post(thread, "/comment")} {
			got := sends(h.heron, where, map[string][]byte{"picture1": drawing(t)}, "do", "keep", "key", "k", "title", "Half", "words", "half a thought", "alt1", "a bird")
			status(t, "keep", got, 303)
			to, _, _ := strings.Cut(got.To(), "#")
			has(t, "with pictures", h.heron.Get(to).Body, "half a thought", says)
			got = sends(h.heron, where, nil, "do", "keep", "key", "k", "title", "Half", "words", "half a thought more")
			status(t, "keep", got, 303)
			to, _, _ = strings.Cut(got.To(), "#")
			kept := h.heron.Get(to).Body
			has(t, "without", kept, "half a thought more")
			lacks(t, "without", kept, says)
		}
	})
}
