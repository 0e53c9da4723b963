"""Lays the digit pad out for the site."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

HERE = Path(__file__).parent
_ORT = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


def build(out: Path, npm: Path) -> str:
    """Write the pad's files into `out`.

    Args:
        out: a folder of the site.
        npm: `node_modules`, which may be missing.

    Returns:
        HTML for the page, with `{here}` where the address of `out` goes.
    """
    from coursekit._widgets import module
    from coursekit.errors import MissingDependencyError
    from coursekit.pad import widget

    runtime = npm / "onnxruntime-web" / "dist"
    if not (runtime / _ORT[-1]).is_file():
        return _absent("npm (it brings onnxruntime-web, which runs the models in the page)")
    models = _models()
    try:
        exported = models.export(out / "models")
    except MissingDependencyError:
        return _absent("TensorFlow and tf2onnx (they write the models in the form it takes)")
    (out / "ort").mkdir()
    for name in _ORT:
        shutil.copy(runtime / name, out / "ort" / name)
    face = Path(widget.__file__).parent
    (out / "pad.js").write_text(module(face / "digit_pad.js"), encoding="utf-8")
    shutil.copy(face / "digit_pad.css", out)
    for name in ("site.js", "preprocess.js"):
        shutil.copy(HERE / name, out)
    titles = json.dumps(models.TITLES)
    size = sum(path.stat().st_size for path in [*exported, *(out / "ort").iterdir()]) / 1e6
    return (
        '<link rel="stylesheet" href="{here}/digit_pad.css">\n'
        f'<div id="live-digit-pad"><p>The pad needs JavaScript and a served page. '
        f"It fetches {size:.0f} MB with your first stroke.</p></div>\n"
        '<script type="module">\nimport { mount } from "{here}/site.js";\n'
        f'mount(document.getElementById("live-digit-pad"), {titles});\n</script>\n'
    )


def _models():
    import importlib.util

    spec = importlib.util.spec_from_file_location("pad_models", HERE / "models.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def _absent(what: str) -> str:
    return f'<p class="absent">The pad is not here: this site was built without {what}.</p>\n'
