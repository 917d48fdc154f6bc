"""Writes assets/digits.csv.gz from the digits that scikit-learn ships.

Run once, by hand, in a throw-away environment; the result is in the repository:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install scikit-learn
    /tmp/venv/bin/python src/data/make_digits.py

One line an image: 64 pixels from 0 (paper) to 16 (ink), row by row, then the digit.
"""

import gzip
from pathlib import Path

from sklearn.datasets import load_digits

digits = load_digits()
pixels = digits.data.astype(int)
assert (pixels == digits.data).all() and pixels.min() == 0 and pixels.max() == 16
names = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)] + ["digit"]
lines = [",".join(names)]
lines += [",".join(map(str, [*image, digit])) for image, digit in zip(pixels, digits.target)]
text = "\n".join(lines) + "\n"

target = Path(__file__).parent / "assets" / "digits.csv.gz"
target.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
print(f"{target}: {len(lines) - 1} images, {target.stat().st_size} bytes")
