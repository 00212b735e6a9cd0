package notify

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// about tells a screen reader which of several like buttons this is.
func about(what string) templ.Attributes { return templ.Attributes{"aria-description": what} }

func openWord(n Notice) string {
	if n.Urgent {
		return "notify.notices.answer"
	}
	return "notify.notices.look"
}

func openKind(n Notice) string {
	if n.Urgent {
		return "send"
	}
	return ""
}

// options are the channels of a kind, as they are chosen.
func (v settingsView) options(ctx context.Context, k Kind) []web.Option {
	out := make([]web.Option, 0, len(v.channels))
	for _, c := range v.channels {
		out = append(out, web.Option{Value: string(c), Label: web.T(ctx, "notify.channel."+string(c)), Checked: v.Wants(k, c)})
	}
	return out
}

// onThis tells whether this device may be pushed to already.
func onThis(v settingsView) bool {
	return slices.ContainsFunc(v.Devices, func(d Device) bool { return d.Session == v.session })
}

func deviceName(ctx context.Context, label string) string {
	if label == "" {
		return web.T(ctx, "notify.devices.unknown")
	}
	return label
}

// reasonWords say why a delivery failed, with the answer's number if there was one.
func reasonWords(ctx context.Context, d Delivery) string {
	why := web.T(ctx, "notify.reason."+d.Reason)
	if d.Status == 0 {
		return why
	}
	return web.T(ctx, "notify.deliveries.status", "why", why, "status", strconv.Itoa(d.Status))
}

// hookKinds say what a webhook is told.
func hookKinds(ctx context.Context, h Hook) string {
	if len(h.Kinds) == 0 {
		return web.T(ctx, "notify.hooks.urgent")
	}
	names := make([]string, 0, len(h.Kinds))
	for _, k := range h.Kinds {
		names = append(names, Title(ctx, k))
	}
	return strings.Join(names, " · ")
}

// options are the kinds that a webhook can be told.
func (v hooksView) options(ctx context.Context) []web.Option {
	out := make([]web.Option, 0, len(v.kinds))
	for _, k := range v.kinds {
		out = append(out, web.Option{Value: k.Name, Label: Title(ctx, k.Name), Hint: k.Name, Checked: slices.Contains(v.chosen, k.Name)})
	}
	return out
}

// unseen counts what was not seen yet.
func unseen(list []Notice) int {
	n := 0
	for _, x := range list {
		if x.SeenAt.IsZero() {
			n++
		}
	}
	return n
}

// channels are those that have something to show.
func (s Standing) channels() []Channel {
	return slices.DeleteFunc(Channels(), func(c Channel) bool { return s.Counts[c] == nil })
}
