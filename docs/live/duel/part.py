"""Lays the game against the network out for the site."""

from __future__ import annotations

import json
import shutil
from pathlib import Path


def build(out: Path, npm: Path) -> str:
    """Write the game's files into `out`. Arguments and result as for every part; npm brings nothing
    here."""
    import coursekit.rl
    from coursekit._widgets import module
    from coursekit.rl.player import load_player, packed

    face = Path(coursekit.rl.__file__).parent
    told, weights = packed(load_player())
    (out / "player.bin").write_bytes(weights)
    (out / "duel.js").write_text(module(face / "duel.js"), encoding="utf-8")
    shutil.copy(face / "duel.css", out)
    given = json.dumps(told)
    return (
        '<link rel="stylesheet" href="{here}/duel.css">\n'
        '<div id="live-duel"><p>The game needs JavaScript and a served page.</p></div>\n'
        '<script type="module">\nimport { mount } from "{here}/duel.js";\n'
        'const address = new URL("{here}/player.bin", document.baseURI).href;\n'
        f'mount(document.getElementById("live-duel"), {{ ...{given}, address }});\n</script>\n'
    )
