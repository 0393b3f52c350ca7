"""Lets torchvision be imported beside a torch that was built without CUDA, in tests and in the processes they start.

torchvision's wheel on PyPI is built for torch with CUDA. Beside another torch its compiled part is not loaded, and then
its Python part fails as two operators of the compiled part are not known. They are declared here; nothing calls them.
Beside the torch that it was built for, torchvision declares them itself, and a second declaration would be an error.
"""

from __future__ import annotations

import importlib
from typing import Any

torch: Any = importlib.import_module("torch")

if torch.version.cuda is None:
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
