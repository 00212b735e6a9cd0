package app

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cairn/internal/core/rooms"
	"cairn/internal/kit/post"
)

// longestCaptionsName is what fits under a tile of a room, in characters.
const longestCaptionsName = 60

// checkCaptions tells what cannot work of a captions service outside.
func (s Settings) checkCaptions() error {
	if s.Captions == "" && s.CaptionsName == "" && s.CaptionsSecret == "" {
		return nil
	}
	if s.Captions == "" || s.CaptionsName == "" || s.CaptionsSecret == "" {
		return errSetting("--captions, --captions-name and --captions-secret-file belong together")
	}
	if err := post.NewGuard(s.WebhookAllow...).Check(s.Captions); err != nil {
		return errSetting("--captions must be an https address of a public machine, or of a host in --webhook-allow, such as https://captions.example.org/rooms")
	}
	name := s.CaptionsName
	if utf8.RuneCountInString(name) > longestCaptionsName || strings.TrimSpace(name) == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return errSetting("--captions-name is what people read of the service, in one line of up to 60 characters")
	}
	return nil
}

// captioning is the captions service outside that the operator named; its zero is none.
func (s Settings) captioning() (rooms.Captioning, error) {
	if s.Captions == "" {
		return rooms.Captioning{}, nil
	}
	key, err := secret(s.CaptionsSecret)
	if err != nil {
		return rooms.Captioning{}, err
	}
	if !post.CanSign(key) {
		return rooms.Captioning{}, errSetting("the file of --captions-secret-file must hold one secret of Standard Webhooks: whsec_ and 24 to 64 bytes in base64")
	}
	return rooms.Captioning{Name: strings.TrimSpace(s.CaptionsName), Address: s.Captions, Secret: key, Hook: post.NewHook(post.NewGuard(s.WebhookAllow...))}, nil
}
