package matching_test

import (
	"math/rand/v2"
	"testing"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/feature/matching/scan"
)

func BenchmarkBestOf50000(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 2))
	x, all := matching.NewIndex(), []people.Fit{}
	for i := range 50000 {
		p := scan.RandomProfile(rnd, i)
		all = append(all, p)
		x.Put(p)
	}
	packed := scan.Pack(all)
	asks := make([]matching.Ask, 512)
	for i := range asks {
		asks[i] = scan.RandomAsk(rnd)
	}
	b.Run("index", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			x.Best(asks[i%len(asks)], nil, 10)
		}
	})
	b.Run("scan", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			packed.Best(asks[i%len(asks)], 10)
		}
	})
}
