package safety

import "cairn/internal/kit/access"

// Permissions of safety.
var (
	permPublish = access.Permit("safety.publish", "Coordinators and administrators publish the policy and read what is missing before the service opens.", access.Coordinator, access.Administrator)
	permPhrases = access.Permit("safety.phrases", "Supervisors and coordinators edit the phrases that show crisis lines.", access.Supervisor, access.Coordinator)
)

// canRetire: a phrase that is retired already stays so.
func canRetire(p Phrase) access.Decision {
	if !p.RetiredAt.IsZero() {
		return access.Wrong("safety.error.phrase_retired")
	}
	return access.Allow()
}
