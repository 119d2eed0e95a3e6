"""Writes mathematics as MathML while the page is built: nothing to load, nothing to wait for."""

from __future__ import annotations

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

LOG = logging.getLogger(__name__)


def to_mathml(latex: str, *, block: bool, where: nodes.Node | None = None) -> str:
    """Turn one formula into MathML; a formula that cannot be turned is a warning of the build."""
    try:
        return convert(latex, display="block" if block else "inline")
    except Exception as error:  # the converter has no common base class for its errors
        LOG.warning("formula not understood (%s): %s", error, latex, location=where)
        return ""


def _inline(self, node: nodes.math) -> None:
    self.body.append(to_mathml(node.astext(), block=False, where=node))
    raise nodes.SkipNode


def _block(self, node: nodes.math_block) -> None:
    ids = f' id="{node["ids"][0]}"' if node.get("ids") else ""
    number = ""
    if node.get("number"):
        number = f'<span class="eqno">({get_node_equation_number(self, node)})</span>'
    formula = to_mathml(node.astext(), block=True, where=node)
    self.body.append(f'<div class="formula" tabindex="0"{ids}>{formula}{number}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Offer the renderer to Sphinx; `html_math_renderer: mathml` in _config.yml chooses it."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
