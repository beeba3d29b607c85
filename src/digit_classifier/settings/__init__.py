"""The settings of a run: declared once, with presets, precedence and a YAML reader."""
