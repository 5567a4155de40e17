"""Draws random scenes with known labels: the only training pictures of this model (no photo is used).

A scene is painted from far to near on a 160 x 160 canvas. Every brush notes, next to the colour,
the class, the depth (0 far .. 1 near), the sway (0 anchored .. 1 free end) and the flow direction.
`python scenes.py --count 20000 --out DIR` writes shards; `--sheet FILE` draws a contact sheet.
"""

import argparse
import os
import time

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


class Scene:
    """The canvas and its brushes. `r` is the random generator (numpy)."""

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

    # ---- sky ----
    def sky(self, kind=None, horizon=0.6):
        kind = kind or self.pick(["blue", "blue", "blue", "deep", "haze", "sunset", "sunset", "pink", "grey", "grey", "storm", "night", "white", "dawn"])
        c = self.colour
        top, low = {
            "blue": (c((70, 130, 200), (95, 155, 215), (60, 110, 180)), c((170, 205, 235), (200, 220, 235), (140, 185, 225))),
            "deep": (c((20, 60, 140), (30, 80, 160), (40, 90, 130)), c((80, 140, 205), (110, 170, 220))),
            "haze": (c((170, 190, 205), (185, 195, 200)), c((220, 220, 215), (230, 215, 195))),
            "sunset": (c((60, 70, 120), (90, 70, 110), (40, 60, 110), (150, 90, 90)), c((250, 150, 60), (245, 120, 70), (250, 190, 110), (220, 80, 50))),
            "pink": (c((120, 120, 180), (150, 140, 190)), c((240, 180, 190), (250, 200, 180), (220, 150, 170))),
            "grey": (c((140, 145, 150), (120, 128, 138), (165, 168, 170)), c((190, 192, 195), (210, 210, 208), (170, 175, 180))),
            "storm": (c((50, 55, 65), (70, 75, 85), (45, 55, 60)), c((120, 125, 130), (150, 140, 120), (100, 105, 115))),
            "night": (c((5, 8, 20), (10, 14, 35), (15, 20, 50)), c((20, 30, 60), (40, 40, 70), (60, 50, 60), (15, 20, 30))),
            "white": (c((225, 230, 235), (235, 235, 235)), c((240, 240, 240), (250, 248, 245))),
            "dawn": (c((100, 130, 180), (80, 110, 150)), c((250, 220, 170), (240, 200, 160))),
        }[kind]
        t = np.clip(YY / max(horizon, 0.15), 0, 1) ** self.u(0.6, 1.8)
        t = np.clip(t + self.u(-0.25, 0.25) * (XX - 0.5), 0, 1)[..., None]
        rgb = top * (1 - t) + low * t
        sun = None
        if kind in ("sunset", "dawn", "blue", "haze", "pink") and self.chance(0.4):
            sun = (self.u(0.1, 0.9), self.u(0.1, horizon))
            d = np.hypot(XX - sun[0], YY - sun[1])
            glow = np.exp(-d / self.u(0.05, 0.3))[..., None] * self.u(0.3, 1)
            rgb = rgb + glow * (np.array([1, .9, .65], np.float32) - rgb)
            if self.chance(0.5):
                rgb = np.where((d < self.u(0.012, 0.04))[..., None], np.array([1, .97, .85], np.float32), rgb)
        # clouds: finer towards the horizon
        if kind == "night":
            stars = self.r.random((SIZE, SIZE)) > self.u(0.985, 0.999)
            rgb = rgb + stars[..., None] * self.r.random((SIZE, SIZE, 1)) * 0.9
            if self.chance(0.3):
                band = np.exp(-((XX * self.u(-1, 1) + YY * self.u(0.3, 1) - self.u(0, 0.7)) / 0.12) ** 2)
                rgb = rgb + (band * (0.5 + 0.25 * self.noise(2.4, 2, 2)))[..., None] * c((120, 110, 140), (90, 120, 110)) * 0.7
            if self.chance(0.15):
                band = smooth(self.noise(3.0, 2, 0.4), 0.2, 1.5)
                rgb = rgb + band[..., None] * c((40, 200, 110), (60, 220, 160)) * 0.8
        if self.chance(0.78):
            d = np.maximum(horizon + 0.06 - YY, 0.03)
            k = self.u(10, 40)
            style = self.pick(["cumulus", "cumulus", "cirrus", "stratus", "puffs", "mackerel"])
            warp = (XX * SIZE * (1 - 0.5 * self.u()) + (XX - 0.5) / d * k * 0.7, k / d) if style != "puffs" else (XX * SIZE, YY * SIZE)
            s = self.u(0.5, 2.2)
            n = self.noise(self.pick([2.4, 3.0, 3.0]), s * (0.5 if style in ("cirrus", "stratus") else 1), s * (2 if style in ("cirrus", "stratus") else 1.2), self.u(-0.35, 0.35), warp)
            n = n + 0.35 * self.noise(2.4, 3 * s, 3 * s, 0, warp)
            if style == "mackerel":
                n = 0.5 * n + 0.8 * self.noise(1.2, s, s * 1.5, self.u(-1, 1), warp)
            edge = self.u(-1.2, 0.9)
            soft = {"cumulus": self.u(0.3, 1.0), "puffs": self.u(0.25, 0.8)}.get(style, self.u(1.0, 2.5))
            cover = smooth(n, edge, edge + soft)
            body = cv2.GaussianBlur(n, (0, 0), self.u(0.7, 3.5))
            lit = smooth(2 * (body - np.roll(body, (2, 1), (0, 1))) + self.u(0.2, 0.6) * body, -1.2, 1.4)[..., None]
            bright, dark = {
                "sunset": (c((255, 190, 120), (250, 140, 100), (255, 210, 170)), c((110, 70, 90), (80, 60, 80), (140, 80, 70))),
                "pink": (c((255, 215, 215), (250, 190, 190)), c((150, 130, 160), (130, 110, 150))),
                "storm": (c((150, 155, 160), (120, 125, 130)), c((40, 42, 50), (60, 62, 70))),
                "night": (c((60, 65, 85), (45, 45, 60), (90, 70, 60)), c((15, 18, 28), (25, 25, 35))),
                "grey": (c((215, 215, 215), (200, 202, 205)), c((115, 120, 125), (140, 142, 145))),
                "dawn": (c((255, 230, 200), (250, 210, 190)), c((140, 130, 150), (120, 120, 140))),
            }.get(kind, (c((252, 252, 252), (240, 242, 245)), c((170, 178, 190), (140, 150, 165), (200, 205, 212))))
            cloud = dark + lit * (bright - dark)
            rgb = rgb + (cover * self.u(0.6, 1))[..., None] * (cloud - rgb)
        self.light_tint = np.clip(0.35 + 0.9 * low / max(low.max(), 0.2) * (0.35 if kind == "night" else 0.6 if kind in ("sunset", "storm") else 1), 0, 1.1).astype(np.float32)
        self.sky_low, self.sky_kind, self.horizon = low, kind, horizon
        self.paint(np.ones((SIZE, SIZE), np.float32), np.clip(rgb, 0, 1), "sky", 0.0)

    # ---- static things ----
    def ridge(self, base, height, roughness=3.0, grain=1.0):
        """A skyline: y of the ridge per column."""
        line = self.noise(self.pick([2.4, 3.0, 3.8, 3.8]), 0.6 * grain, 0.6 * grain)[int(self.u(0, SIZE - 1))]
        return base - height * (0.6 + 0.4 * line) + self.u(-0.15, 0.15) * (XX[0] - 0.5)

    def mountains(self, horizon, count=None):
        for i in range(count or int(self.r.integers(1, 4))):
            y = self.ridge(horizon, self.u(0.03, 0.3) * (1 - 0.2 * i), grain=self.u(0.4, 2.0))
            alpha = smooth(YY - y[None], -0.004, 0.004)
            n = self.noise(2.4, self.u(1, 4), self.u(1, 4), self.u(-1, 1))
            lit = n - np.roll(n, 2, 1)
            base = self.colour((80, 75, 70), (60, 70, 90), (90, 80, 60), (50, 65, 45), (110, 100, 90), (45, 55, 50), (120, 90, 70)) * self.light_tint
            rgb = self.shade(base, lit * 2 + 0.4 * n, 0.25)
            if self.chance(0.35):
                snow = smooth(n * 0.05 + (y[None] + self.u(0.02, 0.15) - YY), 0, 0.03)[..., None]
                rgb = rgb * (1 - snow) + snow * np.clip(self.colour((235, 240, 250)) * self.light_tint + 0.12 * lit[..., None], 0, 1)
            haze = self.u(0, 0.75) * (1 - 0.3 * i)
            rgb = rgb * (1 - haze) + haze * (self.sky_low * 0.9)
            self.paint(alpha, np.clip(rgb, 0, 1), "static", 0.1 + 0.06 * i)

    def land(self, horizon, kind=None):
        """Ground plane below the horizon: static kinds or a meadow."""
        kind = kind or self.pick(["sand", "rock", "road", "snow", "soil", "gravel", "lawn", "meadow", "field", "meadow", "tallgrass", "lawn"])
        y = horizon + self.u(-0.01, 0.04) * self.noise(3.8, 0.5, 0.5)[3][None] + 0 * YY
        alpha = smooth(YY - y, -0.004, 0.006)
        depth = np.clip((YY - horizon) / max(1 - horizon, 0.05), 0, 1) * 0.8 + 0.2
        warp = self.ground_warp(horizon, self.u(40, 110))
        if kind in ("lawn", "meadow", "field", "tallgrass"):
            self.grass(alpha, horizon, depth, kind)
            return
        base = {
            "sand": self.colour((210, 185, 145), (225, 205, 170), (190, 160, 120), (200, 170, 130)),
            "rock": self.colour((120, 115, 110), (90, 88, 85), (140, 120, 100), (70, 70, 75)),
            "road": self.colour((90, 90, 95), (110, 108, 105), (70, 72, 78)),
            "snow": self.colour((235, 240, 248), (215, 225, 240)),
            "soil": self.colour((110, 80, 55), (90, 70, 50), (140, 105, 75)),
            "gravel": self.colour((135, 130, 125), (120, 115, 100), (155, 150, 145)),
        }[kind] * self.light_tint
        n = 0.6 * self.noise(2.4, self.u(0.6, 2), self.u(0.6, 2), 0, warp) + 0.5 * self.noise(1.2, self.u(1, 3), self.u(1, 3), 0, warp)
        contrast = {"sand": 0.1, "rock": 0.3, "road": 0.07, "snow": 0.06, "soil": 0.2, "gravel": 0.28}[kind] * self.u(0.5, 1.5)
        rgb = self.shade(base, n, contrast)
        self.paint(alpha, rgb, "static", depth)
        if kind == "road" or self.chance(0.15):
            x0, x1, top = self.u(-0.2, 0.6), self.u(0.4, 1.2), self.u(0.3, 0.7)
            mask = self.mask_polygon([(top - 0.01, horizon), (top + 0.01, horizon), (x1 + 0.2, 1.05), (x0, 1.05)]) * alpha
            self.paint(mask, self.shade(self.colour((90, 90, 95), (150, 140, 125), (120, 100, 80)) * self.light_tint, n, 0.1), "static", depth)
            if self.chance(0.6):
                self.paint(self.mask_lines([[(top, horizon), ((x0 + x1 + 0.2) / 2, 1.05)]], 2) * alpha, self.colour((240, 240, 230), (230, 200, 80)), "static", depth)

    def rocks(self, count, top=0.5, bottom=1.0, size=(0.03, 0.18)):
        for y in sorted(self.r.uniform(min(top, bottom), bottom, count)):
            s = self.u(*size) * (0.4 + y)
            a, d = self.mask_ellipse(self.u(-0.05, 1.05), y, s * self.u(0.8, 2), s * self.u(0.4, 1), self.u(-0.3, 0.3), 0.13, self.u(1, 2.5))
            n = self.noise(2.4, 3, 3)
            light = 0.75 + 0.5 * smooth(-(YY - y) / s, -0.8, 0.8)[..., None]
            rgb = self.shade(self.colour((120, 115, 108), (80, 78, 76), (150, 130, 105), (95, 85, 75), (60, 62, 66), (170, 160, 150)) * self.light_tint, n + 0.5 * self.noise(1.2, 2, 2), 0.2) * light
            self.paint(a, np.clip(rgb, 0, 1), "static", min(0.95, 0.3 + 0.6 * y))

    def building(self, x, base, w, h):
        rgb = self.shade(self.colour((200, 190, 175), (150, 90, 70), (120, 125, 135), (230, 225, 215), (90, 85, 80), (180, 150, 110), (70, 80, 100)) * self.light_tint, self.noise(1.8, 2, 2), self.u(0.02, 0.12))
        a = self.mask_polygon([(x, base), (x + w, base), (x + w, base - h), (x, base - h)])
        self.paint(a, rgb, "static", 0.45)
        if self.chance(0.5):
            peak = self.u(0.1, 0.6) * w
            roof = self.mask_polygon([(x - 0.1 * w, base - h), (x + w * 1.1, base - h), (x + w * self.u(0.4, 0.6), base - h - peak)])
            self.paint(roof, self.shade(self.colour((150, 70, 50), (80, 75, 75), (110, 80, 60), (60, 65, 75)) * self.light_tint, self.noise(1.2, 1, 3), 0.15), "static", 0.45)
        nx, ny = max(1, int(w / self.u(0.03, 0.09))), max(1, int(h / self.u(0.04, 0.09)))
        window = self.colour((40, 50, 65), (90, 110, 130), (30, 30, 35), (150, 170, 190))
        night = getattr(self, "sky_kind", "") == "night"
        for i in range(nx):
            for j in range(ny):
                px, py = x + (i + 0.25) * w / nx, base - h + (j + 0.25) * h / ny
                p0, p1 = (int(px * SIZE), int(py * SIZE)), (int((px + 0.5 * w / nx) * SIZE), int((py + 0.5 * h / ny) * SIZE))
                lit = night and self.chance(0.45)
                colour = self.colour((255, 220, 140), (255, 240, 200), (255, 190, 100)) if lit else window
                cv2.rectangle(self.rgb, p0, p1, [float(v) for v in colour], -1)
                if lit:
                    cv2.rectangle(self.label, p0, p1, ID["light"], -1)

    def town(self, base):
        for _ in range(int(self.r.integers(1, 10))):
            w = self.u(0.05, 0.3)
            self.building(self.u(-0.1, 1), base + self.u(-0.01, 0.05), w, w * self.u(0.5, 2.5))

    def static_texture(self):
        """A full-frame or backdrop texture that never moves: wall, wood, brick, fabric, gravel, metal, gradient."""
        kind = self.pick(["wall", "wall", "gradient", "wood", "brick", "gravel", "marble", "stripes", "tiles", "bokeh", "bokeh", "blur", "blur", "paper", "rockface", "abstract"])
        a, b = self.any_colour(), self.any_colour()
        if kind in ("wall", "paper"):
            rgb = self.shade(a, self.noise(self.pick([1.2, 2.4, 3.8]), self.u(0.3, 3), self.u(0.3, 3)), self.u(0.0, 0.12))
        elif kind == "gradient":
            t = smooth((XX - 0.5) * self.u(-1, 1) + (YY - 0.5) * self.u(-1, 1) + 0.15 * self.noise(3.8, 0.5, 0.5), -0.6, 0.6)[..., None]
            rgb = a * (1 - t) + b * t
        elif kind == "wood":
            angle = self.pick([0, 0, np.pi / 2]) + self.u(-0.1, 0.1)
            rgb = self.shade(self.colour((150, 105, 65), (110, 75, 45), (190, 150, 105), (90, 60, 45), (130, 120, 110)), self.noise(1.8, 0.2, self.u(1, 4), angle), 0.2)
            if self.chance(0.6):
                planks = (np.mod((YY * np.cos(angle) - XX * np.sin(angle)) * self.u(3, 9), 1) < 0.05)[..., None]
                rgb = np.where(planks, rgb * 0.5, rgb)
        elif kind in ("brick", "tiles"):
            n, m = self.u(4, 14), self.u(2, 7)
            row = np.floor(YY * n)
            shift = 0.5 * (row % 2) if kind == "brick" else 0
            fx, fy = np.mod(XX * m + shift, 1), np.mod(YY * n, 1)
            joint = ((fx < 0.05) | (fy < 0.1))[..., None]
            cell = np.sin(row * 12.9 + np.floor(XX * m + shift) * 78.2) * 43758.5 % 1
            base = self.colour((160, 80, 60), (140, 100, 80), (180, 180, 180), (200, 190, 170)) if kind == "brick" else a
            rgb = np.where(joint, b * 0.8, self.shade(base, cell.astype(np.float32) + 0.5 * self.noise(1.8, 3, 3), 0.15))
        elif kind == "gravel":
            rgb = self.shade(self.colour((130, 125, 120), (160, 150, 135), (95, 90, 88), (70, 70, 72)), self.noise(1.2, self.u(0.5, 2), self.u(0.5, 2)), self.u(0.15, 0.4))
        elif kind == "rockface":
            n = self.noise(2.4, self.u(0.6, 2), self.u(0.6, 2), self.u(-1, 1)) + 0.6 * self.noise(1.2, self.u(0.5, 2), self.u(0.5, 2))
            lit = n - np.roll(n, (2, 1), (0, 1))
            rgb = self.shade(self.colour((120, 110, 100), (90, 88, 90), (150, 125, 95), (110, 85, 70), (170, 165, 155)), lit + 0.5 * n, self.u(0.15, 0.4))
        elif kind == "abstract":  # wallpaper-like: a few large curved areas with gradients
            rgb = np.zeros((SIZE, SIZE, 3), np.float32) + a
            for _ in range(int(self.r.integers(2, 9))):
                c1, c2, angle = self.any_colour(), self.any_colour(), self.u(0, 6.28)
                ramp = (XX - 0.5) * np.cos(angle) + (YY - 0.5) * np.sin(angle)
                edge = ramp + self.u(0, 0.2) * self.noise(3.8, self.u(0.2, 0.8), self.u(0.2, 0.8)) + self.u(-0.5, 0.5)
                t = smooth(edge, 0, self.pick([0.006, 0.006, 0.1, 0.5]))[..., None]
                g = smooth(ramp + self.u(-0.2, 0.2), -0.5, 0.5)[..., None]
                rgb = rgb * (1 - t) + (c1 * (1 - g) + c2 * g) * t
        elif kind == "marble":
            n = self.noise(2.4, 1.5, 1.5)
            rgb = self.shade(self.colour((220, 220, 215), (120, 110, 100), (90, 90, 90)), np.abs(n) ** 0.5 - 0.7, 0.3)
        elif kind == "stripes":
            angle, k = self.u(0, 3.14), self.u(3, 25)
            t = smooth(np.sin((XX * np.cos(angle) + YY * np.sin(angle)) * k * 6.28), -0.3, 0.3)[..., None]
            rgb = a * (1 - t) + b * t
        else:  # out-of-focus background
            n = np.stack([self.noise(3.8, 0.8, 0.8) for _ in range(2)])
            rgb = self.shade(a * self.u(0.3, 1), n[0], 0.35, b * self.u(0.3, 1))
            if kind == "bokeh":
                for _ in range(int(self.r.integers(3, 25))):
                    mask, _ = self.mask_ellipse(self.u(), self.u(), *(2 * [self.u(0.02, 0.09)]))
                    rgb = rgb + (mask * self.u(0.1, 0.5))[..., None] * (self.pick([self.any_colour(), b]) + 0.2 - rgb)
        self.paint(np.ones((SIZE, SIZE), np.float32), np.clip(rgb, 0, 1).astype(np.float32), "static", self.u(0, 0.3))
        self.light_tint = np.ones(3, np.float32) * self.u(0.6, 1)
        self.sky_low, self.sky_kind = a, "indoor"

    def thing(self, cx=None, cy=None, size=None, depth=0.6):
        """An unnamed static object: box, ball, bottle, blob, disc, board."""
        cx, cy, s = cx or self.u(0.1, 0.9), cy or self.u(0.3, 0.95), size or self.u(0.05, 0.3)
        kind = self.pick(["box", "ball", "bottle", "blob", "disc", "poly", "bar"])
        base = self.any_colour() * self.light_tint
        tex = self.noise(self.pick([1.2, 1.8, 2.4, 3.8]), self.u(0.5, 4), self.u(0.5, 4)) * self.u(0, 0.25)
        if kind in ("box", "poly"):
            k = 4 if kind == "box" else int(self.r.integers(3, 8))
            angle = np.sort(self.r.uniform(0, 6.28, k)) if kind == "poly" else np.array([0.78, 2.35, 3.92, 5.49]) + self.u(-0.2, 0.2)
            w = self.u(0.5, 1.5)
            a = self.mask_polygon([(cx + s * w * np.cos(t), cy + s * np.sin(t)) for t in angle])
            light = 0.8 + 0.4 * smooth((XX - cx) * self.u(-1, 1) / s, -1, 1)
        elif kind == "bar":
            angle, length = self.u(0, 3.14), self.u(0.3, 1.4)
            dx, dy = np.cos(angle) * length, np.sin(angle) * length
            a = self.mask_lines([[(cx - dx, cy - dy), (cx + dx, cy + dy)]], self.u(2, 14))
            light = 0.9 + 0.1 * tex
        else:
            rx, ry = {"ball": (s, s), "bottle": (s * 0.35, s * 1.2), "disc": (s * 1.4, s * 0.5)}.get(kind, (s * self.u(0.6, 1.4), s * self.u(0.6, 1.4)))
            a, d = self.mask_ellipse(cx, cy, rx, ry, self.u(-0.3, 0.3), 0.15 if kind == "blob" else 0, 1.0)
            light = np.clip(1.25 - 0.6 * np.hypot((XX - cx + 0.4 * rx) / rx, (YY - cy + 0.4 * ry) / ry), 0.3, 1.4)
        rgb = np.clip(base * (light * (1 + tex))[..., None], 0, 1)
        if self.chance(0.3):
            spot = np.exp(-(((XX - cx + 0.3 * s) ** 2 + (YY - cy + 0.3 * s) ** 2) / (0.02 * s)))[..., None]
            rgb = np.clip(rgb + spot * 0.8, 0, 1)
        self.paint(a, rgb, "static", depth)

    # ---- water ----
    def water(self, horizon, bottom=1.0, name="sea", kind=None, alpha=None):
        """Water plane below `horizon`: colour from the sky, stretched waves, reflections, foam, glitter."""
        kind = kind or self.pick(["sea", "sea", "lake", "mirror", "rough", "deep"])
        if alpha is None:
            alpha = smooth(YY - horizon, -0.003, 0.003)
        d = np.clip((YY - horizon) / max(1.02 - horizon, 0.05), 0, 1)
        warp = self.ground_warp(horizon, self.u(30, 120))
        own = self.colour((30, 80, 110), (20, 100, 120), (40, 70, 80), (60, 110, 120), (50, 150, 160), (25, 50, 70), (70, 90, 80), (90, 100, 90), (110, 105, 85), (30, 60, 50)) * self.light_tint
        reflect = self.u(0.2, 0.85)
        mirrored = None
        if kind in ("lake", "mirror") or self.chance(0.25):
            rows = np.clip(2 * horizon * SIZE - np.arange(SIZE) * 1.0, 0, SIZE - 1)
            wobble = 2.5 * self.noise(1.8, 0.5, 2.5, 0, warp) * (0.3 if kind == "mirror" else 1)
            mirrored = cv2.remap(self.rgb, (XX * SIZE + wobble).astype(np.float32), (rows[:, None] + 0 * XX + 1.5 * wobble).astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            mirrored = cv2.GaussianBlur(mirrored, (3, 1 + 2 * int(self.u(0, 6))), 0)
            sky_part = mirrored
        else:
            sky_part = self.sky_low * (1 - 0.35 * d[..., None])
        fade = np.clip(reflect * (1 - 0.5 * d * self.u(0, 1)), 0, 1)[..., None]
        if kind == "mirror":
            fade = np.clip(fade + 0.25, 0, 0.95)
        rgb = own * (1 - fade) + sky_part * fade
        s = self.u(0.4, 1.6)
        n = self.noise(self.pick([1.8, 2.4]), s * self.u(0.3, 0.7), s * self.u(1.2, 2.6), self.u(-0.15, 0.15), warp) + 0.5 * self.noise(1.2, s * 0.8, s * 2.5, 0, warp)
        strength = {"mirror": 0.03, "lake": 0.08, "rough": 0.28, "deep": 0.12}.get(kind, 0.15) * self.u(0.6, 1.5)
        rgb = rgb * (1 + strength * n[..., None] * (0.4 + d[..., None]))
        if kind in ("sea", "rough") and self.chance(0.6):
            caps = smooth(n, self.u(1.2, 2.2), 2.6)[..., None] * (0.3 + 0.7 * d[..., None])
            rgb = rgb + caps * (0.95 * np.maximum(self.light_tint, 0.5) - rgb)
        if kind in ("sea", "rough", "lake") and self.chance(0.3):  # glitter path of the sun
            x0 = self.u(0.15, 0.85)
            path = np.exp(-((XX - x0) / (0.05 + 0.25 * d)) ** 2) * smooth(n, 0.2, 1.6)
            rgb = rgb + path[..., None] * (np.array([1, .93, .75], np.float32) - rgb) * self.u(0.5, 1)
        if kind in ("sea", "rough") and self.chance(0.4):  # breaking wave rows
            for _ in range(int(self.r.integers(1, 5))):
                y0 = self.u(horizon + 0.1 * (1 - horizon), 1)
                line = y0 + 0.03 * self.noise(3.0, 0.8, 0.8)[7]
                thick = 0.008 + 0.05 * (y0 - horizon)
                crest = np.exp(-((YY - line[None]) / thick) ** 2) * smooth(self.noise(1.8, 2, 2) + self.u(-0.5, 1), -0.3, 0.8)
                rgb = rgb + (crest * self.u(0.5, 1))[..., None] * (0.95 * np.maximum(self.light_tint, 0.5) - rgb)
                dark = np.exp(-((YY - line[None] + 1.6 * thick) / thick) ** 2)[..., None]
                rgb = rgb * (1 - 0.25 * dark)
        self.paint(alpha * (YY < bottom + 1), np.clip(rgb, 0, 1), name, d * 0.75 + 0.2, 0.5, flow=None)
        return alpha

    def beach(self, horizon):
        """A shore cutting the water: sand or stones with foam at the edge."""
        slope, y0 = self.u(-0.8, 0.8), self.u(max(horizon + 0.12, 0.55), 0.95)
        edge = y0 + slope * (XX - 0.5) + 0.03 * self.noise(3.0, 0.8, 0.8)
        foam = np.exp(-((YY - edge + 0.02) / self.u(0.01, 0.05)) ** 2) * smooth(self.noise(1.8, 2, 2) + 0.6, -0.2, 0.6)
        inside = (self.label == ID["sea"])
        self.rgb += (foam * inside)[..., None] * (np.float32(0.95) * np.maximum(self.light_tint, 0.5) - self.rgb)
        alpha = smooth(YY - edge, -0.004, 0.004) * smooth(YY - horizon, 0.0, 0.01)
        sand = self.colour((215, 190, 150), (190, 160, 125), (150, 135, 120), (120, 115, 110), (230, 215, 190)) * self.light_tint
        wet = smooth(YY - edge, 0.0, self.u(0.03, 0.15))[..., None]
        n = self.noise(self.pick([1.2, 2.4]), 2, 2)
        self.paint(alpha, self.shade(sand, n, self.u(0.04, 0.22)) * (0.65 + 0.35 * wet), "static", 0.5 + 0.5 * YY)

    def river(self, horizon):
        """A course winding towards the viewer; flows down the picture."""
        t = np.linspace(0, 1, 24)
        x = self.u(0.2, 0.8) + self.u(-0.5, 0.5) * t + self.u(0.03, 0.25) * np.sin(self.u(2, 9) * t + self.u(0, 6)) * (0.3 + t)
        y = horizon + (1.08 - horizon) * t ** self.u(1.0, 1.8)
        w = self.u(0.005, 0.03) + self.u(0.08, 0.5) * t ** self.u(1.0, 2.0)
        mask = self.mask_polygon(list(zip(x - w, y)) + list(zip(x + w, y))[::-1])
        mask = smooth(mask + 0.12 * self.noise(2.4, 2, 2), 0.4, 0.6) * (YY > horizon)
        row = np.clip(np.interp(YY[:, 0], y, np.arange(24)), 0, 22.99)
        dx = np.interp(row, np.arange(24), np.gradient(x)) / np.maximum(np.interp(row, np.arange(24), np.gradient(y)), 0.01)
        flow = np.stack([np.clip(dx, -2, 2), np.ones_like(dx)], -1)
        flow = (flow / np.linalg.norm(flow, axis=1, keepdims=True))[:, None] + np.zeros((1, SIZE, 1))
        self.water(horizon, name="river", kind=self.pick(["lake", "deep", "sea", "mirror"]), alpha=mask)
        self.flow[mask > 0.5] = flow.astype(np.float32)[mask > 0.5]
        if self.chance(0.5):
            warp = self.ground_warp(horizon, 60)
            foam = smooth(self.noise(1.8, 2.2, 0.8, 0, warp), self.u(0.3, 1.3), 2)[..., None] * mask[..., None] * (self.label == ID["river"])[..., None]
            self.rgb += foam * self.u(0.4, 1) * (0.93 * np.maximum(self.light_tint, .5) - self.rgb)
        if self.chance(0.4):
            self.rocks(int(self.r.integers(2, 9)), horizon + 0.1, 1.0, (0.015, 0.07))

    def waterfall(self):
        """White streaks down a rock face into a pool."""
        x, w, top, base = self.u(0.2, 0.8), self.u(0.05, 0.3), self.u(-0.1, 0.4), self.u(0.6, 1.0)
        lean = self.u(-0.1, 0.1)
        mask = self.mask_polygon([(x - w / 2, top), (x + w / 2, top), (x + w * self.u(0.5, 0.9) + lean, base), (x - w * self.u(0.5, 0.9) + lean, base)])
        mask = smooth(mask + 0.2 * self.noise(1.8, 4, 0.5), 0.35, 0.65)
        n = self.noise(1.8, self.u(2, 5), 0.25)
        rgb = self.shade(self.colour((225, 232, 240), (200, 210, 220), (240, 240, 240)) * np.maximum(self.light_tint, 0.55), n, 0.16)
        self.paint(mask, rgb, "river", 0.5, 0.5, flow=(0, 1))
        if self.chance(0.7) and base < 0.97:
            edge = base - 0.02 + 0.02 * self.noise(3.0, 0.8, 0.8)
            self.water(base - 0.05, name="river", kind="deep", alpha=smooth(YY - edge, -0.01, 0.01))
            self.flow[(self.label == ID["river"]) & (YY > base)] = (self.pick([-0.7, 0, 0.7]), 0.7)
            mist = np.exp(-(((XX - x - lean) / (w + 0.05)) ** 2 + ((YY - base) / 0.07) ** 2))[..., None]
            self.rgb += 0.7 * mist * (0.92 - self.rgb)

    # ---- plants ----
    def leaf_colour(self):
        return self.colour((60, 95, 40), (45, 80, 35), (85, 120, 50), (30, 60, 30), (110, 130, 60), (70, 90, 60), (100, 140, 40),
                           *([(190, 120, 40), (200, 80, 40), (210, 160, 60), (150, 60, 40)] if self.chance(0.22) else []),
                           *([(230, 180, 200), (245, 235, 235)] if self.chance(0.06) else []), jitter=0.04) * np.maximum(self.light_tint, 0.25)

    def leaf_texture(self, base, grain=1.0):
        """Clumps of light and shade at three scales."""
        n = 0.7 * self.noise(2.4, 1.2 * grain, 1.2 * grain) + 0.7 * self.noise(1.2, 1.2 * grain, 1.2 * grain) + 0.4 * self.noise(1.2, 2.5, 2.5)
        up = n - np.roll(n, (-2, -1), (0, 1))
        light = np.clip(base * self.u(1.3, 2.2) + np.array([0.06, 0.06, 0.0]), 0, 1).astype(np.float32)
        t = smooth(n * 0.8 + 0.4 * up, -1.5, 2.0)[..., None]
        return np.clip(base * self.u(0.25, 0.6) * (1 - t) + light * t, 0, 1), n

    def tree(self, x, base, h, kind=None, depth=0.5):
        kind = kind or self.pick(["round", "round", "round", "conifer", "conifer", "palm", "bare", "tall", "willow"])
        trunk = self.colour((70, 55, 42), (50, 42, 38), (100, 85, 70), (40, 35, 30), (190, 185, 175)) * np.maximum(self.light_tint, 0.25)
        lean = self.u(-0.08, 0.08) * h
        rise = np.clip((base - YY) / h, 0, 1)
        tw = max(1, h * SIZE * self.u(0.03, 0.07))
        self.paint(self.mask_lines([[(x, base), (x + lean * 0.5, base - h * 0.6)]], tw), trunk, "static", depth)
        base_colour = self.leaf_colour()
        if kind == "palm":
            lines = []
            for _ in range(int(self.r.integers(8, 16))):
                a, l = self.u(0, 6.28), h * self.u(0.25, 0.45)
                ex, ey = np.cos(a) * l, np.sin(a) * l * 0.7
                lines.append([(x + lean, base - h), (x + lean + ex * 0.5, base - h + ey * 0.5 - l * 0.18), (x + lean + ex, base - h + ey + l * 0.1)])
            self.paint(self.mask_lines([[(x, base), (x + lean, base - h)]], max(1, tw * 0.5)), trunk, "static", depth)
            self.paint(self.mask_lines(lines, max(1, h * SIZE * 0.04)), self.leaf_texture(base_colour, 2)[0], "foliage", depth, np.clip(np.hypot(XX - x - lean, YY - base + h) / (0.45 * h), 0.1, 1))
            return
        if kind == "bare":
            lines = []
            for _ in range(int(self.r.integers(8, 30))):
                f = self.u(0.3, 1)
                px, py = x + lean * f, base - h * f
                a, l = self.u(-2.8, -0.3), h * self.u(0.1, 0.35)
                lines.append([(px, py), (px + np.cos(a) * l * 0.6, py + np.sin(a) * l * 0.5), (px + np.cos(a + self.u(-.4, .4)) * l, py + np.sin(a) * l)])
            self.paint(self.mask_lines([[(x, base), (x + lean, base - h)]], max(1, tw * 0.5)), trunk, "static", depth)
            self.paint(self.mask_lines(lines, 1), trunk, "foliage", depth, rise)
            return
        if kind == "conifer":
            half = h * self.u(0.16, 0.3) * np.clip((YY - (base - h)) / h, 0, 1) * (1 + 0.25 * np.sin(YY * self.u(60, 200) / max(h, .1) * 0.3))
            d = np.abs(XX - x - lean * rise) - half + 0.02 * h * self.noise(1.8, 3, 3)
            alpha = (1 - smooth(d, -0.004, 0.008)) * (YY < base - 0.04 * h) * (YY > base - h)
        elif kind == "tall":
            alpha, _ = self.mask_ellipse(x + lean, base - h * 0.55, h * self.u(0.1, 0.18), h * 0.47, 0, 0.15, self.u(1.5, 3))
        else:
            alpha = np.zeros((SIZE, SIZE), np.float32)
            for _ in range(int(self.r.integers(1, 5))):
                a, _ = self.mask_ellipse(x + lean + self.u(-0.2, 0.2) * h, base - h * self.u(0.5, 0.78), h * self.u(0.2, 0.36), h * self.u(0.18, 0.33), 0, 0.17, self.u(1.5, 4))
                alpha = np.maximum(alpha, a)
        rgb, n = self.leaf_texture(base_colour, self.u(0.8, 2.2))
        if self.chance(0.4):  # gaps
            alpha = alpha * smooth(n, -1.9, -1.2)
        light = 0.8 + 0.4 * smooth((x - XX) / (0.4 * h) * self.u(-1, 1) + rise, -0.5, 1.2)[..., None]
        self.paint(alpha, np.clip(rgb * light, 0, 1), "foliage", depth, rise)

    def treeline(self, base, height, count=None):
        """A row of trees or a solid forest edge."""
        if self.chance(0.5):
            for _ in range(count or int(self.r.integers(3, 12))):
                h = height * self.u(0.6, 1.3)
                self.tree(self.u(-0.05, 1.05), base + self.u(-0.01, 0.03), h, depth=0.35 + 0.3 * base)
            return
        y = base - height * (0.7 + 0.18 * self.noise(2.4, 2, 2)[5] + 0.14 * self.noise(1.2, 1.5, 1.5)[9])
        if self.chance(0.4):
            y = y - height * 0.3 * np.abs(np.sin(XX[0] * self.u(30, 90) + self.u(0, 6)))
        alpha = smooth(YY - y[None] + 0.008 * self.noise(1.2, 2, 2), -0.004, 0.006) * (YY < base + 0.02)
        rgb, _ = self.leaf_texture(self.leaf_colour(), self.u(0.8, 2.5))
        haze = self.u(0, 0.35)
        self.paint(alpha, rgb * (1 - haze) + haze * self.sky_low, "foliage", 0.4, np.clip((base - YY) / height, 0, 1) * 0.7)

    def branches(self):
        """Leaves hanging into the frame from an edge, near the viewer."""
        x, y = self.pick([(self.u(), -0.05), (-0.05, self.u(0, 0.6)), (1.05, self.u(0, 0.6))])
        dx, dy = 0.5 - x + self.u(-0.3, 0.3), 0.35 - y + self.u(-0.2, 0.2)
        base = self.leaf_colour() * self.u(0.5, 1.1)
        stem = self.mask_lines([[(x, y), (x + dx * 0.6, y + dy * 0.5), (x + dx, y + dy)]], self.u(1, 4))
        reach = np.hypot(XX - x, YY - y)
        self.paint(stem, self.colour((60, 45, 35), (40, 35, 30)), "foliage", 0.9, np.clip(reach, 0, 1) * 0.6)
        mask = np.zeros((SIZE, SIZE), np.uint8)
        size = self.u(2, 9)
        for _ in range(int(self.r.integers(20, 120))):
            f = self.u(0, 1.05)
            px, py = (x + dx * f + self.r.normal(0, 0.07)) * SIZE, (y + dy * f * (0.9) + self.r.normal(0, 0.07)) * SIZE
            cv2.ellipse(mask, (int(px), int(py)), (int(size * self.u(0.6, 1.3)), max(1, int(size * self.u(0.25, 0.6)))), self.u(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
        self.paint(mask.astype(np.float32) / 255, self.leaf_texture(base, 1.5)[0], "foliage", 0.9, np.clip(reach * 1.3, 0.1, 1))

    def forest(self):
        """Inside a wood: trunks, canopy, undergrowth."""
        back, _ = self.leaf_texture(self.leaf_colour(), self.u(0.8, 2))
        haze = self.u(0, 0.6)
        glow = self.colour((220, 230, 200), (200, 210, 220), (240, 220, 170))
        back = back * (1 - haze) + glow * haze * np.exp(-((YY - self.u(0.2, 0.6)) / 0.3) ** 2)[..., None] + back * haze * 0.3
        self.light_tint = np.ones(3, np.float32) * self.u(0.5, 1)
        self.sky_low, self.sky_kind = glow, "forest"
        self.paint(np.ones((SIZE, SIZE), np.float32), np.clip(back, 0, 1), "foliage", 0.2, 0.4 * (1 - YY))
        floor = self.u(0.6, 0.95)
        if self.chance(0.8):
            if self.chance(0.4):
                self.grass(smooth(YY - floor - 0.02 * self.noise(2.4, 1, 1), -0.02, 0.02), floor - 0.1, 0.4 + 0.5 * YY, "meadow")
            else:
                self.paint(smooth(YY - floor - 0.02 * self.noise(2.4, 1, 1), -0.01, 0.01), self.shade(self.colour((90, 70, 50), (70, 65, 50), (120, 90, 60), (60, 70, 45)) * self.light_tint, self.noise(1.2, 2, 2), 0.3), "static", 0.4 + 0.5 * YY)
        for i in range(int(self.r.integers(2, 16))):
            near = self.u() ** 2
            x, w = self.u(-0.05, 1.05), 0.008 + 0.09 * near
            lean = self.u(-0.08, 0.08)
            foot = min(1.05, floor + 0.3 * near)
            a = self.mask_polygon([(x - w / 2, foot), (x + w / 2, foot), (x + lean + w * 0.35, -0.05), (x + lean - w * 0.35, -0.05)])
            bark = self.shade(self.colour((75, 62, 50), (50, 45, 40), (110, 95, 80), (35, 32, 30), (150, 145, 140)) * self.light_tint, self.noise(1.8, 3, 0.6), 0.25)
            t = (0.5 - near) * haze
            self.paint(a, bark * (1 - max(t, 0)) + glow * max(t, 0), "static", 0.3 + 0.6 * near)
        if self.chance(0.6):
            self.branches()
        if self.chance(0.3):
            self.river(floor)

    def grass(self, alpha, horizon, depth, kind):
        warp = self.ground_warp(horizon, self.u(40, 120))
        base = self.colour((95, 130, 55), (75, 115, 45), (120, 145, 70), (60, 90, 40), (150, 150, 80), (190, 170, 100), (205, 175, 110), (170, 140, 80), (110, 120, 70), jitter=0.04) * np.maximum(self.light_tint, 0.25)
        fine = {"lawn": 0.08, "field": 0.15, "meadow": 0.22, "tallgrass": 0.3}[kind] * self.u(0.6, 1.4)
        streak = self.noise(1.8, self.u(2, 5), self.u(0.3, 0.9), self.u(-0.25, 0.25), (XX * SIZE * (0.3 + 0.7 / (depth + 0.3)), YY * SIZE))
        n = 0.5 * self.noise(2.4, 1, 1, 0, warp) + 0.4 * self.noise(1.2, 1.5, 1.5, 0, warp) + 0.7 * streak
        other = np.clip(base * self.u(0.5, 1.6) + self.r.normal(0, 0.04, 3), 0, 1).astype(np.float32)
        rgb = self.shade(base, n, fine, other)
        if kind == "field" and self.chance(0.5):
            rows = np.sin(warp[0] * self.u(0.3, 1.0))
            rgb = rgb * (1 + 0.15 * rows[..., None])
        if kind in ("meadow", "field") and self.chance(0.4):  # flowers
            dots = self.noise(1.2, 2.5, 2.5, 0, warp) + 0.5 * self.noise(2.4, 0.6, 0.6)
            flower = self.colour((240, 220, 80), (220, 60, 60), (240, 240, 240), (170, 110, 200), (240, 150, 190), (90, 100, 210))
            t = smooth(dots, self.u(0.9, 1.8), 2.2)[..., None]
            rgb = rgb * (1 - t) + flower * np.maximum(self.light_tint, 0.3) * t
        sway = np.clip(0.35 + 0.3 * streak + (0.2 if kind == "tallgrass" else -0.15 if kind == "lawn" else 0), 0.02, 1).astype(np.float32)
        self.paint(alpha, np.clip(rgb, 0, 1), "grass", depth, sway)

    def blades(self, base=1.05, height=0.4, count=None):
        """Single blades or reeds in front, each anchored at its foot."""
        count = count or int(self.r.integers(15, 110))
        colours = [self.leaf_colour(), self.colour((200, 180, 120), (170, 150, 90), (130, 150, 70)) * np.maximum(self.light_tint, 0.25)]
        bend, tips = self.u(-0.4, 0.4), self.chance(0.35)
        for group in range(3):
            lines, heads = [], []
            for _ in range(count // 3 + 1):
                x, h = self.u(-0.1, 1.1), height * self.u(0.4, 1.2)
                b = h * (bend + self.r.normal(0, 0.15))
                lines.append([(x, base), (x + b * 0.3, base - h * 0.6), (x + b, base - h)])
                heads.append((x + b, base - h))
            colour = self.pick(colours) * self.u(0.5, 1.3)
            rise = np.clip((base - YY) / height, 0.02, 1)
            self.paint(self.mask_lines(lines, self.pick([1, 1, 2, 3])), np.clip(colour, 0, 1), "grass", 0.9, rise)
            if tips:
                mask = np.zeros((SIZE, SIZE), np.uint8)
                for px, py in heads:
                    cv2.ellipse(mask, (int(px * SIZE), int(py * SIZE)), (2, 5), 0, 0, 360, 255, -1, cv2.LINE_AA)
                self.paint(mask.astype(np.float32) / 255, np.clip(self.colour((160, 120, 70), (220, 200, 150), (200, 90, 120)) * self.light_tint, 0, 1), "grass", 0.9, rise)

    def flowers(self):
        """Close-up: blossoms on stems before a soft background."""
        if self.chance(0.5):
            self.static_texture()
            green = self.leaf_colour()
            self.paint(np.ones((SIZE, SIZE), np.float32), self.shade(green, self.noise(3.8, 1, 1), 0.4, green * 0.4), self.pick(["static", "grass", "foliage"]), 0.1, 0.2)
        else:
            self.static_texture()
        for _ in range(int(self.r.integers(1, 7))):
            x, y, s = self.u(0.1, 0.9), self.u(0.15, 0.75), self.u(0.05, 0.28)
            foot = x + self.u(-0.15, 0.15)
            rise = np.clip((1.1 - YY) / (1.1 - y), 0.02, 1)
            self.paint(self.mask_lines([[(foot, 1.1), ((foot + x) / 2 + self.u(-.03, .03), (1.1 + y) / 2), (x, y)]], self.u(1, 5)), self.leaf_colour(), "grass", 0.8, rise)
            petal = self.colour((230, 60, 70), (240, 200, 60), (245, 240, 240), (170, 90, 190), (240, 140, 180), (250, 130, 50), (90, 100, 220), (240, 230, 160))
            k, phase, flat = int(self.r.integers(4, 16)), self.u(0, 6), self.u(0.5, 1)
            angle, d = np.arctan2((YY - y) / flat, XX - x), np.hypot(XX - x, (YY - y) / flat)
            edge = s * (0.75 + 0.25 * np.abs(np.cos((angle + phase) * k / 2)))
            alpha = 1 - smooth(d - edge, -0.006, 0.006)
            rgb = np.clip(petal * (0.65 + 0.5 * (d / s)[..., None] + 0.12 * np.cos((angle + phase) * k)[..., None]), 0, 1)
            self.paint(alpha, rgb, "grass", 0.85, rise)
            if self.chance(0.6):
                heart, _ = self.mask_ellipse(x, y, s * 0.25, s * 0.25 * flat, 0, 0.1, 4)
                self.paint(heart, self.shade(self.colour((230, 190, 50), (90, 60, 30), (200, 220, 100)), self.noise(1.2, 4, 4), 0.2), "grass", 0.85, rise)
        if self.chance(0.4):
            self.blades(1.05, self.u(0.2, 0.6))

    def leaves_close(self):
        """Close-up of big leaves."""
        self.static_texture()
        if self.chance(0.6):
            rgb, _ = self.leaf_texture(self.leaf_colour(), 0.6)
            self.paint(np.ones((SIZE, SIZE), np.float32), cv2.GaussianBlur(rgb, (0, 0), self.u(0.5, 6)), "foliage", 0.1, 0.3)
        green = self.leaf_colour()
        for _ in range(int(self.r.integers(3, 22))):
            x, y, l, w, a = self.u(), self.u(), self.u(0.08, 0.35), self.u(0.03, 0.14), self.u(0, 6.28)
            alpha, d = self.mask_ellipse(x, y, l, w, a)
            side = -(XX - x) * np.sin(a) + (YY - y) * np.cos(a)
            rgb = green * self.u(0.5, 1.6) * (1 + 0.25 * np.sign(side) * self.u(0, 1))[..., None] + 0.12 * np.exp(-np.abs(side) / 0.006)[..., None]
            along = ((XX - x) * np.cos(a) + (YY - y) * np.sin(a)) / l
            self.paint(alpha, np.clip(rgb, 0, 1).astype(np.float32), "foliage", self.u(0.4, 0.95), np.clip(0.5 + 0.5 * along, 0, 1))

    # ---- other moving things ----
    def cloth(self):
        kind = self.pick(["flag", "flag", "curtain", "sail", "laundry", "dress"])
        a, b = self.any_colour(), self.any_colour()
        if kind == "flag":
            x, y, w, h = self.u(0.1, 0.6), self.u(0.08, 0.5), self.u(0.15, 0.45), self.u(0.1, 0.3)
            side = self.pick([-1, 1])
            u = (XX - x) / w * side
            wave = 0.12 * h * np.sin(u * self.u(5, 12) + self.u(0, 6)) * np.clip(u, 0, 1)
            v = (YY - y + wave + self.u(-0.3, 0.3) * h * u) / h
            alpha = smooth(u, 0, 0.03) * smooth(1 - u, 0, 0.03) * smooth(v, 0, 0.03) * smooth(1 - v, 0, 0.03)
            bands = np.floor((v if self.chance(0.6) else u) * self.pick([1, 2, 3, 5, 7, 13])) % 2
            rgb = np.where(bands[..., None] > 0, a, b) * (1 + 2.2 / h * wave * self.u(0.5, 1.5) * 0.6)[..., None]
            if self.chance(0.5):
                m, _ = self.mask_ellipse(x + side * w * 0.4, y + h * 0.5, h * 0.25, h * 0.25)
                rgb = rgb + m[..., None] * (self.any_colour() - rgb)
            self.paint(self.mask_lines([[(x, y - 0.03), (x, 1.1 if self.chance(0.7) else y + 2 * h)]], self.u(1, 4)), self.colour((120, 120, 125), (90, 70, 50), (220, 220, 220)), "static", 0.6)
            self.paint(alpha, np.clip(rgb, 0, 1), "cloth", 0.6, np.clip(u, 0, 1))
        elif kind == "curtain":
            x, w = self.u(-0.1, 0.8), self.u(0.15, 0.5)
            folds = np.sin((XX - x) * self.u(30, 110) + self.noise(3.8, 0.5, 0.2))
            alpha = smooth(XX - x + 0.02 * np.sin(YY * 9), 0, 0.01) * smooth(x + w - XX + 0.02 * np.sin(YY * 7), 0, 0.01) * smooth(self.u(0.7, 1.2) - YY, 0, 0.02)
            self.paint(alpha, np.clip(a * (1 + 0.3 * folds)[..., None], 0, 1), "cloth", 0.5, np.clip(YY, 0, 1))
        elif kind == "sail":
            x, y, h = self.u(0.2, 0.8), self.u(0.5, 0.8), self.u(0.2, 0.6)
            alpha = self.mask_polygon([(x, y), (x, y - h), (x + self.pick([-1, 1]) * h * self.u(0.3, 0.6), y - 0.02)])
            self.paint(alpha, np.clip(self.colour((240, 240, 235), (230, 220, 200), (200, 60, 50)) * (1 + 0.15 * np.sin(XX * 40))[..., None], 0, 1), "cloth", 0.5, 0.6)
        elif kind == "laundry":
            y, x = self.u(0.15, 0.4), self.u(-0.05, 0.1)
            self.paint(self.mask_lines([[(-0.1, y), (0.5, y + 0.03), (1.1, y)]], 1), self.colour((60, 60, 60)), "static", 0.5)
            while x < 0.95:
                w, h = self.u(0.08, 0.25), self.u(0.15, 0.45)
                folds = np.sin(XX * self.u(40, 120) + 2 * YY)
                alpha = self.mask_polygon([(x, y + 0.02), (x + w, y + 0.02), (x + w + self.u(-.04, .04), y + h), (x + self.u(-.04, .04), y + h)])
                self.paint(alpha, np.clip(self.any_colour() * (1 + 0.15 * folds)[..., None], 0, 1), "cloth", 0.55, np.clip((YY - y) / h, 0, 1))
                x += w + self.u(0.01, 0.1)
        else:
            x, y, h = self.u(0.3, 0.7), self.u(0.4, 0.6), self.u(0.3, 0.55)
            s = h * self.u(0.3, 0.8)
            folds = np.sin((XX - x) / np.maximum((YY - y) + 0.1, 0.05) * self.u(6, 14) + 0.5 * self.noise(3.0, 1, 1))
            alpha = smooth(self.mask_polygon([(x - 0.05, y), (x + 0.05, y), (x + s, y + h), (x - s, y + h)]) + 0.1 * self.noise(2.4, 1, 1), 0.4, 0.6)
            torso, _ = self.mask_ellipse(x, y - 0.06, 0.06, 0.12)
            skin = self.colour((225, 180, 150), (160, 110, 80), (90, 60, 45))
            head, _ = self.mask_ellipse(x, y - 0.22, 0.045, 0.055)
            self.paint(torso, a, "body", 0.6, 0.4)
            self.paint(head, skin, "body", 0.6, 0.3)
            self.paint(alpha, np.clip(a * (1 + 0.22 * folds)[..., None], 0, 1), "cloth", 0.6, np.clip((YY - y) / h, 0, 1))

    def fire(self):
        n_flames, cx, base = int(self.r.integers(1, 7)), self.u(0.25, 0.75), self.u(0.6, 0.95)
        glow = np.exp(-(((XX - cx) ** 2 + (YY - base + 0.1) ** 2) / self.u(0.03, 0.25)))[..., None]
        self.rgb += 0.6 * glow * (np.array([0.9, 0.45, 0.12], np.float32) - self.rgb)
        if self.chance(0.6):
            self.rocks(int(self.r.integers(2, 7)), base, min(1, base + 0.08), (0.03, 0.07))
        for _ in range(n_flames):
            x, h = cx + self.r.normal(0, 0.07), self.u(0.06, 0.4)
            w = h * self.u(0.15, 0.4)
            v = np.clip((base - YY) / h, 0, 1.2)
            d = np.abs(XX - x + 0.05 * h * np.sin(v * 7 + self.u(0, 6)) + 0.04 * h * self.noise(2.4, 3, 1)) / np.maximum(w * np.sqrt(v + 0.05) * (1 - v) * 1.6, 1e-3)
            alpha = (1 - smooth(d, 0.6, 1.1)) * (YY < base + 0.01) * (v < 1)
            t = np.clip(v + 0.5 * d, 0, 1)[..., None]
            rgb = np.array([1, .96, .7], np.float32) * (1 - t) + np.array([0.95, self.u(.25, .5), .05], np.float32) * t
            self.paint(alpha, rgb, "fire", 0.6, v, flow=(0, -1), solid=0.35)

    def candle(self):
        x, y, s = self.u(0.2, 0.8), self.u(0.35, 0.75), self.u(0.03, 0.08)
        self.rgb *= self.u(0.2, 0.7)
        self.rgb += np.exp(-(((XX - x) ** 2 + (YY - y) ** 2) / self.u(0.01, 0.1)))[..., None] * np.array([0.5, 0.3, 0.1], np.float32)
        self.paint(self.mask_polygon([(x - s, y + s), (x + s, y + s), (x + s, y + s + self.u(0.1, 0.5)), (x - s, y + s + 0.3)]), self.colour((235, 220, 190), (200, 60, 60), (240, 240, 235)), "static", 0.6)
        flame, d = self.mask_ellipse(x, y, s * 0.5, s * 1.5)
        self.paint(flame, np.clip(np.array([1, .9, .55]) * (1.3 - 0.4 * d[..., None]), 0, 1).astype(np.float32), "fire", 0.6, 0.6, flow=(0, -1), solid=0.35)

    def smoke(self):
        """A plume, or a bank of fog."""
        colour = self.colour((225, 225, 225), (190, 190, 195), (90, 88, 86), (240, 240, 240), (50, 48, 46), (205, 200, 190))
        if self.chance(0.55):
            x, y, h = self.u(0.2, 0.8), self.u(0.4, 0.95), self.u(0.3, 0.8)
            v = np.clip((y - YY) / h, 0, 1)
            lean = self.u(-0.5, 0.5)
            d = np.abs(XX - x - lean * h * v * v + 0.06 * self.noise(3.0, 1.2, 1.2) * v) / (self.u(0.01, 0.05) + self.u(0.1, 0.35) * v)
            alpha = np.clip((1 - smooth(d, 0.3, 1.1)) * (0.55 + 0.5 * self.noise(2.4, 2, 2)) * (1 - v ** 2) * self.u(0.7, 1.6), 0, 0.97) * (YY < y)
        else:
            y, t = self.u(0.3, 0.85), self.u(0.05, 0.25)
            alpha = np.clip(np.exp(-((YY - y) / t) ** 2) * smooth(self.noise(3.0, 0.6, 1.6) + self.u(0, 1), -0.6, 1.2) * self.u(0.7, 1.1), 0, 0.97)
            lean = self.u(-1, 1)
            colour = self.colour((225, 228, 232), (240, 238, 235), (200, 205, 212)) * np.maximum(self.light_tint, 0.45)
        rgb = self.shade(np.clip(colour, 0, 1), self.noise(2.4, 2, 2), 0.1)
        self.paint(alpha, rgb, "smoke", 0.5, 0.7, flow=(0.3 * lean, -0.95), solid=0.42)

    def person(self, x=None, y=None, s=None):
        """Head and shoulders, or a standing figure."""
        x, s = x or self.u(0.25, 0.75), s or self.u(0.08, 0.26)
        y = y or self.u(0.25, 0.5)
        skin = self.colour((230, 190, 165), (205, 155, 120), (150, 105, 78), (95, 65, 48), (240, 205, 185))
        hair = self.colour((40, 30, 25), (90, 60, 40), (170, 130, 80), (20, 18, 18), (130, 70, 45), (200, 200, 200))
        shirt = self.any_colour()
        strands = self.noise(1.8, 4, 0.5, self.u(-0.3, 0.3))
        rgb_hair = self.shade(hair, strands, 0.3)
        rise = np.clip((YY - y + s) / (s * 3), 0, 1)
        long_hair = self.chance(0.55)
        if long_hair:
            a, _ = self.mask_ellipse(x, y + s * self.u(0.2, 0.7), s * self.u(1.0, 1.4), s * self.u(1.4, 2.2), 0, 0.08, 2)
            self.paint(a, rgb_hair, "hair", 0.75, np.clip(rise * 1.2, 0, 1))
        torso, d = self.mask_ellipse(x + self.u(-0.2, 0.2) * s, y + s * 3.1, s * self.u(1.7, 2.4), s * 2.2)
        fold = self.noise(3.0, 1.5, 0.8)
        self.paint(torso, np.clip(self.shade(shirt, fold + 0.3 * self.noise(1.2, 3, 3) * self.u(0, 1), 0.15) * (1.15 - 0.35 * d[..., None]), 0, 1), "body", 0.8, np.clip(1.2 - d, 0, 1))
        neck = self.mask_polygon([(x - 0.38 * s, y + 0.6 * s), (x + 0.38 * s, y + 0.6 * s), (x + 0.5 * s, y + 1.5 * s), (x - 0.5 * s, y + 1.5 * s)])
        self.paint(neck, skin * 0.85, "body", 0.8, 0.2)
        head, d = self.mask_ellipse(x, y, s * 0.8, s * 1.05)
        light = (1.12 - 0.25 * d + self.u(-0.3, 0.3) * (XX - x) / s)[..., None]
        self.paint(head, np.clip(skin * light, 0, 1), "body", 0.85, 0.25)
        for side in (-1, 1):
            eye, _ = self.mask_ellipse(x + side * 0.3 * s, y - 0.08 * s, 0.12 * s, 0.06 * s)
            self.rgb += eye[..., None] * (0.12 - self.rgb)
        mouth, _ = self.mask_ellipse(x, y + 0.5 * s, 0.26 * s, 0.07 * s)
        self.rgb += mouth[..., None] * (np.array([0.6, 0.25, 0.25], np.float32) - self.rgb) * 0.8
        if self.chance(0.9):
            top, _ = self.mask_ellipse(x + self.u(-0.1, 0.1) * s, y - s * 0.55, s * self.u(0.82, 1.05), s * self.u(0.55, 0.8), 0, 0.1, 3)
            self.paint(top * (1 - smooth((YY - y + 0.25 * s) / s, 0, 0.15) * (np.abs(XX - x) < 0.6 * s)), rgb_hair, "hair", 0.85, 0.15 if not long_hair else np.clip(rise, 0.1, 1))

    def animal(self):
        """A furry or feathered body: torso, head, ears, eyes, legs."""
        x, y, s = self.u(0.3, 0.7), self.u(0.5, 0.75), self.u(0.1, 0.32)
        base = self.colour((150, 110, 70), (90, 70, 55), (210, 200, 190), (50, 45, 42), (190, 140, 90), (130, 125, 120), (230, 225, 220), (200, 110, 60))
        fur = self.shade(base, 0.7 * self.noise(1.2, 2.5, 1, self.u(-1, 1)) + 0.6 * self.noise(2.4, 1, 1), 0.2, base * self.u(0.5, 1.5))
        side = self.pick([-1, 1])
        for i in range(int(self.r.integers(0, 5))):
            lx = x + (i - 1.5) * s * 0.5
            self.paint(self.mask_lines([[(lx, y), (lx + self.u(-.03, .03), y + s * 1.4)]], s * SIZE * 0.22), fur, "body", 0.7, 0.05)
        torso, d = self.mask_ellipse(x, y, s * self.u(1.0, 1.6), s * self.u(0.7, 1.1), self.u(-0.4, 0.4), 0.07, 4)
        self.paint(torso, np.clip(fur * (1.2 - 0.4 * d[..., None]), 0, 1), "body", 0.75, np.clip(1.1 - d, 0, 1))
        hx, hy, hs = x + side * s * self.u(0.5, 1.2), y - s * self.u(0.6, 1.1), s * self.u(0.45, 0.85)
        for ear in (-1, 1):
            self.paint(self.mask_polygon([(hx + ear * hs * 0.3, hy - hs * 0.6), (hx + ear * hs * 0.9, hy - hs * 0.4), (hx + ear * hs * 0.75, hy - hs * self.u(1.1, 1.7))]), fur * 0.85, "body", 0.8, 0.3)
        head, d = self.mask_ellipse(hx, hy, hs, hs * 0.9, 0, 0.05, 4)
        self.paint(head, np.clip(fur * (1.2 - 0.3 * d[..., None]), 0, 1), "body", 0.8, 0.3)
        for eye in (-1, 1):
            m, _ = self.mask_ellipse(hx + eye * hs * 0.38, hy - hs * 0.1, hs * 0.14, hs * 0.12)
            self.rgb += m[..., None] * (self.colour((20, 20, 20), (200, 180, 40), (90, 130, 90)) - self.rgb)
        nose, _ = self.mask_ellipse(hx, hy + hs * 0.35, hs * 0.12, hs * 0.09)
        self.rgb += nose[..., None] * (self.colour((40, 30, 30), (200, 120, 120)) - self.rgb)

    def animal_face(self):
        """A head that fills much of the frame: fur strands around eyes and nose."""
        x, y, s = self.u(0.35, 0.65), self.u(0.4, 0.65), self.u(0.2, 0.5)
        base = self.colour((170, 130, 90), (100, 80, 62), (215, 205, 195), (60, 55, 52), (200, 150, 100), (135, 130, 125), (210, 120, 70))
        angle = self.u(-0.6, 0.6)
        strands = 0.8 * self.noise(1.8, 4, 0.8, angle) + 0.6 * self.noise(2.4, 1.2, 1.2)
        stripes = np.sin(XX * self.u(10, 60) + 2 * self.noise(3.0, 1, 1)) if self.chance(0.4) else 0
        fur = np.clip(self.shade(base, strands + 0.7 * stripes, 0.2, base * self.u(0.5, 1.4)), 0, 1)
        torso, _ = self.mask_ellipse(x + self.u(-0.2, 0.2), y + s * 1.3, s * 1.4, s * 1.1, 0, 0.06, 4)
        self.paint(torso, fur * 0.85, "body", 0.7, 0.4)
        for side in (-1, 1):
            self.paint(self.mask_polygon([(x + side * s * 0.25, y - s * 0.7), (x + side * s * 0.95, y - s * 0.3), (x + side * s * 0.8, y - s * self.u(1.0, 1.6))]), fur * 0.9, "body", 0.8, 0.3)
        head, d = self.mask_ellipse(x, y, s, s * 0.95, 0, 0.05, 4)
        self.paint(head, np.clip(fur * (1.15 - 0.25 * d[..., None]), 0, 1), "body", 0.85, 0.3)
        iris = self.colour((200, 180, 40), (90, 140, 90), (110, 70, 40), (90, 140, 190), (40, 30, 25))
        for side in (-1, 1):
            for size, colour in ((0.19, iris), (0.1, np.float32([0.04, 0.04, 0.04])), (0.03, np.float32([1, 1, 1]))):
                m, _ = self.mask_ellipse(x + side * s * 0.4, y - s * 0.12, s * size, s * size)
                self.rgb += m[..., None] * (colour - self.rgb)
        nose, _ = self.mask_ellipse(x, y + s * 0.35, s * 0.14, s * 0.1)
        self.rgb += nose[..., None] * (self.colour((45, 35, 35), (200, 120, 120)) - self.rgb)
        if self.chance(0.5):
            lines = [[(x + side * 0.2 * s, y + 0.42 * s), (x + side * s * 1.3, y + s * self.u(0.2, 0.7))] for side in (-1, 1) for _ in range(4)]
            self.rgb += 0.7 * self.mask_lines(lines, 1)[..., None] * (0.95 - self.rgb)

    def crockery(self):
        """Plates, cups and food on a table, seen from above or aslant."""
        for _ in range(int(self.r.integers(1, 5))):
            x, y, s, flat = self.u(0.1, 0.9), self.u(0.3, 0.9), self.u(0.08, 0.32), self.u(0.45, 1)
            c = self.pick([self.colour((240, 238, 232), (220, 225, 230)), self.any_colour()])
            for k, shade in ((1.0, 0.9), (0.9, 1.05), (0.62, 0.95)):
                a, d = self.mask_ellipse(x, y, s * k, s * k * flat)
                self.paint(a, np.clip(c * (shade * (1.05 - 0.2 * (XX - x) / s))[..., None], 0, 1), "static", 0.6)
            a, _ = self.mask_ellipse(x, y, s * 0.55, s * 0.55 * flat, 0, 0.1, 2)
            self.paint(a, self.shade(self.colour((60, 35, 20), (150, 90, 50), (200, 150, 80), (180, 60, 40), (90, 120, 50)), self.noise(1.8, 2, 2), self.u(0, 0.4)), "static", 0.65)

    def cables(self):
        """Wires, masts, railings: thin static lines in front of anything."""
        lines = [[(self.u(-0.1, 1.1), self.u(-0.1, 1.1)), (self.u(-0.1, 1.1), self.u(-0.1, 1.1))] for _ in range(int(self.r.integers(1, 7)))]
        self.paint(self.mask_lines(lines, self.pick([1, 1, 2, 3])), self.colour((40, 40, 42), (120, 120, 125), (220, 220, 220)), "static", 0.6)

    def boat(self, horizon):
        x, s = self.u(0.1, 0.9), self.u(0.04, 0.2)
        y = horizon + self.u(0.01, 0.3) + 0.3 * s
        hull = self.mask_polygon([(x - s, y - 0.3 * s), (x + s, y - 0.35 * s), (x + 0.75 * s, y), (x - 0.75 * s, y)])
        self.paint(hull, self.any_colour() * np.maximum(self.light_tint, 0.3), "floating", 0.5, 0.6)
        if self.chance(0.6):
            h = s * self.u(1, 2.5)
            self.paint(self.mask_lines([[(x, y - 0.3 * s), (x, y - h)]], 1), self.colour((60, 50, 45), (220, 220, 220)), "floating", 0.5, 0.6)
            if self.chance(0.6):
                sail = self.mask_polygon([(x + 0.02, y - 0.4 * s), (x + 0.02, y - h), (x + s * self.u(0.4, 0.8), y - 0.45 * s)])
                self.paint(sail, self.colour((240, 240, 235), (220, 210, 190), (200, 70, 60)) * np.maximum(self.light_tint, 0.4), "floating", 0.5, 0.6)
        elif self.chance(0.5):
            self.paint(self.mask_polygon([(x - 0.4 * s, y - 0.3 * s), (x + 0.3 * s, y - 0.3 * s), (x + 0.3 * s, y - 0.7 * s), (x - 0.4 * s, y - 0.7 * s)]), self.any_colour(), "floating", 0.5, 0.6)

    def balloons(self):
        for _ in range(int(self.r.integers(1, 6))):
            x, y, s = self.u(0.05, 0.95), self.u(0.08, 0.5), self.u(0.015, 0.14)
            a, d = self.mask_ellipse(x, y, s, s * 1.15)
            stripes = 1 + 0.25 * np.sign(np.sin((XX - x) / np.maximum(s * np.sqrt(np.maximum(1 - ((YY - y) / s) ** 2, 0.05)), 1e-3) * self.u(4, 9)))
            self.paint(a, np.clip(self.any_colour() * (stripes * (1.2 - 0.35 * d))[..., None], 0, 1), "floating", 0.4, 0.6)
            self.paint(self.mask_polygon([(x - 0.2 * s, y + 1.4 * s), (x + 0.2 * s, y + 1.4 * s), (x + 0.2 * s, y + 1.7 * s), (x - 0.2 * s, y + 1.7 * s)]), self.colour((90, 60, 40)), "floating", 0.4, 0.6)

    def birds(self):
        lines = []
        for _ in range(int(self.r.integers(1, 9))):
            x, y, s = self.u(), self.u(0.05, 0.5), self.u(0.01, 0.05)
            lines.append([(x - s, y - s * self.u(0, .6)), (x, y), (x + s, y - s * self.u(0, .6))])
        self.paint(self.mask_lines(lines, self.pick([1, 1, 2])), self.colour((30, 30, 32), (235, 235, 235)), "floating", 0.4, 0.6)

    def lights(self):
        for _ in range(int(self.r.integers(2, 30))):
            x, y, s = self.u(), self.u(0.2, 0.95), self.u(0.004, 0.035)
            c = self.colour((255, 220, 150), (255, 250, 230), (255, 150, 80), (120, 180, 255), (255, 90, 120), (120, 255, 180))
            self.rgb += 0.6 * np.exp(-((XX - x) ** 2 + (YY - y) ** 2) / (6 * s * s))[..., None] * (c - self.rgb)
            a, _ = self.mask_ellipse(x, y, s, s)
            self.paint(a, np.clip(c * 1.1, 0, 1), "light", 0.5, 0)

    def lamp(self):
        x, y, s = self.u(0.1, 0.9), self.u(0.1, 0.5), self.u(0.03, 0.09)
        self.paint(self.mask_lines([[(x, y), (x, 1.1 if self.chance(0.6) else -0.1)]], self.u(1, 4)), self.colour((40, 40, 42), (120, 100, 80)), "static", 0.6)
        c = self.colour((255, 225, 160), (255, 245, 220), (255, 200, 120))
        self.rgb += 0.5 * np.exp(-((XX - x) ** 2 + (YY - y) ** 2) / (14 * s * s))[..., None] * (c - self.rgb)
        a, _ = self.mask_ellipse(x, y, s, s * self.u(0.7, 1.3))
        self.paint(a, np.clip(c * 1.05, 0, 1), "light", 0.6, 0)

    # ---- the templates ----
    def compose(self):
        kind = self.r.choice(len(TEMPLATES), p=WEIGHTS)
        TEMPLATES[kind][1](self)
        for extra, p in ((Scene.rocks, .05), (Scene.branches, .07), (Scene.smoke, .05), (Scene.person, .05), (Scene.birds, .04), (Scene.lamp, .03), (Scene.thing, .06), (Scene.blades, .05), (Scene.cables, .04)):
            if self.chance(p):
                extra(self, 2) if extra is Scene.rocks else extra(self)
        return TEMPLATES[kind][0]

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


def scene_sky(s):
    s.sky(horizon=s.u(0.8, 1.3))
    if s.chance(0.4):
        s.mountains(s.u(0.85, 1.02), 1)
    elif s.chance(0.3):
        s.treeline(1.05, s.u(0.08, 0.3))
    if s.chance(0.15):
        s.balloons()


def scene_mountains(s):
    h = s.u(0.3, 0.75)
    s.sky(horizon=h)
    s.mountains(h + 0.02)
    what = s.u()
    if what < 0.35:
        s.water(h + s.u(0, 0.1), kind=s.pick(["lake", "mirror", "lake", "deep"]))
        if s.chance(0.5):
            s.beach(h)
    else:
        s.land(h + s.u(-0.01, 0.05))
        if s.chance(0.3):
            s.river(h + 0.04)
    if s.chance(0.5):
        s.treeline(h + s.u(0.02, 0.2), s.u(0.05, 0.25))
    if s.chance(0.25):
        s.rocks(int(s.r.integers(2, 10)), h + 0.1)
    if s.chance(0.25):
        s.smoke()


def scene_sea(s):
    h = s.u(0.08, 0.7)
    s.sky(horizon=h)
    if s.chance(0.3):
        s.mountains(h + 0.005, 1)
    s.water(h)
    if s.chance(0.45):
        s.beach(h)
    if s.chance(0.35):
        s.rocks(int(s.r.integers(1, 8)), h + 0.1)
    if s.chance(0.25):
        s.boat(h)
    if s.chance(0.12):
        s.town(h + 0.03)
    if s.chance(0.12):
        s.tree(s.u(0, 1), s.u(0.8, 1.1), s.u(0.5, 1), "palm", 0.8)
    if s.chance(0.1):
        s.blades(1.05, s.u(0.1, 0.5))


def scene_water_close(s):
    s.light_tint = np.ones(3, np.float32) * s.u(0.4, 1)
    s.sky(horizon=0.2)
    s.water(s.u(-1.2, -0.1), kind=s.pick(["sea", "rough", "deep", "lake"]))
    if s.chance(0.3):
        s.rocks(int(s.r.integers(1, 7)), 0.2)
    if s.chance(0.3):
        s.beach(-0.2)
    if s.chance(0.2):
        s.boat(s.u(0.2, 0.6))


def scene_lake(s):
    h = s.u(0.3, 0.6)
    s.sky(horizon=h)
    if s.chance(0.6):
        s.mountains(h)
    if s.chance(0.8):
        s.treeline(h + 0.01, s.u(0.04, 0.3))
    if s.chance(0.2):
        s.town(h + 0.01)
    s.water(h, kind=s.pick(["lake", "mirror", "mirror", "lake", "deep"]))
    if s.chance(0.35):
        s.blades(s.u(0.9, 1.1), s.u(0.1, 0.5))
    if s.chance(0.3):
        s.boat(h)
    if s.chance(0.2):  # pier
        x = s.u(0.2, 0.8)
        s.paint(s.mask_polygon([(x - 0.15, 1.05), (x + 0.25, 1.05), (x + 0.04, h + 0.15), (x, h + 0.15)]), s.shade(s.colour((120, 100, 80), (90, 80, 70)), s.noise(1.8, 0.3, 3), 0.2), "static", 0.6 + 0.3 * YY)
    if s.chance(0.15):
        s.beach(h)


def scene_meadow(s):
    h = s.u(0.15, 0.7)
    s.sky(horizon=h)
    if s.chance(0.4):
        s.mountains(h)
    if s.chance(0.6):
        s.treeline(h + 0.02, s.u(0.03, 0.3))
    s.land(h, s.pick(["lawn", "meadow", "field", "tallgrass", "meadow"]))
    for _ in range(int(s.r.integers(0, 4))):
        y = s.u(h + 0.03, 0.95)
        s.tree(s.u(0, 1), y, s.u(0.15, 0.5) * (0.5 + y), depth=y)
    if s.chance(0.3):
        s.blades(1.05, s.u(0.1, 0.5))
    if s.chance(0.2):
        s.town(h + 0.05)
    if s.chance(0.15):
        s.animal()
    if s.chance(0.2):
        s.river(h)


def scene_trees(s):
    h = s.u(0.4, 0.85)
    s.sky(horizon=h)
    if s.chance(0.3):
        s.mountains(h, 1)
    s.land(h)
    s.treeline(h + 0.03, s.u(0.15, 0.5))
    for _ in range(int(s.r.integers(1, 5))):
        s.tree(s.u(-0.05, 1.05), s.u(h, 1.05), s.u(0.4, 1.1), depth=s.u(0.5, 0.9))


def scene_stream(s):
    if s.chance(0.5):
        s.forest()
        s.river(s.u(0.2, 0.6))
    else:
        h = s.u(0.1, 0.5)
        s.sky(horizon=h)
        s.mountains(h)
        s.land(h)
        if s.chance(0.6):
            s.treeline(h + 0.05, s.u(0.1, 0.4))
        s.river(h + 0.03)
    if s.chance(0.5):
        s.rocks(int(s.r.integers(3, 14)), 0.5)


def scene_waterfall(s):
    if s.chance(0.4):
        s.sky(horizon=0.4)
    else:
        s.forest()
    n = s.noise(2.4, 2, 1)
    y = s.ridge(s.u(0.3, 0.5), s.u(0.1, 0.4))
    s.paint(smooth(YY - y[None], -0.01, 0.01), s.shade(s.colour((85, 80, 75), (60, 62, 60), (110, 95, 80), (70, 80, 60)) * s.light_tint, n + 0.5 * s.noise(1.2, 2, 2), 0.3), "static", 0.4)
    if s.chance(0.6):
        rgb, m = s.leaf_texture(s.leaf_colour())
        s.paint(smooth(m + 2 * s.noise(3.8, 1, 1), 1.2, 1.6), rgb, "foliage", 0.45, 0.4)
    s.waterfall()
    if s.chance(0.6):
        s.rocks(int(s.r.integers(2, 10)), 0.6)


def scene_city(s):
    h = s.u(0.4, 0.8)
    s.sky(s.pick([None, None, "night", "sunset", "blue"]), horizon=h)
    s.town(h + 0.05)
    s.town(h + 0.15)
    what = s.u()
    if what < 0.4:
        s.land(h + 0.1, s.pick(["road", "road", "soil", "lawn"]))
    elif what < 0.65:
        s.water(h + 0.1, kind=s.pick(["lake", "deep", "sea"]))
        if s.chance(0.4):
            s.boat(h + 0.1)
    else:
        s.town(1.05)
    if s.chance(0.4):
        s.tree(s.u(), s.u(h + 0.1, 1.05), s.u(0.2, 0.7))
    if s.sky_kind in ("night", "sunset", "storm") and s.chance(0.6):
        s.lights()
    if s.chance(0.15):
        s.cloth()


def scene_indoor(s):
    s.static_texture()
    floor = s.u(0.5, 0.95)
    if s.chance(0.7):
        s.paint(smooth(YY - floor, -0.004, 0.004), s.shade(s.any_colour() * s.light_tint, s.noise(s.pick([1.2, 2.4]), 0.3, 3), s.u(0, 0.2)), "static", 0.4 + 0.5 * YY)
    if s.chance(0.2):
        s.crockery()
    if s.chance(0.25):  # window with daylight
        x, y, w, h = s.u(0, 0.7), s.u(0.05, 0.3), s.u(0.15, 0.4), s.u(0.2, 0.45)
        s.paint(s.mask_polygon([(x, y), (x + w, y), (x + w, y + h), (x, y + h)]), s.colour((235, 240, 245), (190, 215, 235), (250, 250, 245)), "static", 0.1)
        s.paint(s.mask_lines([[(x + w / 2, y), (x + w / 2, y + h)], [(x, y + h / 2), (x + w, y + h / 2)]], 2), s.any_colour(), "static", 0.2)
    for _ in range(int(s.r.integers(1, 9))):
        s.thing()
    if s.chance(0.2):
        s.cloth()
    if s.chance(0.2):
        s.lamp()
    if s.chance(0.1):
        s.candle()
    if s.chance(0.15):
        s.leaves_pot()
    if s.chance(0.15):
        s.smoke()


def leaves_pot(s):
    x, y, h = s.u(0.1, 0.9), s.u(0.6, 0.95), s.u(0.2, 0.5)
    s.paint(s.mask_polygon([(x - 0.06, y), (x + 0.06, y), (x + 0.045, y + 0.12), (x - 0.045, y + 0.12)]), s.any_colour(), "static", 0.7)
    a, _ = s.mask_ellipse(x, y - h / 2, h * s.u(0.3, 0.5), h / 2, 0, 0.25, 3)
    s.paint(a, s.leaf_texture(s.leaf_colour(), 1.5)[0], "foliage", 0.7, np.clip((y - YY) / h, 0, 1))


Scene.leaves_pot = leaves_pot


def scene_portrait(s):
    what = s.u()
    if what < 0.55:
        s.static_texture()
    elif what < 0.8:
        scene_meadow(s)
        s.rgb = cv2.GaussianBlur(s.rgb, (0, 0), s.u(0.5, 5))
    else:
        scene_sea(s)
    if s.chance(0.72):
        for _ in range(1 if s.chance(0.75) else 2):
            s.person()
    else:
        s.animal()


def scene_animal(s):
    if s.chance(0.45):
        s.static_texture()
    else:
        scene_meadow(s)
    s.animal() if s.chance(0.6) else s.animal_face()


def scene_cloth(s):
    if s.chance(0.6):
        s.sky(horizon=s.u(0.6, 1.2))
        if s.chance(0.6):
            s.town(s.u(0.8, 1.05))
    else:
        s.static_texture()
    s.cloth()


def scene_fire(s):
    if s.chance(0.5):
        s.sky("night", horizon=0.6)
        s.land(s.u(0.5, 0.75), s.pick(["soil", "sand", "rock"]))
        if s.chance(0.5):
            s.treeline(0.65, s.u(0.1, 0.3))
    else:
        s.static_texture()
        s.rgb *= s.u(0.1, 0.6)
    s.fire() if s.chance(0.75) else s.candle()
    if s.chance(0.3):
        s.smoke()


def scene_balloons(s):
    h = s.u(0.5, 1.0)
    s.sky(horizon=h)
    s.mountains(h)
    if s.chance(0.5):
        s.land(h)
    s.balloons() if s.chance(0.6) else s.birds()


def scene_static(s):
    s.static_texture()
    for _ in range(int(s.r.integers(0, 5))):
        s.thing()


def scene_night(s):
    s.static_texture()
    s.rgb *= s.u(0.05, 0.5)
    s.lights()
    if s.chance(0.4):
        s.town(1.05)


TEMPLATES = [
    ("sky", scene_sky, 8), ("mountains", scene_mountains, 12), ("sea", scene_sea, 13), ("waterClose", scene_water_close, 4), ("lake", scene_lake, 9),
    ("meadow", scene_meadow, 11), ("trees", scene_trees, 8), ("forest", Scene.forest, 6), ("stream", scene_stream, 7), ("waterfall", scene_waterfall, 4),
    ("city", scene_city, 6), ("indoor", scene_indoor, 8), ("portrait", scene_portrait, 9), ("animal", scene_animal, 5), ("flowers", Scene.flowers, 5),
    ("leavesClose", Scene.leaves_close, 3), ("cloth", scene_cloth, 5), ("fire", scene_fire, 4), ("balloons", scene_balloons, 3), ("static", scene_static, 7), ("night", scene_night, 2),
]
WEIGHTS = np.array([t[2] for t in TEMPLATES], float)
WEIGHTS /= WEIGHTS.sum()


def make_scene(seed):
    """seed -> dict of image u8 [160,160,3], label u8 [160,160], depth/sway u8 [80,80], flow i8 [40,40,2], kind."""
    scene = Scene(np.random.default_rng(seed))
    kind = scene.compose()
    image = scene.finish()
    half = SIZE // 2
    return {
        "image": image,
        "label": scene.label,
        "depth": np.uint8(np.clip(cv2.resize(scene.depth, (half, half), interpolation=cv2.INTER_AREA), 0, 1) * 255),
        "sway": np.uint8(np.clip(cv2.resize(scene.sway, (half, half), interpolation=cv2.INTER_AREA), 0, 1) * 255),
        "flow": np.int8(np.clip(cv2.resize(scene.flow, (SIZE // 4, SIZE // 4), interpolation=cv2.INTER_AREA), -1, 1) * 127),
    }


def write_shard(path, first_seed, count):
    """Renders `count` scenes and saves them as one .npz of stacked arrays."""
    scenes = [make_scene(first_seed + i) for i in range(count)]
    np.savez(path + ".part.npz", **{k: np.stack([s[k] for s in scenes]) for k in scenes[0]})
    os.replace(path + ".part.npz", path)


PALETTE = np.array([[90, 90, 90], [120, 180, 255], [0, 0, 200], [0, 120, 200], [0, 110, 0], [130, 220, 60], [220, 0, 160], [255, 80, 0], [220, 220, 220], [120, 70, 20], [255, 190, 150], [150, 0, 60], [255, 255, 0]], np.uint8)

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="/var/tmp/train/scenes")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--sheet")
    options = parser.parse_args()
    if options.sheet:
        rows = []
        for i in range(6):
            scenes = [make_scene(options.first + 8 * i + j) for j in range(8)]
            rows += [np.hstack([s["image"] for s in scenes]), np.hstack([PALETTE[s["label"]] for s in scenes])]
        cv2.imwrite(options.sheet, np.vstack(rows)[..., ::-1])
    else:
        os.makedirs(options.out, exist_ok=True)
        for first in range(options.first, options.first + options.count, 500):
            path = f"{options.out}/{first:08d}.npz"
            if not os.path.exists(path):
                begun = time.time()
                write_shard(path, first, 500)
                print(path, f"{(time.time() - begun) / 500 * 1000:.1f} ms/scene", flush=True)
