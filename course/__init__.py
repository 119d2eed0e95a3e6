"""What the notebooks import: models, doors, the practice provider and small helpers.

Importing the package is cheap: llama.cpp and the `openai` client are loaded by the functions
that need them. In a notebook the import also makes every `CourseError` show as one sentence.
"""

from course import notebook as _notebook

__version__ = "0.1.0"

_notebook.show_errors_as_sentences()
