"""The static page: as one file, as a folder, over http."""
