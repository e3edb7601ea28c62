"""The built binary from outside: every test starts its own processes and talks HTTP to them."""
