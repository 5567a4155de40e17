"""The canvas that scenes are painted on: noise, colours, masks, one paint brush, and the lens at the end."""

import cv2
import numpy as np

from captions import CLASSES

SIZE = 160
ID = {name: i for i, name in enumerate(CLASSES)}
YY, XX = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE
cv2.setNumThreads(1)


def spectrum_noise(rng, n, slope):
    """Tileable noise [n, n] with power falling as frequency**-slope, mean 0, deviation 1."""
    f = np.fft.fftfreq(n)[:, None] ** 2 + np.fft.rfftfreq(n)[None] ** 2
    f[0, 0] = 1
    spec = np.fft.rfft2(rng.standard_normal((n, n))) * f ** (-slope / 4)
    spec[0, 0] = 0
    out = np.fft.irfft2(spec, (n, n)).astype(np.float32)
    return out / out.std()


class Pool:
    """Noise textures made once per process; every use samples one through a random map."""

    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.textures = {slope: [spectrum_noise(rng, 512, slope) for _ in range(5)] for slope in (1.2, 1.8, 2.4, 3.0, 3.8)}


POOL = Pool()


def smooth(a, low, high):
    """Smoothstep of `a` from `low` to `high`."""
    t = np.clip((a - low) / (high - low + 1e-9), 0, 1)
    return t * t * (3 - 2 * t)


class Canvas:
    """Colour with label, depth, sway and flow. `r` is the random generator (numpy)."""

    def __init__(self, rng):
        self.r = rng
        self.rgb = np.zeros((SIZE, SIZE, 3), np.float32)
        self.label = np.zeros((SIZE, SIZE), np.uint8)
        self.depth = np.zeros((SIZE, SIZE), np.float32)
        self.sway = np.zeros((SIZE, SIZE), np.float32)
        self.flow = np.zeros((SIZE, SIZE, 2), np.float32)
        self.light_tint = np.ones(3, np.float32)

    # ---- random values ----
    def u(self, low=0.0, high=1.0):
        return low + (high - low) * float(self.r.random())

    def chance(self, p):
        return self.r.random() < p

    def pick(self, items):
        return items[int(self.r.integers(len(items)))]

    def colour(self, *choices, jitter=0.06):
        """One of the given colours (0-255 triples) with jitter, as floats 0..1."""
        c = np.array(self.pick(choices), np.float32) / 255
        return np.clip(c * self.u(0.8, 1.2) + self.r.normal(0, jitter, 3), 0, 1).astype(np.float32)

    def any_colour(self):
        hue, sat, val = self.u(0, 180), self.u(0, 1) ** 1.3 * 255, self.u(0.1, 1) * 255
        return cv2.cvtColor(np.uint8([[[hue, sat, val]]]), cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32) / 255

    # ---- textures ----
    def noise(self, slope=2.4, sx=1.0, sy=1.0, angle=0.0, warp=None):
        """Noise [SIZE, SIZE]; larger sx, sy = finer grain; `warp` = (x, y) coordinates instead of pixels."""
        texture = self.pick(POOL.textures[slope])
        x, y = (XX * SIZE, YY * SIZE) if warp is None else warp
        c, s = np.cos(angle), np.sin(angle)
        mx = (x * c + y * s) * sx + self.u(0, 512)
        my = (-x * s + y * c) * sy + self.u(0, 512)
        return cv2.remap(texture, mx.astype(np.float32) % 511, my.astype(np.float32) % 511, cv2.INTER_LINEAR)

    def ground_warp(self, horizon, camera=60.0):
        """Perspective coordinates of a horizontal plane below `horizon` (fraction of the height)."""
        d = np.maximum(YY - horizon, 0.004)
        return (XX - self.u(0.2, 0.8)) / d * camera * 0.35, camera * 1.2 / (d + 0.02) * 0.35

    # ---- brushes ----
    def paint(self, alpha, rgb, name, depth, sway=0.0, flow=None, solid=0.5):
        """Lays `rgb` over the canvas with coverage `alpha`; where alpha > solid the labels change too."""
        self.rgb += alpha[..., None] * (rgb - self.rgb)
        m = alpha > solid
        self.label[m] = ID[name]
        self.depth[m] = depth[m] if isinstance(depth, np.ndarray) else depth
        self.sway[m] = sway[m] if isinstance(sway, np.ndarray) else sway
        self.flow[m] = 0 if flow is None else (flow[m] if isinstance(flow, np.ndarray) else np.array(flow, np.float32))

    def mask_polygon(self, points):
        mask = np.zeros((SIZE, SIZE), np.uint8)
        cv2.fillPoly(mask, [np.round(np.array(points) * SIZE * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return mask.astype(np.float32) / 255

    def mask_ellipse(self, cx, cy, rx, ry, angle=0.0, rough=0.0, grain=2.0):
        c, s = np.cos(angle), np.sin(angle)
        dx, dy = (XX - cx) * c + (YY - cy) * s, -(XX - cx) * s + (YY - cy) * c
        d = np.sqrt((dx / rx) ** 2 + (dy / ry) ** 2)
        if rough:
            d = d + rough * self.noise(1.8, grain, grain)
        w = 0.012 / max(min(rx, ry), 0.02)
        return 1 - smooth(d, 1 - w, 1 + w), d

    def mask_lines(self, lines, width):
        mask = np.zeros((SIZE, SIZE), np.uint8)
        for line in lines:
            cv2.polylines(mask, [np.round(np.array(line) * SIZE * 16).astype(np.int32)], False, 255, max(1, int(width)), cv2.LINE_AA, 4)
        return mask.astype(np.float32) / 255

    def shade(self, base, texture, contrast=0.2, second=None):
        """base colour x (1 + contrast x texture), optionally mixed with a second colour."""
        out = base * (1 + contrast * texture[..., None])
        if second is not None:
            t = smooth(texture, -1.2, 1.2)[..., None]
            out = out * (1 - t) + second * (1 + 0.5 * contrast * texture[..., None]) * t
        return np.clip(out, 0, 1)

    def finish(self):
        """Lens and sensor: exposure, tone, blur, vignette, noise, JPEG. Returns uint8 [SIZE, SIZE, 3]."""
        rgb = np.clip(self.rgb, 0, 1)
        if self.chance(0.35):
            rgb = cv2.GaussianBlur(rgb, (0, 0), self.u(0.3, 1.4))
        if self.chance(0.15):  # depth of field
            soft = cv2.GaussianBlur(rgb, (0, 0), self.u(1, 4))
            focus = self.u()
            t = smooth(np.abs(cv2.GaussianBlur(self.depth, (0, 0), 3) - focus), 0.1, 0.5)[..., None]
            rgb = rgb * (1 - t) + soft * t
        if self.chance(0.35):
            d = np.hypot(XX - 0.5, YY - 0.5)[..., None]
            rgb = rgb * (1 - self.u(0.1, 0.8) * d * d * 2)
        if self.chance(0.15):  # haze or flare
            rgb = rgb + self.u(0, 0.4) * (self.u(0.5, 1) - rgb)
        if self.chance(0.3):
            rgb = rgb + self.r.normal(0, self.u(0.003, 0.04), rgb.shape)
        if self.chance(0.05):
            rgb = np.repeat(rgb.mean(2, keepdims=True), 3, 2)
        out = np.uint8(np.clip(rgb, 0, 1) * 255)
        if self.chance(0.3):
            _, data = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(self.u(35, 90))])
            out = cv2.imdecode(data, 1)
        return out
