package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"cairn/internal/kit/media"
)

const loopback = "127.0.0.1"

const (
	// credentialSeconds is how long a browser's credentials for the relay hold: a
	// long day of meetings on one line. They open nothing but the way to the media
	// server's own port, and end with the child.
	credentialSeconds = 12 * 60 * 60
	// mostWord is how long ids of rooms and people may be, in bytes.
	mostWord = 128
	// roomSeconds is how long an empty room waits; each room says it again.
	roomSeconds = 600
)

// way is how media reaches the server.
type way struct {
	told  netip.AddrPort // what browsers are told
	local netip.AddrPort // where the server's socket is
}

// chooseWay finds the sockets for media. Without udp it is a free port on
// loopback, which only the relay reaches. With it, the port that was named on the
// one address of this machine that leads to the address told: a machine has
// many, and all would be told as the same one.
func chooseWay(udp string) (way, error) {
	if udp == "" {
		port, err := freeUDP()
		here := netip.AddrPortFrom(netip.MustParseAddr(loopback), port)
		return way{told: here, local: here}, err
	}
	told, err := netip.ParseAddrPort(udp)
	if err != nil || !told.Addr().Is4() || told.Port() == 0 {
		return way{}, errors.New("the UDP address must be IPv4 and a port, such as 203.0.113.5:7882")
	}
	// A UDP "connection" sends nothing; it asks the kernel for the way.
	conn, err := net.Dial("udp4", told.String()) //nolint:noctx // nothing is waited for
	if err != nil {
		return way{}, err
	}
	defer func() { _ = conn.Close() }()
	local, err := netip.ParseAddrPort(conn.LocalAddr().String())
	return way{told: told, local: netip.AddrPortFrom(local.Addr().Unmap(), told.Port())}, err
}

// settings are what LiveKit is told, as JSON, which its YAML reader takes. Names
// it does not know are an error.
//
// LiveKit adds the STUN servers of others when it knows no relay, and browsers
// would ask them: ours is always named.
func settings(o media.Orders, w way, api uint16) (string, error) {
	host, protocol := o.Relay.Host, "tcp"
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if o.Relay.TLS {
		protocol = "tls"
	}
	if host == "" {
		return "", errors.New("no relay is named")
	}
	type m = map[string]any
	b, err := json.Marshal(m{
		"port": api, "bind_addresses": []string{loopback},
		"keys": m{o.Key: o.Secret},
		"rtc": m{
			"udp_port": w.local.Port(), "tcp_port": 0,
			"node_ip": w.told.Addr().String(), "use_external_ip": false,
			"ips":                       m{"includes": []string{w.local.Addr().String() + "/32"}},
			"enable_loopback_candidate": w.local.Addr().IsLoopback(),
			"turn_servers":              []m{{"host": host, "port": o.Relay.Port, "protocol": protocol, "secret": o.RelaySecret, "ttl": credentialSeconds}},
		},
		"room":    m{"auto_create": false, "empty_timeout": roomSeconds, "departure_timeout": roomSeconds},
		"logging": m{"json": true, "level": "warn", "pion_level": "error"},
		// Nobody may say anything about themselves; these hold should a right ever slip.
		"limit": m{
			"max_metadata_size": 1, "max_attributes_size": 1, "max_participant_name_length": 1,
			"max_room_name_length": mostWord, "max_participant_identity_length": mostWord,
		},
		"enable_data_tracks": false, "enable_participant_data_blob": false,
	})
	return string(b), err
}

// freeTCP finds a port on loopback. LiveKit opens it a moment later; should
// somebody else be quicker, the child ends and the next finds another.
func freeTCP() (uint16, error) {
	line, err := net.Listen("tcp4", net.JoinHostPort(loopback, "0")) //nolint:noctx // given back at once
	if err != nil {
		return 0, err
	}
	return portOf(line.Addr()), line.Close()
}

// freeUDP is freeTCP for media.
func freeUDP() (uint16, error) {
	conn, err := net.ListenPacket("udp4", net.JoinHostPort(loopback, "0")) //nolint:noctx // given back at once
	if err != nil {
		return 0, err
	}
	return portOf(conn.LocalAddr()), conn.Close()
}

func portOf(a net.Addr) uint16 {
	_, text, err := net.SplitHostPort(fmt.Sprint(a))
	n, bad := strconv.ParseUint(text, 10, 16)
	if err != nil || bad != nil {
		return 0
	}
	return uint16(n)
}
