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

func BenchmarkSuggestOf50000(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 2))
	x, all := mentors(rnd, 50000)
	lessons := scan.RandomLessons(rnd, 20000)
	x.Learn(lessons)
	packed := scan.PackMentors(all, lessons)
	seeks := make([]matching.Seek, 4096)
	for i := range seeks {
		seeks[i] = scan.RandomMember(rnd)
	}
	b.Run("index", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			x.Suggest(seeks[i%len(seeks)], 10)
		}
	})
	b.Run("scan", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			packed.Best(seeks[i%len(seeks)], 10)
		}
	})
}
