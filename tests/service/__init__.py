"""The built binary from outside: every test starts its own processes and talks to them over HTTP."""
