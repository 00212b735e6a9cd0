// Package post carries messages out of the house: mail by SMTP, web push
// (RFC 8030, 8291, 8292) and webhooks (Standard Webhooks). It knows addresses and
// transports, not what a message is about. Sending may happen twice after a
// crash; the outside id (Message-ID, Topic, webhook-id) is the caller's and stays
// the same, so that whoever receives it can count it once.
//
// Push, webhooks and what is fetched go to addresses that people typed or browsers made. A Guard
// keeps them from reaching into the own network.
package post
