"""Pure decisions on life events: a package's validity, its questions, its plan, its branches."""
