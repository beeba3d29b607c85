"""A run in the formats of other tools: one module per format, and those that installed plugins bring.

An exporter is a function `(bundle, target) -> None` that writes the file or directory `target`, from the plain payloads
of a run only. The page's own formats, `html` and `site`, take more than a bundle and live in `page`.
"""

PAGE_FORMATS = ("html", "site")
# Format → module with the function `export`; imported when it is asked for, because its library may be heavy.
FORMATS: dict[str, str] = {}
