package discussion

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/picture"
)

// picturing bounds how many forms with pictures one person sends: making them anew costs.
var picturing = access.Rate{Name: "discussion.picture", Most: 20, Per: 10 * time.Minute}

// mayPost gives the space, for whoever may write a post there now.
func (s *Service) mayPost(ctx context.Context, r db.Reader, a access.Actor, space moment.ID) (room, error) {
	x, err := s.visit(ctx, r, a, space)
	if err == nil {
		err = canPost(x.viewer, x.Space).Err()
	}
	return x, err
}

// mayComment gives the space of a post, for whoever may write below it now.
func (s *Service) mayComment(ctx context.Context, r db.Reader, a access.Actor, post moment.ID) (room, error) {
	x, e, err := s.at(ctx, r, a, post)
	if err == nil {
		err = canComment(x.viewer, x.Space, e).Err()
	}
	return x, err
}

// takes tells whether a place takes pictures from whoever may writes there. What else stands
// in the way is said once the form was read, with the words still there.
func takes(x room, err error) bool { return err == nil && x.Rules.Pictures }

// clean makes the pictures of a draft anew, before anything is written. may decides first,
// so that nobody has pictures made who cannot post them.
func (s *Service) clean(ctx context.Context, a access.Actor, d Draft, may func(r db.Reader) (room, error)) ([]cleaned, error) {
	if len(d.Pictures) == 0 {
		return nil, nil
	}
	x, err := may(s.DB.Reader())
	if err != nil {
		return nil, err
	}
	var p fault.Problems
	if !x.Rules.Pictures {
		p.Add("words", "discussion.error.no_pictures") // the form has no field for it any more
		return nil, p.Err()
	}
	if err := s.DB.Write(ctx, func(tx db.Writer) error { return picturing.Spend(ctx, tx, a.Person, s.Clock.Now()) }); err != nil {
		return nil, err
	}
	select {
	case s.making <- struct{}{}:
		defer func() { <-s.making }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	out := make([]cleaned, len(d.Pictures))
	for i, u := range d.Pictures {
		out[i].alt = u.Alt
		if out[i].Picture, err = picture.Clean(u.Body); err != nil {
			key, args := pictureProblem(err)
			if key == "" {
				return nil, fault.Op("picture", err)
			}
			p.AddWith(u.field(false), key, args)
		}
	}
	return out, p.Err()
}

// keepPictures stores the pictures of a new entry, sealed.
func (s *Service) keepPictures(ctx context.Context, tx db.Writer, x room, entry moment.ID, list []cleaned) error {
	if len(list) > 0 && !x.Rules.Pictures { // it changed in the meantime
		return fault.New(fault.Conflict, "discussion.error.changed")
	}
	for i, c := range list {
		r := pictureRow{Pictured: Pictured{ID: moment.NewID(), Entry: entry, Width: c.Width, Height: c.Height}, kind: c.Type}
		r.alt, r.body = x.box.Seal([]byte(c.alt), altPlace(r.ID)), x.box.Seal(c.Body, picturePlace(r.ID))
		if err := insertPicture(ctx, tx, r, i+1); err != nil {
			return err
		}
	}
	return nil
}

func altPlace(id moment.ID) string { return "discussion_picture.alt|" + string(id) }

func picturePlace(id moment.ID) string { return "discussion_picture.body|" + string(id) }

// pictured gives the pictures of entries with their words, where the space shows any.
func (s *Service) pictured(ctx context.Context, r db.Reader, x room, entries []moment.ID) (map[moment.ID][]Pictured, error) {
	out := map[moment.ID][]Pictured{}
	if !x.Rules.Pictures {
		return out, nil
	}
	list, err := picturesOf(ctx, r, entries)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if p.Alt, err = openIn(x, p.alt, altPlace(p.ID)); err != nil {
			return nil, err
		}
		out[p.Entry] = append(out[p.Entry], p.Pictured)
	}
	return out, nil
}

// Picture gives a picture of an entry to whoever sees the entry now, with its type. Where the
// space has no pictures any more there is none.
func (s *Service) Picture(ctx context.Context, a access.Actor, entry, id moment.ID) (picture.Picture, error) {
	r := s.DB.Reader()
	x, e, err := s.at(ctx, r, a, entry)
	if err == nil && (!x.Rules.Pictures || e.State == Withdrawn) {
		err = fault.Hidden()
	}
	if err != nil {
		return picture.Picture{}, err
	}
	p, found, err := pictureByID(ctx, r, entry, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return picture.Picture{}, err
	}
	body, err := x.box.Open(p.body, picturePlace(id))
	if err != nil {
		return picture.Picture{}, fault.Op("picture", err)
	}
	// A page that stands open fetches the pictures of what appears on it by itself: that is
	// written down, and counts as opening for nobody.
	if err := s.noteReads(ctx, a, []row{{Entry: e}}); err != nil {
		return picture.Picture{}, err
	}
	out := picture.Picture{Type: p.kind, Width: p.Width, Height: p.Height, Body: body}
	return out, s.noteOpened(ctx, a, x.Stand, access.Entry{Verb: "discussion.read_picture", Kind: "picture", Object: id})
}

// exportedPicture is a file of its own in "all my data". Body is base64.
type exportedPicture struct {
	Entry moment.ID `json:"entry"`
	Shows string    `json:"shows"`
	Type  string    `json:"type"`
	Body  []byte    `json:"body"`
}

// exportPictures gives the pictures of an entry, a file each, also where a space shows none now.
func (h Holding) exportPictures(ctx context.Context, r db.Reader, x room, entry moment.ID, put func(file string, v any) error) error {
	list, err := picturesOf(ctx, r, []moment.ID{entry})
	if err != nil {
		return err
	}
	for _, p := range list {
		whole, found, err := pictureByID(ctx, r, entry, p.ID)
		if err != nil || !found {
			return err
		}
		out := exportedPicture{Entry: entry, Type: p.kind}
		if out.Shows, err = openIn(x, p.alt, altPlace(p.ID)); err != nil {
			return err
		}
		if out.Body, err = x.box.Open(whole.body, picturePlace(p.ID)); err != nil {
			return fault.Op("picture", err)
		}
		if err := put("picture-"+string(p.ID)+".json", out); err != nil {
			return err
		}
	}
	return nil
}
