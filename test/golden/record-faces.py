"""Records the faces that facenet-pytorch finds: python test/golden/record-faces.py FOLDER_WITH_PACKAGES ASTRONAUT_PNG

Writes data/faces.json and data/faces.png, with facenet-pytorch 2.6.0, torch 2.15 and torchvision 0.29.2 unpacked in the folder. The picture is
skimage/data/astronaut.png, NASA's portrait of Eileen Collins (public domain), scaled to 160 pixels; the cases are parts and mirror images of it
that TypeScript cuts the same way.
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
import numpy as np
from facenet_pytorch.models.mtcnn import MTCNN
from PIL import Image

here = Path(__file__).parent / "data"
picture = Image.open(sys.argv[2]).convert("RGB").resize((160, 160), Image.LANCZOS)
picture.save(here / "faces.png", optimize=True)
pixels = np.asarray(picture)
CASES = {
    "one": (pixels, 20),
    "pair": (np.hstack([pixels, pixels[:, ::-1]]), 20),
    "at the border": (pixels[28:, 60:], 24),
    "none": (pixels[80:], 20),
}
recorded = {}
for name, (image, least) in CASES.items():
    boxes, probabilities, points = MTCNN(keep_all=True, min_face_size=least).detect(Image.fromarray(image), landmarks=True)
    found = [] if boxes is None else sorted([*box, p] for box, p in zip(boxes.tolist(), probabilities.tolist()))
    recorded[name] = {"leastPx": least, "boxes": [[round(v, 4) for v in box] for box in found]}
    print(name, image.shape, recorded[name])
(here / "faces.json").write_text(json.dumps(recorded, indent=1) + "\n")
