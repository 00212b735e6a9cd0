package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"cairn/internal/kit/media"

	"github.com/gorilla/websocket"
	"github.com/livekit/protocol/auth"
)

// alone is the media server without the service, spoken to as a program would that
// has its keys. It is set up as the service sets up its own: one UDP port, the
// relay on a port that both kinds of media share, rooms made before they are entered.
type alone struct {
	cmd   *exec.Cmd
	stdin io.Closer
	end   func()
	url   string
	key   string
	pass  string
}

func startAlone(ctx context.Context) (*alone, error) {
	udp, err := freePort("udp")
	if err != nil {
		return nil, err
	}
	line, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // closed by its server
	if err != nil {
		return nil, err
	}
	relay, err := media.RelayOf("http://" + strings.Replace(line.Addr().String(), "127.0.0.1", "localhost", 1))
	if err != nil {
		return nil, err
	}
	o := media.Orders{Key: "bench", Secret: strings.Repeat("secret", 8), RelaySecret: "relay of the bench", Relay: relay, UDP: fmt.Sprintf("127.0.0.1:%d", udp)}
	cmd := exec.Command(program(), "media") //nolint:gosec,noctx // our own program, ended by stop
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	a := &alone{cmd: cmd, stdin: stdin, key: o.Key, pass: o.Secret, end: func() {}}
	var places media.Places
	if err = json.NewEncoder(stdin).Encode(o); err == nil { //nolint:gosec // made up, to our own child
		err = json.NewDecoder(bufio.NewReader(stdout)).Decode(&places)
	}
	if err != nil || places.API == "" {
		a.stop()
		return nil, fmt.Errorf("the media server did not start: %w", err)
	}
	a.url = "http://" + places.API
	serving, end := context.WithCancel(ctx)
	a.end = end
	go func() { _ = media.ServeRelay(serving, line, func() string { return places.TURN }) }() // ends with stop
	return a, nil
}

func (a *alone) stop() {
	a.end()
	_ = a.stdin.Close()
	_ = a.cmd.Process.Kill()
	_ = a.cmd.Wait() // it was killed
}

func (a *alone) media() (int, error) { return a.cmd.Process.Pid, nil }

// token is what the service would give to somebody who may speak and show.
func (a *alone) token(who string) (string, error) {
	yes, no := true, false
	g := &auth.VideoGrant{RoomJoin: true, Room: "hall", CanPublish: &yes, CanSubscribe: &yes, CanPublishData: &no, CanUpdateOwnMetadata: &no, CanPublishSources: []string{"microphone", "camera"}}
	return auth.NewAccessToken(a.key, a.pass).SetIdentity(who).SetValidFor(time.Hour).SetVideoGrant(g).ToJWT()
}

// make makes the room, as the service does before each line.
func (a *alone) make(ctx context.Context) error {
	token, err := auth.NewAccessToken(a.key, a.pass).SetVideoGrant(&auth.VideoGrant{RoomCreate: true}).ToJWT()
	if err != nil {
		return err
	}
	body := []byte(`{"name":"hall","max_participants":100,"empty_timeout":600,"departure_timeout":600}`)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/twirp/livekit.RoomService/CreateRoom", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the room was not made: %d", res.StatusCode)
	}
	return nil
}

// line opens somebody's line.
func (a *alone) line(ctx context.Context, n int, query string) (*websocket.Conn, error) {
	if err := a.make(ctx); err != nil {
		return nil, err
	}
	token, err := a.token(fmt.Sprintf("guest%02d", n))
	if err != nil {
		return nil, err
	}
	return dial(a.url+"/rtc/v1?"+query, http.Header{"Authorization": {"Bearer " + token}})
}

func (a *alone) leave() error { return nil }
