"""Pictures that Debian packages carry in a form OpenCV cannot read: GCompris' Qt resource files and Budgie's JPEG XL."""

import glob
import os
import re
import subprocess

import cv2

# folder of pictures -> the package it is taken from
DERIVED = {"gcompris-images": "gcompris-qt-data"}
LONG_SIDE_PX = 1280


def unpack_gcompris(package, folder):
    """Cuts WebP and JPEG files out of every .rcc below `package`; named after the resource file and the offset in it."""
    os.makedirs(folder, exist_ok=True)
    for path in glob.glob(f"{package}/usr/share/gcompris-qt/rcc/*.rcc"):
        with open(path, "rb") as file:
            data = file.read()
        name = os.path.basename(path).removesuffix(".rcc")
        for match in re.finditer(rb"RIFF(....)WEBP", data, re.S):
            size = int.from_bytes(match[1], "little") + 8
            if size > 15_000:  # smaller ones are icons
                write(f"{folder}/{name}-{match.start()}.webp", data[match.start():match.start() + size])
        # rcc stores the length of a file in front of it, big-endian
        for match in re.finditer(rb"\xff\xd8\xff[\xe0\xe1\xdb]", data):
            size = int.from_bytes(data[match.start() - 4:match.start()], "big")
            if 10_000 < size < 3_000_000:
                write(f"{folder}/{name}-{match.start()}.jpg", data[match.start():match.start() + size])


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def unpack_jxl(package):
    """Every .jxl below `package` -> a .png beside it, at most LONG_SIDE_PX long; needs djxl of libjxl-tools."""
    for path in glob.glob(f"{package}/**/*.jxl", recursive=True):
        target = path.removesuffix(".jxl") + ".png"
        if os.path.exists(target):
            continue
        subprocess.run(["djxl", path, target], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        image = cv2.imread(target)
        scale = min(1, LONG_SIDE_PX / max(image.shape[:2]))
        cv2.imwrite(target, cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def unpack(folder):
    """Everything of this kind that was downloaded into `folder`."""
    for derived, package in DERIVED.items():
        if os.path.isdir(f"{folder}/{package}") and not os.path.isdir(f"{folder}/{derived}"):
            unpack_gcompris(f"{folder}/{package}", f"{folder}/{derived}")
    if os.path.isdir(f"{folder}/budgie-backgrounds"):
        unpack_jxl(f"{folder}/budgie-backgrounds")
