// Package configs is what may change without a developer: settings, sizes and schemes.
// It knows YAML and the words of orchestrator/den; it must not know how any of it is
// used. The defaults are embedded, so that a den starts without a file.
package configs
