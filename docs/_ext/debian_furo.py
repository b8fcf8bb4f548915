"""Makes Debian's Furo complete: alone, and in a browser.

Debian ships its script as it is before packing, with an import that browsers
refuse in a plain script, so that the theme switch is dead. Its style asks the
web server for a file of another package, and does not know that a reader's
system may be dark: only the code would be. Here the book gets all of it.
"""

import re
from pathlib import Path

import furo

SCRIPTS = Path(furo.__file__).parent / "theme/furo/static/scripts"
IMPORTED_SCRIPT = "gumshoe-patched.js"  # a plain script: loading it is enough
STYLE_IMPORT = "@import url(/javascript/normalize.css/normalize.css);"
IMPORTED_STYLE = Path("/usr/share/javascript/normalize.css/normalize.css")
DARK = re.compile(r'body\[data-theme="dark"\] (\{[^}]*--color-[^}]*\})')


def complete(app, exception):
    if exception is not None:
        return
    static = Path(app.outdir) / "_static"
    script = static / "scripts/furo.js"
    script.write_text("".join(
        line for line in script.read_text().splitlines(keepends=True)
        if not line.startswith("import ")))
    style = static / "styles/furo.css"
    text = style.read_text()
    if STYLE_IMPORT in text:
        text = text.replace(STYLE_IMPORT, IMPORTED_STYLE.read_text())
    if "prefers-color-scheme" not in text:
        text += ('\n@media screen and (prefers-color-scheme: dark) {\n'
                 f'body:not([data-theme="light"]) {DARK.search(text)[1]} }}\n')
    style.write_text(text)


def setup(app):
    if (SCRIPTS / IMPORTED_SCRIPT).exists():
        app.add_js_file(f"scripts/{IMPORTED_SCRIPT}", priority=190)
        app.connect("build-finished", complete)
    return {"parallel_read_safe": True}
