package prose

import (
	"crypto/sha256"

	lru "github.com/hashicorp/golang-lru/v2"
)

// What a cache keeps. Both are ours: eight megabytes at the very most.
const (
	mostKept    = 1024    // texts
	longestKept = 4 << 10 // bytes of one that is kept
	widestKept  = 2 * longestKept
)

// Cache keeps the HTML of words that are shown again and again. They stay in memory until
// others need the place: it is for what everybody may read. A nil Cache keeps nothing.
type Cache struct {
	texts *lru.Cache[[sha256.Size]byte, string]
}

// NewCache makes an empty one.
func NewCache() *Cache {
	texts, err := lru.New[[sha256.Size]byte, string](mostKept)
	if err != nil {
		return nil // it says so of a size below one only
	}
	return &Cache{texts}
}

// HTML is HTML.
func (c *Cache) HTML(words string) string {
	if c == nil || len(words) > longestKept {
		return HTML(words)
	}
	key := sha256.Sum256([]byte(words))
	if html, ok := c.texts.Get(key); ok {
		return html
	}
	html := HTML(words)
	if len(html) <= widestKept {
		c.texts.Add(key, html)
	}
	return html
}

// Forget empties it: after something was erased.
func (c *Cache) Forget() {
	if c != nil {
		c.texts.Purge()
	}
}
