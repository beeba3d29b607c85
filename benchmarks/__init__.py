"""Measurements beside the peers: `make bench` takes all of them and writes docs/performance.md."""
