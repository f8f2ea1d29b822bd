//go:build tools

// Package tools names the program that the tests build; it has no code of its own.
package tools

import _ "github.com/hashicorp/consul"
