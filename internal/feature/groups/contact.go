package groups

import (
	"net/url"
	"slices"
	"strings"

	"cairn/internal/core/chat"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Contact is what came of an event for the public.
type Contact struct {
	ID       moment.ID
	Group    moment.ID
	Day      string // "2026-11-24"
	Talks    int    // conversations
	Given    int    // materials that were taken along
	Signed   int    // people who signed up for something
	Referred int    // people who were shown a way to a service
	Note     string // a few words, for those who hold the group
	By       moment.ID
	At       moment.Time
}

// Validate cleans and checks; an event that is still to come has no contacts.
func (c *Contact) Validate(today calendar.Date) error {
	var p fault.Problems
	if day, ok := calendar.ParseDate(c.Day); !ok || today.Before(day) {
		p.Add("day", "groups.error.contact_day")
	}
	for field, n := range map[string]int{"talks": c.Talks, "given": c.Given, "signed": c.Signed, "referred": c.Referred} {
		if n < 0 || n > mostCount {
			p.AddWith(field, "groups.error.count", map[string]any{"most": mostCount})
		}
	}
	slices.SortFunc(p, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	c.Note = chat.CleanOptional(&p, "note", c.Note, mostWords)
	return p.Err()
}

// Sum is what came of the events of a month. A small number is not given.
type Sum struct {
	Month  string // "2026-11"; "" for all of them together
	Events int
	Cells  [4]Cell // talks, given, signed, referred
}

// Cell is a number, or that it is too small to be given.
type Cell struct {
	N     int
	Few   bool // too small to be given
	Least bool // N is the sum of the months that are given: it is that or more
}

func cellOf(n int) Cell {
	if n > 0 && n < FewestShown {
		return Cell{Few: true}
	}
	return Cell{N: n}
}

// sumsOf leaves small cells out of months. Where one was left out, all months together
// are the sum of those that are given: what was left out cannot be worked out from it.
func sumsOf(rows []monthSum) []Sum {
	var out []Sum
	var all Sum
	for _, m := range rows {
		x := Sum{Month: m.Month, Events: m.Events}
		all.Events += m.Events
		for i, n := range m.counts() {
			x.Cells[i] = cellOf(n)
			all.Cells[i].N += x.Cells[i].N
			all.Cells[i].Least = all.Cells[i].Least || x.Cells[i].Few
		}
		out = append(out, x)
	}
	return append(out, all)
}

func (m monthSum) counts() [4]int { return [4]int{m.Talks, m.Given, m.Signed, m.Referred} }

// Sheet is a page of a talk kit: plain text to speak from, to give away or to print.
type Sheet struct {
	ID    moment.ID
	Group moment.ID
	Title string
	Words string
	Links []string // http and https only
	At    moment.Time
}

// Validate cleans and checks.
func (x *Sheet) Validate() error {
	var p fault.Problems
	x.Title = oneLine(&p, "title", x.Title, mostSheetTitle)
	if x.Title == "" && len(p) == 0 {
		p.Add("title", "groups.error.words")
	}
	x.Words = need(&p, "words", x.Words, mostSheetWords)
	links := []string{}
	for _, typed := range x.Links {
		if typed = strings.TrimSpace(typed); typed == "" {
			continue
		}
		u, err := url.Parse(typed)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(typed) > mostSheetTitle*4 || strings.ContainsAny(typed, "<>\"") {
			p.Add("links", "groups.error.link")
			break
		}
		links = append(links, u.String())
	}
	x.Links = links
	if len(links) > mostSheets {
		p.AddWith("links", "groups.error.sheets", map[string]any{"most": mostSheets})
	}
	return p.Err()
}
