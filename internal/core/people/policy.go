package people

import (
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of the routes. No token manages an account: whoever finds one can
// do what its person does here, and cannot take the account over.
var (
	PermDoor     = noToken("people.door", "Everybody may come in: join, sign in, come back by code words.", access.Visitor)
	PermOwn      = noToken("people.own", "A guest or a member sees who opened what is theirs, takes it along and deletes it.", access.Guest, access.Member)
	PermAccount  = noToken("people.account", "A member manages their profile, ways in, sessions, tokens and blocks.", access.Member)
	PermTaxonomy = noToken("people.taxonomy", "Coordinators edit the situations that people choose from.", access.Coordinator)
	PermAccounts = noToken("people.accounts", "Administrators give and take roles.", access.Administrator)
)

func noToken(name, sentence string, roles ...access.Role) access.Permission {
	p := access.Permit(name, sentence, roles...)
	p.NoToken = true
	return p
}

// canJoin: a guest keeps everything by it; a member is here already.
func canJoin(a access.Actor) access.Decision {
	if a.Has(access.Member) {
		return access.Wrong("people.error.already_member")
	}
	return access.Allow()
}

// canGive: roles that are given go to members. A guest is gone tomorrow.
func canGive(a access.Actor, to Kind, role access.Role) access.Decision {
	switch {
	case !a.Has(access.Administrator) || !slices.Contains(access.GivenRoles(), role):
		return access.Hide()
	case to != KindMember:
		return access.Wrong("people.error.only_members")
	}
	return access.Allow()
}

// canTake: the service never stands without an administrator.
func canTake(a access.Actor, role access.Role, administrators int) access.Decision {
	switch {
	case !a.Has(access.Administrator) || !slices.Contains(access.GivenRoles(), role):
		return access.Hide()
	case role == access.Administrator && administrators <= 1:
		return access.Wrong("people.error.last_administrator")
	}
	return access.Allow()
}

// canErase: a person deletes their own account, unless nobody would be left who
// can give roles.
func canErase(roles access.Roles, administrators int) access.Decision {
	if roles.Has(access.Administrator) && administrators <= 1 {
		return access.Wrong("people.error.last_administrator")
	}
	return access.Allow()
}

// canRemoveWay: the last way in goes only when the person was warned and is sure.
func canRemoveWay(left Ways, sure bool) access.Decision {
	if !left.Any() && !sure {
		return access.Wrong("people.error.last_way")
	}
	return access.Allow()
}

// canEditTaxonomy: coordinators do.
func canEditTaxonomy(a access.Actor) access.Decision {
	if !a.Has(access.Coordinator) {
		return access.Hide()
	}
	return access.Allow()
}

// canChangeWords: words of one's own are nobody else's to change.
func canChangeWords(a access.Actor, whose moment.ID) access.Decision {
	if !a.Known() || a.Person != whose {
		return access.Hide()
	}
	return access.Allow()
}

// canAnswerSuggestion: coordinators answer what was suggested, and find nothing
// of words that were not, or were answered already.
func canAnswerSuggestion(a access.Actor, state ownState) access.Decision {
	if !a.Has(access.Coordinator) || state != ownSuggested {
		return access.Hide()
	}
	return access.Allow()
}

// canLift: a block is lifted by whoever made it. "I may know this person" stays.
func canLift(a access.Actor, by string, kind ApartKind) access.Decision {
	switch {
	case by != string(a.Person):
		return access.Hide()
	case kind != Block:
		return access.Wrong("people.error.stays")
	}
	return access.Allow()
}
