"""Why the bits are equal: arithmetic, elementary functions and random words that no machine changes."""
