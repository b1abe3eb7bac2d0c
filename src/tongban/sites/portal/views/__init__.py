"""Views of the portal: parse, one call, answer."""
