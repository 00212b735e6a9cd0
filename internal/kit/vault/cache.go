package vault

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"

	"cairn/internal/kit/moment"
)

// Unwrapped keys stay in memory this long and in this number at most. Both are
// ours: long enough for a conversation that goes on, short enough that a memory
// dump of a quiet server holds few keys.
const (
	keepFor  = 10 * time.Minute
	keepKeys = 4096
)

type cacheKey [sha256.Size]byte

type cached struct {
	key   cacheKey
	box   *Box
	until time.Time
}

// cache holds unwrapped keys by the hash of their wrapped form, so that it can
// only be asked by somebody who has just read the row.
type cache struct {
	mu    sync.Mutex
	order *list.List // of *cached, the newest use first
	by    map[cacheKey]*list.Element
	now   func() time.Time
	max   int
	sweep *time.Timer // runs only while there is something to forget
}

func newCache() *cache {
	return &cache{order: list.New(), by: map[cacheKey]*list.Element{}, now: time.Now, max: keepKeys}
}

func cacheKeyOf(scope moment.ID, wrapped []byte) cacheKey {
	buf := make([]byte, 0, 160)
	buf = append(buf, scope...)
	buf = append(buf, 0)
	return sha256.Sum256(append(buf, wrapped...))
}

func (c *cache) get(k cacheKey) *Box {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.by[k]
	if e == nil {
		return nil
	}
	item := e.Value.(*cached) //nolint:errcheck,forcetypeassert // the list holds nothing else
	if !c.now().Before(item.until) {
		c.remove(e)
		return nil
	}
	c.order.MoveToFront(e)
	return item.box
}

func (c *cache) put(k cacheKey, box *Box) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.by[k]; e != nil {
		return // its ten minutes go on from its first unwrapping
	}
	c.by[k] = c.order.PushFront(&cached{key: k, box: box, until: c.now().Add(keepFor)})
	for c.order.Len() > c.max {
		c.remove(c.order.Back())
	}
	if c.sweep == nil {
		c.sweep = time.AfterFunc(keepFor/10, c.forget)
	}
}

// forget drops what is too old, and comes again while something is left.
func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for e := c.order.Front(); e != nil; {
		next := e.Next()
		if !now.Before(e.Value.(*cached).until) { //nolint:errcheck,forcetypeassert // the list holds nothing else
			c.remove(e)
		}
		e = next
	}
	c.sweep = nil
	if c.order.Len() > 0 {
		c.sweep = time.AfterFunc(keepFor/10, c.forget)
	}
}

// remove is called with the lock held.
func (c *cache) remove(e *list.Element) {
	c.order.Remove(e)
	delete(c.by, e.Value.(*cached).key) //nolint:errcheck,forcetypeassert // the list holds nothing else
}

func (c *cache) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.order.Len()
}
