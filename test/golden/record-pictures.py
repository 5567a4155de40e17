"""Records what Pillow, diffusers and transformers make of pictures: python test/golden/record-pictures.py /work/shared/parity

Writes data/pictures.json, with Pillow 12.1, diffusers 0.40, transformers 5.18, torch 2.13. Pictures are made by the same arithmetic here and
in TypeScript; results are told by the SHA-256 of their bytes (float32, little endian, channels first), and where no bits can be
expected by every STEPth value. The input pictures of the recorded pipelines lie in data/pictures.
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers.image_processor import VaeImageProcessor
from diffusers.pipelines.deprecated.i2vgen_xl.pipeline_i2vgen_xl import _center_crop_wide, _resize_bilinear
from diffusers.pipelines.stable_video_diffusion.pipeline_stable_video_diffusion import _resize_with_antialiasing
from PIL import Image
from safetensors.numpy import load_file
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

STEP = 251
FILTERS = {"lanczos": Image.LANCZOS, "bicubic": Image.BICUBIC, "bilinear": Image.BILINEAR, "box": Image.BOX, "hamming": Image.HAMMING}
clip = CLIPImageProcessorPil()
vae = VaeImageProcessor(vae_scale_factor=8)


def picture(width, height, seed):
    """Noise on a slope, hard where the seed is odd: byte i of the picture is a hash of i and the seed."""
    i = np.arange(width * height * 3, dtype=np.uint32)
    x = (i + np.uint32(seed * 7919)) * np.uint32(2654435761)
    x ^= x >> np.uint32(15)
    x *= np.uint32(2246822519)
    noise = x >> np.uint32(24)
    slope = (i // np.uint32(3)) % np.uint32(width) * np.uint32(200) // np.uint32(width)
    values = np.where(noise > 127, 255, 0) if seed % 2 else slope + noise // np.uint32(5)
    return Image.fromarray(values.astype(np.uint8).reshape(height, width, 3))


def sha(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def sampled(array):
    return [round(float(value), 7) for value in np.asarray(array).reshape(-1)[::STEP]]


def standardise(images):
    return clip(images=images, do_normalize=True, do_center_crop=False, do_resize=False, do_rescale=False, return_tensors="pt").pixel_values.numpy()


def tensor(image):
    return VaeImageProcessor.numpy_to_pt(VaeImageProcessor.pil_to_numpy(image))


def svd_clip(image):
    small = _resize_with_antialiasing(tensor(image) * 2.0 - 1.0, (224, 224))
    return standardise((small + 1.0) / 2.0)


def i2vgen(image, width, height):
    square = _resize_bilinear(_center_crop_wide(image, (width, width)), (224, 224))
    crop = VaeImageProcessor(vae_scale_factor=8, do_resize=False).preprocess(_center_crop_wide(image, (width, height)))
    return standardise(tensor(square)), crop.numpy()


def resized(number, draw):
    width, height, to_width, to_height = (int(side) for side in np.exp(draw.uniform(0, np.log(110), 4)))
    if number % 10 == 0:
        to_width = width
    if number % 10 == 1:
        to_height = height
    name = list(FILTERS)[number % 5]
    image = picture(width, height, number)
    out = image.resize((to_width, to_height), FILTERS[name])
    found = {"size": [width, height], "seed": number, "to": [to_width, to_height], "filter": name, "sha256": sha(np.asarray(out))}
    return {**found, "bytes": np.asarray(out).reshape(-1).tolist()} if to_width * to_height <= 6 else found


def prepared(seed, width, height, to_width, to_height):
    image = picture(width, height, seed)
    square, crop = i2vgen(image, to_width, to_height)
    return {
        "size": [width, height],
        "seed": seed,
        "to": [to_width, to_height],
        "vae": sha(vae.preprocess(image, height=to_height, width=to_width).numpy()),
        "control": sha(VaeImageProcessor(vae_scale_factor=8, do_normalize=False).preprocess(image, height=to_height, width=to_width).numpy()),
        "clip": sha(clip(images=image, return_tensors="np").pixel_values),
        "svdClip": sampled(svd_clip(image)),
        "i2vgenClip": sha(square),
        "i2vgenVae": sha(crop),
    }


def pipeline(family, root):
    recorded = load_file(root / family / "case" / "tensors.safetensors")
    kwargs = json.loads((root / family / "case" / "case.json").read_text())["kwargs"]
    found = {"family": family, "to": [kwargs["width"], kwargs["height"]]}
    if "vae_encode/0/in/x" in recorded:
        x = recorded["vae_encode/0/in/x"]
        if family == "svd":  # the pipeline adds noise before it encodes
            noise = torch.from_numpy(recorded["randn/0/generator"])
            found["noise"] = kwargs["noise_aug_strength"]
            made = vae.preprocess(Image.open(root / family / "case" / "input.png"), height=kwargs["height"], width=kwargs["width"])
            assert torch.equal(made + kwargs["noise_aug_strength"] * noise, torch.from_numpy(x))
            x = made.numpy()
        found["vae"] = sha(x[:, :, 0] if x.ndim == 5 else x)
    if "image_encoder/0/in/pixel_values" in recorded:
        pixels = recorded["image_encoder/0/in/pixel_values"]
        found.update({"svdClip": sampled(pixels)} if family == "svd" else {"clip": sha(pixels)})
    return found


root, draw = Path(sys.argv[1]), np.random.default_rng(5)
shapes = [(2, 300, 200, 64, 64), (3, 201, 457, 96, 64), (4, 64, 64, 128, 192), (5, 31, 47, 64, 64), (6, 1601, 1203, 320, 192), (7, 224, 224, 224, 224)]
shapes += [(8, 140, 1000, 72, 128), (9, 2400, 300, 256, 144)]
families = ["animatediff_ipadapter", "animatediff_sparsectrl", "i2vgenxl", "ltx", "svd", "wan22_i2v_a14b", "wan22_ti2v"]
made = {
    "step": STEP,
    "resized": [resized(number, draw) for number in range(150)],
    "prepared": [prepared(*shape) for shape in shapes],
    "pipelines": [pipeline(family, root) for family in families],
}
(Path(__file__).parent / "data" / "pictures.json").write_text(json.dumps(made) + "\n")
