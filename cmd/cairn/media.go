package main

import (
	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"
)

func media(yaml string) error {
	conf, err := config.NewConfig(yaml, true, nil, nil)
	if err != nil {
		return err
	}
	config.InitLoggerFromConfig(&conf.Logging)
	node, err := routing.NewLocalNode(conf)
	if err != nil {
		return err
	}
	if err := prometheus.Init(string(node.NodeID()), node.NodeType()); err != nil {
		return err
	}
	s, err := service.InitializeServer(conf, node)
	if err != nil {
		return err
	}
	return s.Start()
}
var _ = media
