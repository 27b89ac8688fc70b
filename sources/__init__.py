"""READ: files become raw documents."""
