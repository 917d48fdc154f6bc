"""The bytes of .npy files as NumPy writes them, of every element type that is read here.

    python -P test/golden/npy.py > test/golden/npy.json
"""

import base64
import io
import json

import numpy as np


def saved(a):
    file = io.BytesIO()
    np.save(file, a)
    value = [str(v) for v in np.asarray(a, dtype=np.float64).reshape(-1).tolist()]
    return {"bytes": base64.b64encode(file.getvalue()).decode(), "shape": list(a.shape), "value": value}


ramp = np.arange(6).reshape(2, 3) - 2
arrays = {dt: ramp.astype(dt) for dt in ["<f8", "<f4", "<i4", "<f2", ">f8", ">f2", ">i4", "<i8", "<i2", "|i1"]}
arrays |= {dt: (ramp + 2).astype(dt) for dt in ["<u8", "<u4", "<u2", "|u1", "|b1"]}
arrays |= {
    "scalar": np.array(2.5), "vector": np.arange(3.0), "empty": np.zeros((0, 3)), "fortran": np.asfortranarray(ramp / 7),
    "special": np.array([np.nan, np.inf, -np.inf, -0.0]), "halves": np.array([1 / 3, 65504, 6e-8, np.inf, -np.inf, np.nan, -0.0], "<f2"),
}
print(json.dumps({"made with": {"numpy": np.__version__}, "arrays": {k: saved(a) for k, a in arrays.items()}}))
