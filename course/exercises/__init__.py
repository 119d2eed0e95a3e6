"""What checks the exercises of the chapters: one module a chapter."""
