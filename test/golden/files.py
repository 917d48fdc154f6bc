"""Files that PyTorch and NumPy write, for the readers here.

    python -P test/golden/files.py

needs torch, numpy and safetensors; writes into test/golden/files.
"""

import pathlib

import numpy as np
import safetensors.torch
import torch

here = pathlib.Path(__file__).parent / "files"
here.mkdir(exist_ok=True)
ramp = torch.arange(6).reshape(2, 3)
safetensors.torch.save_file(
    {
        "layer.weight": ramp.float() / 7,
        "wide": ramp.double() / 7,
        "half": ramp.half() / 7,
        "brain": ramp.bfloat16() / 7,
        "num_batches_tracked": torch.tensor(12345),
        "small": ramp.to(torch.int8) - 3,
        "mask": ramp % 2 == 0,
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
    },
    here / "torch.safetensors",
    metadata={"format": "pt"},
)
x = np.arange(6).reshape(2, 3)
np.savez(
    here / "numpy.npz",
    wide=x / 7,
    single=(x / 7).astype(np.float32),
    fortran=np.asfortranarray(x / 7),
    long=x,
    big=x.astype(">i2"),
    mask=x % 2 == 0,
    scalar=np.float64(2.5),
    vector=np.arange(3.0),
    empty=np.zeros((0, 3)),
)
np.savez_compressed(here / "compressed.npz", zeros=np.zeros((50, 50)))
