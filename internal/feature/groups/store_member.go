package groups

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const memberColumns = `group_id, person, facilitates, listed, follows, agreed, place, joined_at, held_at`

func scanMember(r db.Row, m *Member) error {
	return r.Scan(&m.Group, &m.Person, &m.Facilitates, &m.Listed, &m.Follows, &m.Agreed, &m.Place, &m.JoinedAt, &m.HeldAt)
}

func memberOf(ctx context.Context, r db.Reader, group, person moment.ID) (*Member, error) {
	var m Member
	err := scanMember(r.QueryRow(ctx, `SELECT `+memberColumns+` FROM groups_member WHERE group_id = $1 AND person = $2`, group, person), &m)
	if db.IsNone(err) {
		return nil, nil
	}
	return &m, db.Problem("member", err)
}

// membersOf gives who is in a group: its facilitators in their order, then the
// others since when they came.
func membersOf(ctx context.Context, r db.Reader, group moment.ID) ([]Member, error) {
	rows, err := r.Query(ctx, `SELECT `+memberColumns+` FROM groups_member WHERE group_id = $1 ORDER BY facilitates DESC, place, joined_at, person`, group)
	return db.Collect(rows, err, scanMember)
}

// facilitatorsOf gives the facilitators of some groups, each in the group's order.
func facilitatorsOf(ctx context.Context, r db.Reader, groups []moment.ID) (map[moment.ID][]Member, error) {
	out := map[moment.ID][]Member{}
	if len(groups) == 0 {
		return out, nil
	}
	in, args := db.In(1, groups)
	rows, err := r.Query(ctx, `SELECT `+memberColumns+` FROM groups_member WHERE facilitates AND group_id IN (`+in+`) ORDER BY group_id, place, held_at, person`, args...)
	list, err := db.Collect(rows, err, scanMember)
	for _, m := range list {
		out[m.Group] = append(out[m.Group], m)
	}
	return out, err
}

// membershipsOf gives every group somebody is in.
func membershipsOf(ctx context.Context, r db.Reader, person moment.ID) ([]Member, error) {
	rows, err := r.Query(ctx, `SELECT `+memberColumns+` FROM groups_member WHERE person = $1 ORDER BY joined_at, group_id`, person)
	return db.Collect(rows, err, scanMember)
}

// followersOf gives who is told of what is new on the wall.
func followersOf(ctx context.Context, r db.Reader, group, after moment.ID, most int) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT person FROM groups_member WHERE group_id = $1 AND follows AND person > $2 ORDER BY person LIMIT $3`, group, string(after), most)
	return db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
}

// claimPlace counts one more in a group; false when it is full or does not run.
func claimPlace(ctx context.Context, tx db.Writer, group moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE groups_group SET members = members + 1 WHERE id = $1 AND state IN ('open', 'paused', 'proposed') AND members < $2 AND (most = 0 OR members < most)`, group, MostMembers)
	return n > 0, err
}

func givePlaceBack(ctx context.Context, tx db.Writer, group moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE groups_group SET members = members - 1 WHERE id = $1 AND members > 0`, group)
	return err
}

// insertMember tells whether the person is new in the group.
func insertMember(ctx context.Context, tx db.Writer, m Member) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO groups_member (`+memberColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		m.Group, m.Person, m.Facilitates, m.Listed, m.Follows, m.Agreed, m.Place, m.JoinedAt, m.HeldAt)
	return n > 0, err
}

func updateMember(ctx context.Context, tx db.Writer, m Member) error {
	_, err := tx.Exec(ctx, `UPDATE groups_member SET facilitates = $3, listed = $4, follows = $5, agreed = $6, place = $7, held_at = $8 WHERE group_id = $1 AND person = $2`,
		m.Group, m.Person, m.Facilitates, m.Listed, m.Follows, m.Agreed, m.Place, m.HeldAt)
	return err
}

// deleteMember tells whether the person was in the group.
func deleteMember(ctx context.Context, tx db.Writer, group, person moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM groups_member WHERE group_id = $1 AND person = $2`, group, person)
	return n > 0, err
}

// setAgreement moves the version that holds on; false when somebody was faster.
func setAgreement(ctx context.Context, tx db.Writer, group moment.ID, was int, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE groups_group SET agreement = agreement + 1, changed_at = $3 WHERE id = $1 AND agreement = $2`, group, was, now)
	return n > 0, err
}

func insertAgreement(ctx context.Context, tx db.Writer, group moment.ID, a Agreement) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_agreement (group_id, version, sentences, by_person, at) VALUES ($1, $2, $3, $4, $5)`, group, a.Version, jsonOf(a.Sentences), a.By, a.At)
	return err
}

// agreementAt gives a version; the empty one when it is not there.
func agreementAt(ctx context.Context, r db.Reader, group moment.ID, version int) (a Agreement, err error) {
	var sentences string
	err = r.QueryRow(ctx, `SELECT version, sentences, by_person, at FROM groups_agreement WHERE group_id = $1 AND version = $2`, group, version).Scan(&a.Version, &sentences, &a.By, &a.At)
	if db.IsNone(err) {
		return Agreement{}, nil
	}
	a.Sentences = fromJSON[[]string](sentences)
	return a, db.Problem("agreement", err)
}

func forgetAgreer(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE groups_agreement SET by_person = NULL WHERE by_person = $1`, person)
	return err
}

// outOf tells whether somebody was taken out of a group, with the sealed reason.
func outOf(ctx context.Context, r db.Reader, group, person moment.ID) (sealed []byte, at moment.Time, out bool, err error) {
	err = r.QueryRow(ctx, `SELECT reason, at FROM groups_out WHERE group_id = $1 AND person = $2`, group, person).Scan(&sealed, &at)
	if db.IsNone(err) {
		return nil, 0, false, nil
	}
	return sealed, at, err == nil, db.Problem("out", err)
}

// outRow is somebody who was taken out.
type outRow struct {
	Group, Person moment.ID
	At            moment.Time
	reason        []byte
}

func scanOut(r db.Row, o *outRow) error { return r.Scan(&o.Group, &o.Person, &o.At, &o.reason) }

func outsOf(ctx context.Context, r db.Reader, group moment.ID) ([]outRow, error) {
	rows, err := r.Query(ctx, `SELECT group_id, person, at, reason FROM groups_out WHERE group_id = $1 ORDER BY at, person`, group)
	return db.Collect(rows, err, scanOut)
}

func outsWith(ctx context.Context, r db.Reader, person moment.ID) ([]outRow, error) {
	rows, err := r.Query(ctx, `SELECT group_id, person, at, reason FROM groups_out WHERE person = $1 ORDER BY at, group_id`, person)
	return db.Collect(rows, err, scanOut)
}

func insertOut(ctx context.Context, tx db.Writer, o outRow, by moment.ID) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_out (group_id, person, reason, by_person, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (group_id, person) DO UPDATE SET reason = excluded.reason, by_person = excluded.by_person, at = excluded.at`, o.Group, o.Person, o.reason, by, o.At)
	return err
}

func deleteOut(ctx context.Context, tx db.Writer, group, person moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM groups_out WHERE group_id = $1 AND person = $2`, group, person)
	return n > 0, err
}

// offerRow is an offer to hold a group.
type offerRow struct {
	Group, Person, By moment.ID
	At                moment.Time
}

func offerOf(ctx context.Context, r db.Reader, group moment.ID) (o offerRow, found bool, err error) {
	err = r.QueryRow(ctx, `SELECT group_id, person, by_person, at FROM groups_offer WHERE group_id = $1`, group).Scan(&o.Group, &o.Person, &o.By, &o.At)
	if db.IsNone(err) {
		return o, false, nil
	}
	return o, err == nil, db.Problem("offer", err)
}

// offersTo gives the groups that somebody was asked to hold.
func offersTo(ctx context.Context, r db.Reader, person moment.ID) ([]offerRow, error) {
	rows, err := r.Query(ctx, `SELECT group_id, person, by_person, at FROM groups_offer WHERE person = $1 ORDER BY at, group_id`, person)
	return db.Collect(rows, err, func(r db.Row, o *offerRow) error { return r.Scan(&o.Group, &o.Person, &o.By, &o.At) })
}

func putOffer(ctx context.Context, tx db.Writer, o offerRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_offer (group_id, person, by_person, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (group_id) DO UPDATE SET person = excluded.person, by_person = excluded.by_person, at = excluded.at`, o.Group, o.Person, o.By, o.At)
	return err
}

// dropOffer takes the offer of a group back; with a person only when it is theirs.
func dropOffer(ctx context.Context, tx db.Writer, group, person moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM groups_offer WHERE group_id = $1 AND (person = $2 OR CAST($2 AS TEXT) IS NULL)`, group, person)
	return n > 0, err
}

func dropOffersOf(ctx context.Context, tx db.Writer, person moment.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM groups_offer WHERE person = $1`, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE groups_offer SET by_person = NULL WHERE by_person = $1`, person)
	return err
}

func forgetOuter(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE groups_out SET by_person = NULL WHERE by_person = $1`, person)
	return err
}
