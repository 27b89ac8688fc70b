"""Quality in numbers: one module a task, one runner, floors in baseline.json."""
