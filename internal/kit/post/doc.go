// Package post carries messages out of the house: mail by SMTP. It knows
// addresses and transports, not what a message is about. Sending may happen
// twice after a crash; the Message-ID is the caller's and stays the same, so
// that a mail program shows it once.
package post
