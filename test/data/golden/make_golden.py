"""Answers of scikit-learn and pandas that the tests of src/data compare with.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install scikit-learn pandas
    /tmp/venv/bin/python test/data/golden/make_golden.py
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.datasets import load_digits, make_moons
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler

digits = load_digits()
small = digits.data[:6, :8].copy()
gaps = small.copy()
gaps[1, 2] = np.nan
gaps[4, 3] = np.nan


def plain(array):
    return [[None if np.isnan(x) else float(x) for x in row] for row in np.atleast_2d(array)]


def sizes(n, **options):
    train, test = train_test_split(np.arange(n), random_state=0, **options)
    return {"n": n, **options, "train": len(train), "test": len(test)}


labels = np.array([0] * 50 + [1] * 30 + [2] * 21)
_, stratified = train_test_split(labels, test_size=0.3, stratify=labels, random_state=0)

frame = pd.DataFrame({"x": [1.0, 2.0, np.nan, 4.0, 8.5], "k": ["a", "b", "a", None, "b"]})
described = frame["x"].describe()

golden = {
    "versions": {"sklearn": sklearn.__version__, "pandas": pd.__version__},
    "digits": {
        "columnSums": digits.data.sum(axis=0).astype(int).tolist(),
        "weightedRowSum": int((digits.data.sum(axis=1) * (np.arange(1797) + 1)).sum()),
        "target": digits.target.tolist(),
        "image1000": digits.images[1000].astype(int).tolist(),
    },
    "standard": plain(StandardScaler().fit_transform(small)),
    "standardGaps": plain(StandardScaler().fit_transform(gaps)),
    "minmax": plain(MinMaxScaler().fit_transform(small)),
    "splits": [
        sizes(10),
        sizes(11, test_size=0.3),
        sizes(1797, test_size=0.2),
        sizes(100, train_size=0.5),
        sizes(101, train_size=0.5),
        sizes(101, train_size=0.5, test_size=0.2),
        sizes(50, test_size=7),
    ],
    "stratified": dict(sorted((str(k), v) for k, v in Counter(stratified.tolist()).items())),
    "moons": np.round(make_moons(6, shuffle=False)[0], 12).tolist(),
    "described": {key: float(described[key]) for key in described.index},
    "groupMeans": {key: float(value) for key, value in frame.groupby("k")["x"].mean().items()},
}
target = Path(__file__).parent / "golden.json"
target.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(target.stat().st_size)
