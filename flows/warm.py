"""Loads what every worker needs, once, in the server process that workers are forked from.

Importing this module is its purpose: the workers then share the memory of the language model.
"""

import gc

import transforms.recipe  # noqa: F401  # imported for what it loads
from transforms.language import detect_language

detect_language("A few words in plain English, so that the model is in memory before the first story comes.")
gc.freeze()  # no worker's collector visits these objects: it would take time, and make each page a copy of its own
