package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cairn/internal/kit/post"
)

func TestSettingsOfACaptionsService(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(post.NewHookSecret() + "\n")
	whole := Settings{Listen: "127.0.0.1:8080", Captions: "https://captions.example.org/rooms", CaptionsName: "Swift Words", CaptionsSecret: file, WebhookAllow: []string{"captions.internal"}}
	for name, tt := range map[string]struct {
		change func(s *Settings)
		want   string
	}{
		"whole":             {func(*Settings) {}, ""},
		"none":              {func(s *Settings) { s.Captions, s.CaptionsName, s.CaptionsSecret = "", "", "" }, ""},
		"a host inside":     {func(s *Settings) { s.Captions = "http://captions.internal:8000/" }, ""},
		"without a name":    {func(s *Settings) { s.CaptionsName = "" }, "belong together"},
		"without a secret":  {func(s *Settings) { s.CaptionsSecret = "" }, "belong together"},
		"without a service": {func(s *Settings) { s.Captions = "" }, "belong together"},
		"plain http":        {func(s *Settings) { s.Captions = "http://captions.example.org/" }, "https address"},
		"another inside":    {func(s *Settings) { s.Captions = "https://10.0.0.1/" }, "https address"},
		"a long name":       {func(s *Settings) { s.CaptionsName = strings.Repeat("x", 61) }, "up to 60"},
		"an empty name":     {func(s *Settings) { s.CaptionsName = "  " }, "up to 60"},
		"two lines":         {func(s *Settings) { s.CaptionsName = "Swift\nWords" }, "up to 60"},
	} {
		s := whole
		tt.change(&s)
		err := s.Check()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := whole.captioning()
	if err != nil || c.Name != "Swift Words" || c.Address != whole.Captions || c.Hook == nil || !post.CanSign(c.Secret) {
		t.Errorf("%+v, %v", c, err)
	}
	write("hunter2")
	if _, err := whole.captioning(); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a file without a secret: %v", err)
	}
	whole.CaptionsSecret += ".none"
	if _, err := whole.captioning(); err == nil {
		t.Error("a file that is not there")
	}
}
