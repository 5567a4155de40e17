"""Writes text.onnx, image.onnx, denoiser.onnx and vocabulary.json, and proves that they equal the trained networks.

python export.py --train DIR --out ../models/motion. Weights are stored as float16 and cast to
float32 inside the graph; all inputs and outputs are float32 (token ids int64).
"""

import argparse
import json
import os
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from captions import CAMERA, CLASSES, build_words
from motion import DECODE
from networks import CAMERA_SIZE, CLASS_COUNT, CONTEXT_SIZE, FEATURE_CHANNELS, FIELD_CHANNELS, PROGRAM_SIZE, Denoiser, GuidedDenoiser, ImageEncoder, TextHead, clean_program
from text import Tokenizer
from words_named import with_names

OPSET = 18
# The short-trained denoiser undershoots oscillation; the exported decoding scales
# undo that (ratios measured by measure.py on held-out scenes; set both to 1 after a longer training).
CALIBRATION = {"velocityScale": 1.0, "oscillationScale": 1.5}


class TextGraph(nn.Module):
    """Token ids -> context and program; no words at all = the program of the empty prompt."""

    def __init__(self, head):
        super().__init__()
        self.head = head

    def forward(self, token_ids):
        context, raw = self.head(token_ids)
        return context, clean_program(raw)


class ImageGraph(nn.Module):
    """Photo -> features, class probabilities, depth, sway; the mean over the photo and its mirror image."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, image):
        features, classes, depth, sway, _ = self.encoder(image)
        _, mirrored, depth2, sway2, _ = self.encoder(image.flip(3))
        mean = lambda a, b: (a + b.flip(3)) / 2
        return features, torch.softmax(mean(classes, mirrored), 1), torch.sigmoid(mean(depth, depth2)), torch.sigmoid(mean(sway, sway2))


def load_average(network, path):
    """Loads the running average of a checkpoint; leaves random weights when there is none."""
    if not os.path.exists(path):
        print("no", path, "- exporting random weights")
        return network.eval(), 0
    saved = torch.load(path, map_location="cpu")
    network.load_state_dict({k.removeprefix("module."): v for k, v in saved["average"].items() if k != "n_averaged"})
    print(path, "step", saved["step"], "samples", saved.get("samples"), f"minutes {saved['spent_s'] / 60:.1f}")
    return network.eval(), saved["step"]


def store_half(model):
    """Large float32 initialisers -> float16 with a Cast to float32 in front of their users."""
    casts = []
    for initialiser in model.graph.initializer:
        if initialiser.data_type != TensorProto.FLOAT:
            continue
        value = numpy_helper.to_array(initialiser)
        if value.size < 256:
            continue
        name = initialiser.name
        initialiser.CopyFrom(numpy_helper.from_array(value.astype(np.float16), name + ".half"))
        casts.append(helper.make_node("Cast", [name + ".half"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)


def write(network, inputs, input_names, output_names, path, dynamic):
    """Rounds the weights to float16, exports, compares with torch; returns the largest difference."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.numel() >= 256:
                parameter.copy_(parameter.half().float())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, inputs, path, input_names=input_names, output_names=output_names, opset_version=OPSET, dynamic_axes=dynamic, dynamo=False)
    model = onnx.load(path)
    store_half(model)
    onnx.checker.check_model(model)
    onnx.save(model, path + ".part")
    os.replace(path + ".part", path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    got = session.run(None, dict(zip(input_names, [a.numpy() for a in inputs])))
    with torch.no_grad():
        want = network(*inputs)
    error = max(float(np.abs(g - w.numpy()).max()) for g, w in zip(got, want))
    print(f"{os.path.basename(path)}: {os.path.getsize(path) / 1e6:.2f} MB, largest difference to torch {error:.2e}")
    return error


def write_denoiser(denoiser, path):
    """Exports denoiser.onnx; compared on a patchwork of all classes, so that a closed gate hides nothing."""
    patches = torch.softmax(3 * F.interpolate(torch.randn(1, CLASS_COUNT, 8, 8), size=(64, 64)), 1)
    program = torch.zeros(1, PROGRAM_SIZE)
    program[0, :12], program[0, 12], program[0, 14:22], program[0, 22] = 1, 1, 0.5, 1
    seen = (torch.rand(1, FEATURE_CHANNELS, 32, 32) * 2 - 1, patches, torch.rand(1, 1, 64, 64), torch.rand(1, 1, 64, 64))
    inputs = (torch.randn(1, FIELD_CHANNELS, 32, 32), torch.randn(1, CAMERA_SIZE), torch.full((1,), 3.0), program, *seen, torch.full((1,), 2.0))
    names = ["field", "camera", "sigma", "program", "features", "segmentation", "depth", "sway", "guidance"]
    outputs = ["field_denoised", "camera_denoised"]
    return write(GuidedDenoiser(denoiser).eval(), inputs, names, outputs, path, {n: {0: "batch"} for n in names[:-1] + outputs})


def export_text(train, folder):
    """Writes text.onnx and `export_words`; returns the tokeniser's part of vocabulary.json."""
    words_path = f"{train}/words.json"
    tokenizer = Tokenizer.load(words_path) if os.path.exists(words_path) else build_words()
    text, _ = load_average(TextHead(len(tokenizer.words)), f"{train}/text.pt")
    ids = torch.tensor([tokenizer.encode("slow zoom out while the waves roll"), tokenizer.encode("")])
    write(TextGraph(text).eval(), (ids,), ["token_ids"], ["context", "program"], f"{folder}/text.onnx", {n: {0: "batch"} for n in ("token_ids", "context", "program")})
    return export_words(tokenizer, folder)


def export_words(tokenizer, folder):
    """Writes the golden cases and the tokeniser's part of vocabulary.json, names included; returns that part."""
    tokenizer = with_names(tokenizer)
    write_cases(tokenizer, f"{folder}/tokenizer-cases.json")
    path = f"{folder}/vocabulary.json"
    if os.path.exists(path):
        with open(path) as file:
            vocabulary = json.load(file)
        write_vocabulary({**vocabulary, **tokenizer.to_json()}, path)
    return tokenizer.to_json()


def export_image(train, folder):
    """Writes image.onnx."""
    encoder, _ = load_average(ImageEncoder(), f"{train}/encoder.pt")
    names = ["features", "segmentation", "depth", "sway"]
    write(ImageGraph(encoder).eval(), (torch.rand(1, 3, 128, 128),), ["image"], names, f"{folder}/image.onnx", {n: {0: "batch"} for n in ["image", *names]})


def export_denoiser(train, folder):
    """Writes denoiser.onnx."""
    denoiser, _ = load_average(Denoiser(), f"{train}/denoiser.pt")
    write_denoiser(denoiser, f"{folder}/denoiser.onnx")


def write_vocabulary(vocabulary, path):
    with open(path + ".part", "w") as file:
        json.dump(vocabulary, file, separators=(",", ":"), ensure_ascii=False)
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", default="/var/tmp/train")
    parser.add_argument("--only", choices=["text", "image", "denoiser", "names"], help="export this graph alone, or only the names anew, of the words that ship; what belongs to the others in vocabulary.json stays as it is")
    parser.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../models/motion"))
    options = parser.parse_args()
    torch.manual_seed(0)
    os.makedirs(options.out, exist_ok=True)
    if options.only == "names":
        export_words(Tokenizer.load(f"{options.out}/vocabulary.json"), options.out)
        return
    alone = {"text": export_text, "image": export_image, "denoiser": export_denoiser}
    if options.only:
        alone[options.only](options.train, options.out)
        return
    export_image(options.train, options.out)
    export_denoiser(options.train, options.out)
    vocabulary = {
        **export_text(options.train, options.out),
        "classes": CLASSES,
        "camera": CAMERA,
        "contextSize": CONTEXT_SIZE,
        "featureChannels": FEATURE_CHANNELS,
        "classCount": CLASS_COUNT,
        "programSize": PROGRAM_SIZE,
        "decode": {**{k: round(v * CALIBRATION.get(k, 1), 4) for k, v in DECODE.items()}, "formula": "displacement (units of sqrt(width*height)) = scale * sign(v) * max(|v| - deadZone, 0)^2; flicker likewise (share of brightness)"},
        "sampling": {"sigmaData": 0.5, "sigmaMax": 40, "sigmaMin": 0.05, "rho": 7, "steps": 12, "guidance": 1},
    }
    write_vocabulary(vocabulary, f"{options.out}/vocabulary.json")
    sizes = sum(os.path.getsize(f"{options.out}/{n}") for n in ("text.onnx", "image.onnx", "denoiser.onnx"))
    print(f"three graphs: {sizes / 1e6:.2f} MB")


CASE_TEXTS = [
    "", " ", "slow zoom out", "Zoom IN!", "pan left while the clouds drift right", "waves crashing on the shore", "only the water", "but the trees stay still",
    "the trees stay still, but the river flows", "gentle wind in the trees", "leaves rustle", "clouds drifting across the sky", "river flowing", "rain", "snow falling softly",
    "café au lait steaming", "ÉLÉPHANT breathes", "naïve waves", "dolly-in; then tilt up.", "don't move the camera", "the flag doesn't wave", "handheld", "zooming slowly into the castle",
    "gentley flowing riverr", "cluods drfiting", "waterfals", "flowres swaying", "xyzzy qwfp", "снег идёт", "雲が流れる", "воды flow", "ocean🌊waves🌊", "4k 8k 360 orbit", "kEn BuRnS",
    "rotating counter-clockwise", "counterclockwise", "swayed swaying sways sway", "fires fire's firing", "running runner ran", "flies flying flew flown", "candles flicker/candlelight", "a,b.c;d!e",
    ",,,", "!!! zoom ???", "zoom    in\tplease\nnow", "the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the zoom in",
    "could the house be a crowd", "very fast clouds", "extremely slow push in towards the mountain", "“smoke” rises—slowly…", "hair blowing in the wind, camera static", "no zoom", "pan right", "tilting downwards",
    "crane up & reveal the valley", "lights twinkle (gently)", "make it alive", "nothing moves", "the cat's fur ruffles", "Ｆｕｌｌｗｉｄｔｈ ｚｏｏｍ ｉｎ", "ﬁre ﬂame", "ßtraße ø æ", "İstanbul sea", "wavey waaves wavs", "trees-leaves_branches", "smokey smoky smokelike",
    "Kameraschwenk nach links, während die Wolken über das Meer ziehen", "herauszoomen; nicht die Bäume", "Meereswellenrauschen", "Wolkenhimmels", "Straßenlaternen flackern", "gegen den Uhrzeigersinn drehen", "Baeume", "Blaetter rascheln",
    "l'eau s'écoule, d'abord à gauche", "la caméra n'avance pas", "œil de bœuf", "les nuages dérivent", "caméra à l'épaule", "las nubes se mueven hacia la izquierda", "cámara fija", "el niño respira", "CORAZÓN ardiente",
    "雲が左に流れる間、カメラは右にパン。", "ズームイン", "ｽﾞｰﾑｱｳﾄ", "木々が風にそよぐ、空は動かない", "水だけ動く", "ガラスの靴", "zoomしながら雲", "反時計回りに回転", "ゆっくり4秒パンするloop", "ﾊﾟﾝ", "ひらがなだけ", "々々", "ーー",
    "Zoom avant, die Wolken ziehen, las olas rompen, 旗がはためく", "nubess", "feuillles", "Wasserfälle", "unbekanntwort quelconque desconocido 不明", "a la izquierda", "grassland housewife raincloud", "ẞ ﬀ ① ²",
    "the geyser shoots up, the tuk-tuk stays still", "sea lions, a Sea-Lion and two fire trucks", "forget-me-nots", "hot springs steam", "hot water, springs", "Fähre fahre Faehre FÄHREN", "Fa\u0308hre", "für immer",
    "wisteira", "die Stabkirche am Fjord", "間欠泉が噴き上がる", "あじさいとハリネズミ", "le mélèze et l'épicéa", "el jacarandá y la ceiba",
]


def write_cases(tokenizer, path):
    """Golden cases of the tokeniser for the TypeScript side."""
    with open(path, "w") as file:
        json.dump([{"text": t, "ids": tokenizer.encode(t)} for t in CASE_TEXTS], file, ensure_ascii=False, indent=0)


if __name__ == "__main__":
    main()
