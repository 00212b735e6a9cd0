package app

import (
	"bufio"
	"errors"
	"os"
	"strings"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
)

type userCmd struct {
	Create userCreateCmd `cmd:"" help:"Make an account. The password is read from standard input."`
}

type userCreateCmd struct {
	Settings
	Name     string   `arg:"" help:"The pseudonym."`
	Role     []string `help:"Roles to give: peer, facilitator, supervisor, coordinator, clinician, administrator."`
	Language string   `help:"Language of pages, and the one spoken." default:"en"`
	Zone     string   `help:"Time zone." default:"UTC"`
}

// Run makes an account with a password and recovery codes.
func (c *userCreateCmd) Run(t *terminal) error {
	var roles access.Roles
	for _, name := range c.Role {
		r, ok := access.ParseRole(name)
		if !ok || !access.Set(access.GivenRoles()...).Has(r) {
			return errors.New("--role: there is no role " + name)
		}
		roles |= access.Set(r)
	}
	t.say("Password (at least 10 characters):")
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return errors.New("no password was given on standard input")
	}
	a, err := New(t.ctx, c.Settings, Options{Log: c.logger(t.errw)})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	var codes []string
	err = a.DB.Write(t.ctx, func(tx db.Writer) error {
		id, err := a.People.CreateMember(t.ctx, tx, people.NewMember{Pseudonym: c.Name, Languages: []string{c.Language}, Zone: c.Zone, Lang: c.Language, Roles: roles})
		if err != nil {
			return err
		}
		if err := a.People.SetPassword(t.ctx, tx, id, strings.TrimRight(line, "\r\n")); err != nil {
			return err
		}
		codes, err = a.People.NewRecoveryCodes(t.ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	t.say("%s can sign in at %s/sign-in. These codes work once each when the password is lost:\n  %s", c.Name, c.Public(), strings.Join(codes, "\n  "))
	return nil
}
