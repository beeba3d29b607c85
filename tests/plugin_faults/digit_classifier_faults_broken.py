"""A plugin that lacks a library."""

import a_library_that_nobody_has  # noqa: F401
