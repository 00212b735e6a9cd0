// Package admin is where a service is set up and kept ready: its name, country
// and hours, how many people a shift needs, the test page, and the policy.
//
// Who may do what: whoever holds the one-time code sets up a service that has no
// administrator, once. Coordinators and administrators read what is missing
// before opening and change the settings. Whoever works here answers a test page
// that was sent to them.
//
// It owns no table: settings are access', everything else belongs to the slices
// it asks.
package admin
