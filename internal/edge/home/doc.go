// Package home is the first page: is somebody there now, and asking with one
// tap. It sees only what everybody may see and owns no table.
package home
