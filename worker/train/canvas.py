"""The canvas that scenes are painted on: noise, colours, masks, one paint brush, and the lens at the end."""

import math

import cv2
import numpy as np

import photographs
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
BANK = photographs.Bank()


def smooth(a, low, high):
    """Smoothstep of `a` from `low` to `high`."""
    t = np.clip((a - low) / (high - low + 1e-9), 0, 1)
    return t * t * (3 - 2 * t)


def mean_colour(rgb):
    """Mean of an RGB picture over its pixels."""
    return np.float32(cv2.mean(rgb)[:3])


def grey(rgb):
    return (rgb[..., 0] + rgb[..., 1] + rgb[..., 2]) / 3


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
        self.sky_low, self.sky_kind = np.full(3, 0.7, np.float32), "none"

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
        c, s, x0, y0 = math.cos(angle), math.sin(angle), self.u(0, 512), self.u(0, 512)
        if warp is None:
            step = 2 if slope >= 3.0 and sx < 2 and sy < 2 else 1  # so smooth that every second pixel is enough
            to_texture = np.float32([[c * sx * step, s * sx * step, x0], [-s * sy * step, c * sy * step, y0]])
            out = cv2.warpAffine(texture, to_texture, (SIZE // step, SIZE // step), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_WRAP)
            return out if step == 1 else cv2.resize(out, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
        x, y = (np.asarray(v, np.float32) for v in warp)
        return cv2.remap(texture, (x * c + y * s) * sx + x0, (y * c - x * s) * sy + y0, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)

    def ground_warp(self, horizon, camera=60.0):
        """Perspective coordinates of a horizontal plane below `horizon` (fraction of the height)."""
        d = np.maximum(YY - horizon, 0.004)
        return (XX - self.u(0.2, 0.8)) / d * camera * 0.35, camera * 1.2 / (d + 0.02) * 0.35

    # ---- real textures and cut-outs ----
    def real(self, *names):
        """Are there files of these groups?"""
        return BANK.has(*names)

    def texture(self, names, scale=None, angle=0.0, warp=None):
        """A real texture over the whole canvas, mirrored at its borders. RGB [SIZE, SIZE, 3]; `scale` texels per pixel."""
        scale = scale or self.u(0.35, 1.5)
        halvings = max(0, round(math.log2(scale) - 0.2)) if warp is None else 0
        image, settings = BANK.pick(self.r, names, halvings)
        scale /= 2 ** halvings
        if settings["kind"] == "stamp":  # the inside of a plant: its leaves over their own shade
            h, w = image.shape[:2]
            image = image[h // 6:h - h // 5, w // 6:w - w // 6]
            leaves = image[..., 3:]
            image = image[..., :3] * leaves + mean_colour(image[..., :3] * leaves) / (cv2.mean(leaves)[0] + 0.05) * self.u(0.2, 0.7) * (1 - leaves)
        h, w = image.shape[:2]
        c, s, x0, y0 = math.cos(angle) * scale, math.sin(angle) * scale, self.u(0, w), self.u(0, h)
        if self.chance(0.5):
            image = image[:, ::-1]
        if warp is None:
            return cv2.warpAffine(image, np.float32([[c, s, x0], [-s, c, y0]]), (SIZE, SIZE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT)
        x, y = (np.asarray(v, np.float32) for v in warp)
        near = cv2.remap(image, x * c + y * s + x0, y * c - x * s + y0, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        far = cv2.boxFilter(np.abs(np.diff(y, axis=0, append=y[-1:])), -1, (3, 3))[..., None] * scale  # texels per row: beyond a few only their mean is seen
        return near + smooth(far, 2, 12) * (mean_colour(image) - near)

    def surface(self, drawn, names, p=0.5, warp=None, scale=None, angle=0.0):
        """`drawn`, or by chance `p` a real texture in its light and, more or less, its colour."""
        if not self.real(*names) or not self.chance(p):
            return drawn
        rgb = self.texture(names, scale, angle, warp)
        drawn = drawn.astype(np.float32, copy=False)
        mean, target = mean_colour(rgb) + 0.02, mean_colour(drawn) + 0.02
        own = mean * (target.mean() / mean.mean()) ** self.u(0.3, 1)
        colour = own + (target - own) * self.u(0, 1) ** 1.5
        rgb = colour * (1 + (rgb - mean) / mean * self.u(0.6, 1.3))
        half = cv2.resize(grey(drawn), (SIZE // 4, SIZE // 4), interpolation=cv2.INTER_AREA) / target.mean()
        rgb = rgb * cv2.resize(np.clip(half, 0.4, 1.8) ** self.u(0.2, 1), (SIZE, SIZE))[..., None]
        return np.clip(rgb, 0, 1).astype(np.float32)

    def paste(self, names, x, base, height, depth=0.6, angle=0.0, shadow=True, name=None, stretch=1.0):
        """A real cut-out standing at (x, base), `height` high (fractions of the canvas), in the scene's light. Its class, or `name`."""
        image, settings = BANK.pick(self.r, names)
        name = name or settings["class"]
        h, w = image.shape[:2]
        scale = height * SIZE / h
        if scale < 0.6:
            image = cv2.resize(image, (max(2, int(w * scale * 1.3)), max(2, int(h * scale * 1.3))), interpolation=cv2.INTER_AREA)
            h, w = image.shape[:2]
            scale = height * SIZE / h
        c, s = math.cos(angle) * scale, math.sin(angle) * scale
        flip = self.pick([-1, 1]) * stretch
        x, base = float(x), float(base)
        place = np.float32([[flip * c, s, x * SIZE - flip * c * w / 2 - s * h], [-flip * s, c, base * SIZE + flip * s * w / 2 - c * h]])
        corners = place @ np.float32([[0, w, 0, w], [0, 0, h, h], [1, 1, 1, 1]])
        x0, y0 = np.clip(np.floor(corners.min(1)) - 2, 0, SIZE).astype(int).tolist()
        x1, y1 = np.clip(np.ceil(corners.max(1)) + 2, 0, SIZE).astype(int).tolist()
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        box = np.s_[y0:y1, x0:x1]
        place[:, 2] -= x0, y0
        image = np.dstack([image[..., :3] * image[..., 3:], image[..., 3]])
        warped = cv2.warpAffine(image, place, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR)
        if self.chance(0.4):
            warped = cv2.GaussianBlur(warped, (0, 0), self.u(0.35, 0.8))
        alpha = warped[..., 3]
        if alpha.max() < 0.3:
            return
        rgb = warped[..., :3] / np.maximum(alpha, 0.02)[..., None]
        plain = grey(rgb)[..., None]
        rgb = plain + (rgb - plain) * self.u(0.5, 1.25)
        mean = float((plain[..., 0] * alpha).sum() / alpha.sum())
        rgb = mean + (rgb - mean) * self.u(0.75, 1.2)
        bright = float(self.light_tint.mean())
        tint = self.light_tint / max(0.3, bright) * min(1.0, bright * 1.25) * self.u(0.7, 1.2)
        rgb = rgb * (tint * (1 + self.u(-0.35, 0.35) * (XX[box] - x) / max(height, 0.1))[..., None])
        haze = max(0.0, 0.6 - depth) * self.u(0, 0.8)
        rgb = np.clip(rgb + haze * (self.sky_low - rgb), 0, 1)
        if shadow:
            wide, flat, side = height * w / h * self.u(0.3, 0.55), height * self.u(0.03, 0.12), self.u(-0.3, 0.3) * height
            dark = np.exp(-((XX - x - side) / max(wide, 0.01)) ** 2 - ((YY - base + 0.3 * flat) / max(flat, 0.008)) ** 2) * self.u(0.2, 0.75)
            self.rgb *= (1 - dark)[..., None]
        rise = np.clip((base - YY[box]) / height, 0, 1)
        if name in ("foliage", "grass"):
            sway = settings["sway"] * rise
        elif name == "body":
            sway = settings["sway"] * np.clip(1.6 * cv2.GaussianBlur(alpha, (0, 0), max(1.0, 0.05 * height * SIZE)) - 0.3, 0, 1) * np.minimum(1, 0.15 + 1.7 * rise)
        else:
            sway = 0.0 if name == "static" else settings["sway"]
        if "trunk" in settings:  # the foot of a tree stands firm
            sway = np.where(rise < settings["trunk"], 0, sway)
        self.lay(box, alpha, rgb, name, depth, sway, 0, 0.4 if name in ("foliage", "grass") else 0.5)
        if "trunk" in settings:
            self.label[box][(rise < settings["trunk"]) & (np.abs(XX[box] - x) < 0.07 * height) & (alpha > 0.4)] = ID["static"]

    # ---- brushes ----
    def paint(self, alpha, rgb, name, depth, sway=0.0, flow=None, solid=0.5):
        """Lays `rgb` over the canvas with coverage `alpha`; where alpha > solid the labels change too."""
        x0, y0, w, h = cv2.boundingRect((alpha > 0.004).view(np.uint8))
        if w == 0:
            return
        box = np.s_[y0:y0 + h, x0:x0 + w]
        cut = [v[box] if isinstance(v, np.ndarray) and v.ndim >= 2 else v for v in (rgb, depth, sway, 0 if flow is None else flow)]
        self.lay(box, alpha[box].astype(np.float32), cut[0], name, *cut[1:], solid)

    def lay(self, box, alpha, rgb, name, depth, sway, flow, solid):
        """As paint, with everything already cut to `box`."""
        self.rgb[box] += alpha[..., None] * (rgb - self.rgb[box])
        m = alpha > solid
        self.label[box][m] = ID[name]
        for layer, value in ((self.depth, depth), (self.sway, sway), (self.flow, flow)):
            layer[box][m] = value[m] if isinstance(value, np.ndarray) else value

    def mask_polygon(self, points):
        mask = np.zeros((SIZE, SIZE), np.uint8)
        cv2.fillPoly(mask, [np.round(np.array(points) * SIZE * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return mask.astype(np.float32) / 255

    def mask_ellipse(self, cx, cy, rx, ry, angle=0.0, rough=0.0, grain=2.0):
        cx, cy, rx, ry = float(cx), float(cy), float(rx), float(ry)
        c, s = math.cos(angle), math.sin(angle)
        dx, dy = (XX - cx) * c + (YY - cy) * s, -(XX - cx) * s + (YY - cy) * c
        d = np.sqrt((dx / rx) ** 2 + (dy / ry) ** 2)
        if rough:
            d = d + rough * self.noise(1.8, grain, grain)
        w = 0.012 / max(rx if rx < ry else ry, 0.02)
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

    def haze(self):
        """Aerial perspective: far things take the colour of the low sky."""
        t = np.clip(self.u(0.3, 1.0) * np.clip(1 - cv2.GaussianBlur(self.depth, (0, 0), 2), 0, 1) ** self.u(1.5, 5), 0, 0.9) * (self.label != ID["sky"])
        self.rgb += t[..., None] * (self.sky_low - self.rgb)

    def cast_shadow(self):
        """Shade of something outside the frame, or dappled light through leaves."""
        n = self.noise(self.pick([2.4, 3.0, 3.8]), self.u(0.5, 3), self.u(0.5, 3), self.u(-1, 1))
        edge = self.u(-0.8, 0.8)
        dark = self.u(0.3, 0.75) * smooth(n, edge, edge + self.u(0.3, 1.5)) * (self.label != ID["sky"])
        self.rgb *= 1 - dark[..., None] * np.float32([1, 0.95, 0.85])

    def finish(self):
        """Lens and sensor: exposure, tone, blur, vignette, noise, JPEG. Returns uint8 [SIZE, SIZE, 3]."""
        rgb = np.clip(self.rgb, 0, 1)
        if self.chance(0.35):
            rgb = cv2.GaussianBlur(rgb, (0, 0), self.u(0.3, 1.4))
        if self.chance(0.15):  # depth of field
            soft = cv2.GaussianBlur(rgb, (0, 0), self.u(0.8, 3))
            focus = self.u()
            t = smooth(np.abs(cv2.GaussianBlur(self.depth, (0, 0), 3) - focus), 0.1, 0.5)[..., None]
            rgb = rgb * (1 - t) + soft * t
        if self.chance(0.06):  # the camera shook
            kernel = np.zeros((9, 9), np.float32)
            angle, reach = self.u(0, math.pi), self.u(1, 4)
            cv2.line(kernel, (round(4 - reach * math.cos(angle)), round(4 - reach * math.sin(angle))), (round(4 + reach * math.cos(angle)), round(4 + reach * math.sin(angle))), 1.0)
            rgb = cv2.filter2D(rgb, -1, kernel / kernel.sum())
        if self.chance(0.1):  # lateral chromatic aberration
            for c, k in ((0, self.u(0.004, 0.012)), (2, -self.u(0.004, 0.012))):
                to = np.float32([[1 + k, 0, -k * SIZE / 2], [0, 1 + k, -k * SIZE / 2]])
                rgb[..., c] = cv2.warpAffine(np.ascontiguousarray(rgb[..., c]), to, (SIZE, SIZE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
        if self.chance(0.12):  # sharpened in the camera
            rgb = np.clip(rgb + self.u(0.3, 1.2) * (rgb - cv2.GaussianBlur(rgb, (0, 0), 1.0)), 0, 1)
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
