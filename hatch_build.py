"""Packs what students may see of each lab into the wheel: public tests, fingerprints, figures,
notebook. Never a source or a hidden test."""

from __future__ import annotations

import re
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("test_public.py", "fingerprints.json", "figures.py")


class LabsBuildHook(BuildHookInterface):
    """Adds `labs/NN_topic/` as `coursekit/labs/_bundled/NN_topic/`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        """Register the files; an editable install reads them from the checkout instead."""
        if version == "editable":
            return
        labs = Path(self.root) / "labs"
        for folder in sorted(labs.iterdir()) if labs.is_dir() else []:
            if not folder.is_dir() or not re.fullmatch(r"\d{2}_[a-z0-9_]+", folder.name):
                continue
            for name in (*SHIPPED, f"{folder.name}.ipynb"):
                if (folder / name).is_file():
                    build_data["force_include"][str(folder / name)] = (
                        f"coursekit/labs/_bundled/{folder.name}/{name}"
                    )
