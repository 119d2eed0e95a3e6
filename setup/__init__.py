"""Sets the course up, with nothing but Python's standard library.

`python3 -m setup reader` prepares `.venv` for the notebooks and the book, `dev` adds what the tests
need, `train` prepares `.venv-train` for `make models`. A prepared environment is left alone.

What runs before a suitable Python is found (`__main__`, `command`, `checks`, `errors`, `clean`,
`places`, `stamp`) keeps to the syntax of Python 3.8: an old one must get far enough to say what is
needed.
"""
