package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"

	"cairn/internal/kit/media"
)

// runMedia is `cairn media`: the media server as a child of the service. It takes
// its orders from in, says on out where it serves, and ends when in ends, because
// then the service has ended.
//
// It leaves signals to the service: a service that is told to stop lets people
// finish first.
func runMedia(_ context.Context, in io.Reader, out io.Writer) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	lines := bufio.NewReader(in)
	text, err := lines.ReadBytes('\n')
	if err != nil {
		return errors.New("the media server is started by the service, which tells it what to do; it is no command for people")
	}
	var orders media.Orders
	if err := json.Unmarshal(text, &orders); err != nil {
		return errors.New("the orders cannot be read")
	}
	over := make(chan error, 2)
	go func() {
		_, err := io.Copy(io.Discard, lines) // until the service is gone
		over <- err
	}()
	go func() { over <- complain(serveMedia(orders, out)) }()
	return <-over
}

// complain logs why the server cannot go on, as a line the service passes on.
func complain(err error) error {
	if err != nil {
		_ = json.NewEncoder(os.Stderr).Encode(map[string]string{"level": "error", "msg": err.Error()}) // nowhere else to say it
	}
	return err
}

// serveMedia runs LiveKit and the relay beside it until one of them fails.
func serveMedia(orders media.Orders, out io.Writer) error {
	way, err := chooseWay(orders.UDP)
	if err != nil {
		return err
	}
	api, err := freeTCP()
	if err != nil {
		return err
	}
	text, err := settings(orders, way, api)
	if err != nil {
		return err
	}
	server, err := newLiveKit(text)
	if err != nil {
		return err
	}
	relay, err := startRelay(orders.RelaySecret, way, strangerWithin)
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Start() }()
	for !server.IsRunning() {
		select {
		case err := <-failed:
			return errors.Join(errors.New("the media server did not start"), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	answer := media.Places{API: net.JoinHostPort(loopback, fmt.Sprint(api)), TURN: relay.address()}
	if err := json.NewEncoder(out).Encode(answer); err != nil {
		return err
	}
	return errors.Join(errors.New("the media server stopped"), <-failed)
}

// newLiveKit puts a server together. It uses no more of LiveKit than this.
func newLiveKit(text string) (*service.LivekitServer, error) {
	conf, err := config.NewConfig(text, true, nil, nil)
	if err != nil {
		return nil, err
	}
	config.InitLoggerFromConfig(&conf.Logging)
	node, err := routing.NewLocalNode(conf)
	if err != nil {
		return nil, err
	}
	if err := prometheus.Init(string(node.NodeID()), node.NodeType()); err != nil {
		return nil, err
	}
	return service.InitializeServer(conf, node)
}
