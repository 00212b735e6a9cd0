package prose

import "testing"

func TestPlain(t *testing.T) {
	for words, want := range map[string]string{
		"for *three* breaths\nand **out**":      "for three breaths and out",
		"> said\n\nyes":                         "said · yes",
		"- a walk\n- a song":                    "a walk · a song",
		"[here](https://a.test/x) & <b>there":   "here (a.test) & <b>there",
		"see https://a.test/x":                  "see a.test/x",
		"one.\n\ntwo":                           "one. two",
		"one\n\ntwo":                            "one · two",
		"&lt;script&gt; stays what was written": "&lt;script&gt; stays what was written",
		"":                                      "",
	} {
		if got := Plain(words); got != want {
			t.Errorf("%q gives %q, not %q", words, got, want)
		}
	}
}
