"""Lays the dreaming machine out for the site."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

HERE = Path(__file__).parent


def build(out: Path, npm: Path) -> str:
    """Write the machine's files into `out`. Arguments and result as for every part; npm brings
    nothing here."""
    from coursekit._widgets import module
    from coursekit.pad import widget

    spec = importlib.util.spec_from_file_location("dream_machine", HERE / "machine.py")
    machine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(machine)
    kept = machine.stored()
    parts = [kept[name] for name in ("weights", "visible_bias", "hidden_bias")]
    (out / "machine.bin").write_bytes(b"".join(part.tobytes() for part in parts))
    face = Path(widget.__file__).parent
    (out / "pad.js").write_text(module(face / "digit_pad.js"), encoding="utf-8")
    for path in (
        face / "digit_pad.css",
        HERE.parent / "digit_pad" / "preprocess.js",
        HERE / "dream.js",
        HERE / "dream.css",
    ):
        shutil.copy(path, out)
    given = json.dumps({"hidden": kept["weights"].shape[1], "scale": float(kept["scale"])})
    return (
        '<link rel="stylesheet" href="{here}/digit_pad.css">\n'
        '<link rel="stylesheet" href="{here}/dream.css">\n'
        '<div id="live-dream"><p>The machine needs JavaScript and a served page.</p></div>\n'
        '<script type="module">\nimport { mount } from "{here}/dream.js";\n'
        f'mount(document.getElementById("live-dream"), {given});\n</script>\n'
    )
