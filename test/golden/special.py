"""Functions of one number to the last digit, by mpmath with 60 digits.

    python -P test/golden/special.py > test/golden/special.json

"""

import json
import struct

import mpmath

mpmath.mp.dps = 60


def float32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def spread(low, high, n):
    return [float32(low + (high - low) * i / (n - 1)) for i in range(n)]


points = sorted({x for a, b, n in [(-7, 7, 301), (-1, 1, 101), (0.83, 0.86, 41), (1.2, 1.3, 41), (2.8, 2.9, 41),
                                   (5.9, 6.1, 21), (-1e-3, 1e-3, 21)] for x in spread(a, b, n)}
                | {float32(10.0 ** -k) for k in range(4, 38, 3)})
tail = spread(0, 28, 201)
functions = {"exp": mpmath.exp, "tanh": mpmath.tanh, "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x))}
print(json.dumps({
    "versions": {"mpmath": mpmath.__version__},
    "erf": [[x, float(mpmath.erf(mpmath.mpf(x)))] for x in points],
    "erfc": [[x, float(mpmath.erfc(mpmath.mpf(x)))] for x in tail],
    "log": [[x, float(mpmath.log(mpmath.mpf(x)))] for x in points if x > 0],
    **{name: [[x, float(f(mpmath.mpf(x)))] for x in points] for name, f in functions.items()},
}))
