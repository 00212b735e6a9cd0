package notify

import (
	"context"
	"fmt"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Holding is notify's part of "all my data" and of deleting an account.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "notices" }

type exported struct {
	Told    []exportedNotice `json:"told"`
	Chosen  []exportedChoice `json:"chosen"`
	Quiet   *exportedHours   `json:"quiet_hours,omitempty"`
	Devices []exportedDevice `json:"devices"`
}

type exportedNotice struct {
	Kind    string `json:"kind"`
	Path    string `json:"path"`
	Told    string `json:"told"`
	Seen    string `json:"seen,omitempty"`
	Settled string `json:"settled,omitempty"`
}

type exportedChoice struct {
	Kind    string  `json:"kind"`
	Channel Channel `json:"channel"`
	Wanted  bool    `json:"wanted"`
}

type exportedHours struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type exportedDevice struct {
	Since string `json:"since"`
}

// Export gives what the person was told and how they are reached. The address
// and keys of a device are left out: whoever has them can send to it.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	out := exported{Told: []exportedNotice{}, Chosen: []exportedChoice{}, Devices: []exportedDevice{}}
	told, err := everyNotice(ctx, r, person)
	if err != nil {
		return err
	}
	for _, n := range told {
		out.Told = append(out.Told, exportedNotice{n.Kind, n.Path, n.ToldAt.Stamp(), n.SeenAt.Stamp(), n.SettledAt.Stamp()})
	}
	chosen, err := choicesOf(ctx, r, person)
	if err != nil {
		return err
	}
	for _, c := range chosen {
		out.Chosen = append(out.Chosen, exportedChoice(c))
	}
	hours, set, err := hoursOf(ctx, r, person)
	if err != nil {
		return err
	}
	if set {
		out.Quiet = &exportedHours{clock(hours.From), clock(hours.To)}
	}
	devices, err := devicesOf(ctx, r, person)
	if err != nil {
		return err
	}
	for _, d := range devices {
		out.Devices = append(out.Devices, exportedDevice{d.Since.Stamp()})
	}
	return put("notices.json", out)
}

// clock writes minutes of the day as "22:00".
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// Erase deletes everything of a person, and what was about to be sent to them.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, _ moment.Time) error {
	waiting, err := eraseOf(ctx, tx, person)
	if err != nil {
		return err
	}
	return h.cancel(ctx, tx, waiting)
}
