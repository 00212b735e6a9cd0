package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/livekit-server/test/client"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"google.golang.org/protobuf/proto"
)

// What a synthetic person sends: a voice as Opus makes it, and a small picture. It is
// never decoded; only its size and its beat matter.
const (
	voiceEvery  = 20 * time.Millisecond // RFC 7587, the usual frame
	voiceBytes  = 80                    // 32 kbit/s
	frameEvery  = 66 * time.Millisecond // 15 a second
	frameBytes  = 1000                  // 120 kbit/s
	wholeEvery  = 15                    // frames until one that stands by itself: one second
	connectsFor = 30 * time.Second
)

// person is somebody in a room who is a program.
type person struct {
	*client.RTCClient
	stop context.CancelFunc
}

// wish is the query with which a person's line begins, as livekit-client's does.
func wish() (string, error) {
	inner, err := proto.Marshal(&livekit.JoinRequest{
		ClientInfo:         &livekit.ClientInfo{Sdk: livekit.ClientInfo_GO, Protocol: int32(types.CurrentProtocol)},
		ConnectionSettings: &livekit.ConnectionSettings{AutoSubscribe: true},
	})
	if err != nil {
		return "", err
	}
	outer, err := proto.Marshal(&livekit.WrappedJoinRequest{JoinRequest: inner})
	return url.Values{"join_request": {base64.URLEncoding.EncodeToString(outer)}}.Encode(), err
}

// comes makes a person of a line: connected, sending, hearing and seeing everybody.
func comes(ctx context.Context, line *websocket.Conn, n int) (*person, error) {
	c, err := client.NewRTCClient(line, true, &client.Options{SignalRequestInterceptor: named})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	p := &person{RTCClient: c, stop: stop}
	go func() { _ = c.Run() }() // it ends with the line
	if err := c.WaitUntilConnected(connectsFor); err != nil {
		p.leaves()
		return nil, err
	}
	for _, kind := range []string{webrtc.MimeTypeOpus, webrtc.MimeTypeVP8} {
		track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: kind}, fmt.Sprintf("%s-%d", kind[:5], n), fmt.Sprintf("of-%d", n))
		if err == nil {
			_, err = c.AddTrack(track, "", client.AddTrackNoWriter())
		}
		if err != nil {
			p.leaves()
			return nil, err
		}
		if kind == webrtc.MimeTypeOpus {
			go send(ctx, track, voiceEvery, func(int) []byte { return make([]byte, voiceBytes) })
		} else {
			go send(ctx, track, frameEvery, frame)
		}
	}
	return p, nil
}

// named says what a track is: nothing may be sent under no name.
func named(msg *livekit.SignalRequest, next client.SignalRequestHandler) error {
	if a := msg.GetAddTrack(); a != nil {
		a.Source = livekit.TrackSource_MICROPHONE
		if a.GetType() == livekit.TrackType_VIDEO {
			a.Source, a.Width, a.Height = livekit.TrackSource_CAMERA, 320, 180
		}
	}
	return next(msg)
}

// send writes until ctx ends.
func send(ctx context.Context, track *webrtc.TrackLocalStaticSample, every time.Duration, next func(n int) []byte) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if track.WriteSample(media.Sample{Data: next(n), Duration: every}) != nil {
			return // the line has ended
		}
	}
}

// frame is a picture as far as the media server reads it: RFC 6386, 9.1.
func frame(n int) []byte {
	b := make([]byte, frameBytes)
	b[0] = 0x11 // a frame that is shown, and builds on others
	if n%wholeEvery == 0 {
		copy(b, []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 320 & 0xff, 320 >> 8, 180, 0})
	}
	return b
}

// sees tells how many tracks of others somebody has.
func (p *person) sees() int {
	n := 0
	for _, of := range p.SubscribedTracks() {
		n += len(of)
	}
	return n
}

func (p *person) leaves() {
	p.stop()
	p.Stop()
}
