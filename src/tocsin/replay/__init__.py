"""Recorded crises, put through a charter step by step and compared with what came of them.

`tocsin.replay` names both this package and the function in `run.py`: the package can be called.
"""

import sys
from types import ModuleType
from typing import Any


class _CallablePackage(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401  # typed in tocsin/__init__.py
        from tocsin.replay.run import replay  # noqa: PLC0415  # importing the package stays cheap

        return replay(*args, **options)


sys.modules[__name__].__class__ = _CallablePackage
