"""Compiles the analysers to machine code while zeektui is installed, where there is a C compiler.

The same sources run as they are, too, at about three fifths of the speed: with ZEEKTUI_COMPILE=0 nothing is compiled,
with ZEEKTUI_COMPILE=1 an installation that cannot compile fails. Which sources, pyproject.toml says.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
# What one module of the library holds; the others only point into it.
_GROUP = "zeektui"
# When the machine code beside the sources was made: sources that are younger are run themselves.
_STAMP = "parsers/.compiled"
# The library's files are compiled as one whole, nothing of which is seen from outside: 5 % less time in them.
_AS_ONE = ("-flto=auto", "-fvisibility=hidden")


class CustomBuildHook(BuildHookInterface[Any]):
    """The step between the sources and a wheel, or an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        wanted = os.environ.get("ZEEKTUI_COMPILE", "")
        if wanted == "0":
            return
        root = Path(self.root)
        with tempfile.TemporaryDirectory() as folder:
            problem = self._compile(root, Path(folder))
            if problem:
                if wanted == "1":
                    raise RuntimeError(problem)
                self.app.display_warning(f"{problem}: zeektui is installed without compiled code, and slower")
                return
            # What a wheel is made of has to stay until it is made.
            home = root if version == "editable" else Path(self.directory) / "compiled"
            made = sorted(Path(folder).rglob(f"*{_SUFFIX}"))
            for path in made:
                place = home / path.relative_to(folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
                if version != "editable":
                    build_data["force_include"][str(place)] = str(path.relative_to(folder))
        if version == "editable":
            (root / _STAMP).touch()
        else:
            build_data["pure_python"] = False
            build_data["infer_tag"] = True

    def clean(self, versions: list[str]) -> None:  # noqa: ARG002  it is the hook's interface
        """Remove what was compiled beside the sources."""
        for path in (*Path(self.root).glob(f"*{_SUFFIX}"), *Path(self.root, "parsers").rglob(f"*{_SUFFIX}")):
            path.unlink()
        Path(self.root, _STAMP).unlink(missing_ok=True)

    def _compile(self, root: Path, folder: Path) -> str:
        """Compile in a folder, which then has the machine code beside copies of the sources; else why not."""
        compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
        if shutil.which(compiler) is None:
            return f"there is no C compiler ({compiler})"
        if not Path(sysconfig.get_path("include"), "Python.h").exists():
            return "Python's headers are missing (Debian: python3-dev)"
        shutil.copytree(root / "parsers", folder / "parsers", ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        sources = self._sources(root)
        run = subprocess.run(
            [sys.executable, __file__, *sources], cwd=folder, capture_output=True, text=True, check=False
        )
        if run.returncode:
            return f"the analysers cannot be compiled ({(run.stderr or run.stdout).strip()[-500:]})"
        return ""

    def _sources(self, root: Path) -> list[str]:
        left_out = {path for pattern in self.config["interpreted"] for path in root.glob(pattern)}
        found = {path for pattern in self.config["compiled"] for path in root.glob(pattern)}
        return sorted(str(path.relative_to(root)) for path in found - left_out)


def _can_compile_as_one() -> bool:
    """Whether compiler and linker both know how."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "one.c")
        source.write_text("int one(void) { return 1; }\n")
        command = [*compiler, "-shared", "-fPIC", *_AS_ONE, str(source), "-o", str(source.with_suffix(".so"))]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _compile_here(sources: list[str]) -> None:
    """Compile these sources of the current folder, the machine code beside them."""
    from mypyc.build import mypycify
    from setuptools import setup
    from setuptools.command.build_ext import build_ext

    cores = os.cpu_count() or 1

    class _BuildExt(build_ext):
        """Compiles on all cores: the library's many files too, which are one extension."""

        def build_extensions(self) -> None:
            compile_all = self.compiler.compile

            def compile_each(files: list[str], **options: Any) -> list[str]:
                with ThreadPoolExecutor(cores) as pool:
                    objects = pool.map(lambda file: compile_all([file], **options), files)
                return [name for names in objects for name in names]

            self.compiler.compile = compile_each
            self.parallel = cores
            super().build_extensions()

    # Types are checked elsewhere; here they only say what machine code is made.
    lenient = ("--config-file=", "--ignore-missing-imports")
    extensions = mypycify([*lenient, *sources], multi_file=True, opt_level="2", debug_level="0", group_name=_GROUP)
    if _can_compile_as_one():
        for extension in extensions:
            extension.extra_compile_args += _AS_ONE
            extension.extra_link_args += _AS_ONE
    setup(
        name=_GROUP,
        packages=[],
        ext_modules=extensions,
        cmdclass={"build_ext": _BuildExt},
        script_args=["-q", "build_ext", "--inplace"],
    )


if __name__ == "__main__":
    _compile_here(sys.argv[1:])
