"""Makes the scripts of Debian's Furo run in a browser.

Debian ships them as they are before they are packed into one file: an import
in a plain script, which browsers refuse, so that the theme switch is dead. The
imported file is a plain script itself: loading it first is enough.
"""

from pathlib import Path

import furo

SCRIPTS = Path(furo.__file__).parent / "theme/furo/static/scripts"
IMPORTED = "gumshoe-patched.js"


def without_import(app, exception):
    script = Path(app.outdir) / "_static/scripts/furo.js"
    if exception is None and script.exists():
        lines = script.read_text().splitlines(keepends=True)
        script.write_text("".join(
            line for line in lines if not line.startswith("import ")))


def setup(app):
    if (SCRIPTS / IMPORTED).exists():
        app.add_js_file(f"scripts/{IMPORTED}", priority=190)
        app.connect("build-finished", without_import)
    return {"parallel_read_safe": True}
