"""How Sphinx makes the book; run/book calls it."""

import sys
from pathlib import Path

here = Path(__file__).parent
sys.path.insert(0, str(here / "_ext"))

project = "The ØMQ Workbook"
author = "the authors of the ØMQ Workbook"
language = "en"
extensions = ["breathe", "sphinx_copybutton", "debian_furo", "workbook",
              "workbook_exercises", "workbook_plot", "workbook_sequence"]
exclude_patterns = ["_ext", "_static"]

breathe_projects = {"common": str(here.parent / "build/book/doxygen/xml")}
breathe_default_project = "common"
highlight_language = "text"

html_theme = "furo"
html_title = project
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["workbook.css"]
html_copy_source = False
html_show_copyright = False
html_use_index = False
pygments_style = "default"
pygments_dark_style = "github-dark"

