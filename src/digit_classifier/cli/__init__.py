"""What each command does: a function of its options that returns the exit code. Nothing else in the package prints."""
