package media

// Orders are what the child is told: one line of JSON on its standard input,
// which then stays open. When it ends, so does the child: whoever held the other
// end is gone, however it went.
type Orders struct {
	Key    string `json:"key"`    // of the media server's API
	Secret string `json:"secret"` // at least 32 characters
	// RelaySecret is what credentials of the relay are made from.
	RelaySecret string `json:"relay_secret"`
	// Relay is told to browsers.
	Relay Relay `json:"relay"`
	// UDP is the address and port for media told to browsers, and the port that is
	// opened; empty means a port that only this machine reaches.
	UDP string `json:"udp"`
}

// Places are what the child answers: one line of JSON on its standard output,
// once it serves. Both are addresses on loopback.
type Places struct {
	API  string `json:"api"`
	TURN string `json:"turn"`
}
