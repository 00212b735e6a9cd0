package prose

import (
	"errors"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"cairn/internal/cairntest/corpus"
)

func TestMarks(t *testing.T) {
	const a = `rel="nofollow noreferrer noopener ugc"`
	for words, want := range map[string]string{
		"one\ntwo\n\nthree":           `<p dir="auto">one<br>two</p><p dir="auto">three</p>`,
		"*soft* and **loud** _here_":  `<p dir="auto"><em>soft</em> and <strong>loud</strong> <em>here</em></p>`,
		"- a\n- b":                    `<ul dir="auto"><li><p dir="auto">a</p></li><li><p dir="auto">b</p></li></ul>`,
		"3. a\n4. b":                  `<ol dir="auto" start="3"><li><p dir="auto">a</p></li><li><p dir="auto">b</p></li></ol>`,
		"> said\n\nyes":               `<blockquote dir="auto"><p dir="auto">said</p></blockquote><p dir="auto">yes</p>`,
		"# no heading":                `<p dir="auto"># no heading</p>`,
		"    no code\n`none`":         "<p dir=\"auto\">no code<br>`none`</p>",
		"<b>no</b> & <script>":        `<p dir="auto">&lt;b&gt;no&lt;/b&gt; &amp; &lt;script&gt;</p>`,
		"![a *cat*](https://a.test/)": `<p dir="auto">a <em>cat</em></p>`,
		"[a]: https://a.test\n\n[a]":  `<p dir="auto">[a]: <a href="https://a.test" ` + a + ` dir="ltr">a.test</a></p><p dir="auto">[a]</p>`,
		"see https://a.test/x.":       `<p dir="auto">see <a href="https://a.test/x" ` + a + ` dir="ltr">a.test/x</a>.</p>`,
		"[here](https://a.test/x)":    `<p dir="auto"><a href="https://a.test/x" ` + a + `>here</a> <bdi>(a.test)</bdi></p>`,
		"<https://a.test/x>":          `<p dir="auto"><a href="https://a.test/x" ` + a + ` dir="ltr">a.test/x</a></p>`,
		`\*not soft\*`:                `<p dir="auto">*not soft*</p>`,
		"@Fern, ask @علي. a@b.test":   `<p dir="auto"><b>@<bdi>Fern</bdi></b>, ask <b>@<bdi>علي</bdi></b>. a@b.test</p>`,
		"":                            "",
		" \n \n":                      "",
	} {
		if got := HTML(words); got != want {
			t.Errorf("%q\n got %s\nwant %s", words, got, want)
		}
	}
}

// A link never says one place and leads to another.
func TestLinksSayWhereTheyLead(t *testing.T) {
	for words, want := range map[string][2]string{ // href, and what is shown
		"[bank.test](https://evil.test/login)":                   {"https://evil.test/login", ">evil.test/login<"},
		"[https://bank.test](https://evil.test)":                 {"https://evil.test", ">evil.test<"},
		"[www.bank.test](http://evil.test)":                      {"http://evil.test", ">evil.test<"},
		"[bank。test](http://evil.test)":                          {"http://evil.test", ">evil.test<"},
		"[click](https://EVIL.test)":                             {"https://evil.test", "(evil.test)"},
		"https://bücher.example/a":                               {"https://xn--bcher-kva.example/a", ">bücher.example/a<"},
		"https://xn--bcher-kva.example/a":                        {"https://xn--bcher-kva.example/a", ">bücher.example/a<"},
		"https://пример.испытание":                               {"https://xn--e1afmkfd.xn--80akhbyknj4f", ">пример.испытание<"},
		"https://аррӏе.example":                                  {"https://xn--80ak6aa92e.example", ">xn--80ak6aa92e.example<"}, // all Cyrillic twins
		"https://pаypal.example":                                 {"https://xn--pypal-4ve.example", ">xn--pypal-4ve.example<"},   // one Cyrillic а
		"https://ɡoogle.example":                                 {"https://xn--oogle-qmc.example", ">xn--oogle-qmc.example<"},   // a phonetic g
		"https://مثال.إختبار":                                    {"https://xn--mgbh0fb.xn--kgbechtv", ">مثال.إختبار<"},
		"https://ｅｖｉｌ.test":                                      {"https://evil.test", ">evil.test<"},
		"https://evil.test/a?q=<b>&r=\"x":                        {"https://evil.test/a?q=", ">evil.test/a<"},
		"[a](https://evil.test/" + strings.Repeat("x", 80) + ")": {"https://evil.test/" + strings.Repeat("x", 80), "(evil.test)"},
	} {
		got := HTML(words)
		if !strings.Contains(got, `href="`+want[0]+`"`) || !strings.Contains(got, want[1]) {
			t.Errorf("%s: %s", words, got)
		}
	}
}

// hostile are words that somebody could mean badly. None makes a link, and none makes
// anything but text of what they are.
var hostile = []string{
	"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java\nscript:alert(1))", "[x](&#106;avascript:alert(1))", "[x](\x01javascript:alert(1))", "[x](javascript&colon;alert(1))",
	"[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:x)", "[x](file:///etc/passwd)", "[x](//evil.test)", "[x](/post/1)", "[x](#main)", "[x](mailto:a@evil.test)", "[x](tel:1)",
	"[x](https://bank.test@evil.test)", "[x](https://bank.test:80@evil.test/)", "[x](https:evil.test)", "[x](https:\\\\evil.test)", "[x](https://)", "[x](https://localhost)",
	"<javascript:alert(1)>", "<data:text/html,x>", "<a@evil.test>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<iframe src=https://evil.test>", "<style>*{}</style>", "<!--", "<![CDATA[", "<?php",
	"![x](javascript:alert(1))", "[![x](https://evil.test/i.png)](javascript:alert(1))", "\u202egnp.exe", "a\u2066b\u2069", "\x00<script>", "&lt;script&gt;", "&#60;script&#62;", "[x]: javascript:alert(1)\n\n[x]",
	"[x](https://evil.test\u202e/moc)", "[x](https://evil.test \"onmouseover=alert(1)\")x\" onclick=\"alert(1)", "\xff\xfe<script>", strings.Repeat(">", 5000), strings.Repeat("- ", 3000) + "x", strings.Repeat("[", 4000), strings.Repeat("*a **b ", 2000),
	strings.Repeat("![", 2000) + "x" + strings.Repeat("](javascript:x)", 2000), strings.Repeat("<", 9000), strings.Repeat("a\n", 20000), strings.Repeat("1. ", 2000), strings.Repeat("> - 1. ", 700), strings.Repeat("\\", 9000), strings.Repeat("_", 9000),
	strings.Repeat("[a](", 1000), strings.Repeat("\u0301", 4000), "<" + strings.Repeat("https://a.test/", 500) + ">", strings.Repeat("https://", 2000), "é" + strings.Repeat("\u200b", 5000),
}

func TestHostileWords(t *testing.T) {
	for _, words := range hostile {
		got := HTML(words)
		check(t, words, got)
	}
	for _, words := range hostile[:25] {
		if got := HTML(words); strings.Contains(got, "<a ") {
			t.Errorf("%q makes a link: %s", words, got)
		}
	}
}

var elements = map[string]bool{"p": true, "br": true, "em": true, "strong": true, "b": true, "ul": true, "ol": true, "li": true, "blockquote": true, "bdi": true, "a": true}

var (
	goodHref = regexp.MustCompile(`^https?://[a-z0-9.-]+(:[0-9]+)?([/?#]|$)`)
	goodRel  = "nofollow noreferrer noopener ugc"
)

// check reads HTML as a browser does, and looks at every tag and attribute in it.
func check(t *testing.T, words, got string) {
	t.Helper()
	if !utf8.ValidString(got) {
		t.Fatalf("%q: no letters", words)
	}
	if strings.ContainsFunc(got, func(r rune) bool {
		return unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' || unicode.IsControl(r) && r != '\n' && r != '\t'
	}) {
		t.Fatalf("%q: hidden signs in %q", words, got)
	}
	z := html.NewTokenizer(strings.NewReader(got))
	var open []string
	quotes := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Fatalf("%q: %v", words, z.Err())
			}
			if len(open) != 0 {
				t.Fatalf("%q: %v stay open in %s", words, open, got)
			}
			return
		case html.CommentToken, html.DoctypeToken, html.SelfClosingTagToken:
			t.Fatalf("%q: %s", words, got)
		case html.TextToken:
		case html.StartTagToken:
			tag := z.Token()
			if !elements[tag.Data] {
				t.Fatalf("%q: <%s>", words, tag.Data)
			}
			attrs(t, words, tag)
			if tag.Data == "a" {
				for _, o := range open {
					if o == "a" {
						t.Fatalf("%q: a link in a link", words)
					}
				}
			}
			if tag.Data == "blockquote" || tag.Data == "ul" || tag.Data == "ol" {
				if quotes++; quotes > deepest {
					t.Fatalf("%q: too deep: %s", words, got)
				}
			}
			if tag.Data != "br" {
				open = append(open, tag.Data)
			}
		case html.EndTagToken:
			tag := z.Token()
			if len(open) == 0 || open[len(open)-1] != tag.Data {
				t.Fatalf("%q: </%s> after %v", words, tag.Data, open)
			}
			open = open[:len(open)-1]
			if tag.Data == "blockquote" || tag.Data == "ul" || tag.Data == "ol" {
				quotes--
			}
		}
	}
}

func attrs(t *testing.T, words string, tag html.Token) {
	t.Helper()
	rel := ""
	for _, a := range tag.Attr {
		switch {
		case a.Key == "dir" && (a.Val == "auto" || a.Val == "ltr"):
		case a.Key == "start" && tag.Data == "ol" && regexp.MustCompile(`^[0-9]{1,6}$`).MatchString(a.Val):
		case a.Key == "rel" && tag.Data == "a":
			rel = a.Val
		case a.Key == "href" && tag.Data == "a" && goodHref.MatchString(a.Val) && namesNobody(a.Val):
		default:
			t.Fatalf("%q: %s=%q on <%s>", words, a.Key, a.Val, tag.Data)
		}
	}
	if tag.Data == "a" && rel != goodRel {
		t.Fatalf("%q: rel=%q", words, rel)
	}
}

// namesNobody: in http://good.example@evil.example the first name is a user, and the link
// leads to the second.
func namesNobody(href string) bool {
	u, err := url.Parse(href)
	return err == nil && u.User == nil
}

// letters are those of a text, in their order.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

// kept looks whether all words are there still. Where a link could be, its address is not a word.
func kept(t *testing.T, words, got string) {
	t.Helper()
	if strings.ContainsAny(words, "[]<>:/") {
		return
	}
	var text strings.Builder
	z := html.NewTokenizer(strings.NewReader(got))
	for z.Next() != html.ErrorToken {
		if tok := z.Token(); tok.Type == html.TextToken {
			text.WriteString(tok.Data)
		}
	}
	if was, is := letters(clean(words)), letters(text.String()); was != is {
		t.Fatalf("%q: of %q there is %q", words, was, is)
	}
}

func TestNoWordIsLost(t *testing.T) {
	for _, words := range []string{"    far in", "-      far in", "- a\n\n          far in", "\tfar\n\tin", "1.     a\n        b", "a\n    b\n\n    c", "*    a", "&amp; &lt;b", "a_b*c_d*e", "***", "+\n+ a"} {
		kept(t, words, HTML(words))
	}
}

func FuzzHTML(f *testing.F) {
	for _, words := range hostile {
		if len(words) < 2000 {
			f.Add(words)
		}
	}
	f.Add("a\n\n> - *b* [c](https://d.test/e?f=g#h) <https://i.test>\n> 1. **j**\n\nhttps://пример.испытание/к")
	for _, words := range corpus.Kept(f, "testdata/FuzzHTML.txt") {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, words string) {
		got := HTML(words)
		check(t, words, got)
		kept(t, words, got)
	})
}
