"""Brushes over photographs for water: falls, fountains, breakers, surf, still water that mirrors what stands above it."""

import cv2
import numpy as np

from canvas import ID, SIZE, XX, YY, smooth
from drawn_over_air import Air, heaped


class Falls(Air):
    """Water that falls, breaks or lies still."""

    def foam_colour(self):
        return np.clip(self.colour((245, 248, 250), (225, 232, 238), (235, 235, 225), (205, 215, 222), (240, 232, 205), jitter=0.02) * np.clip(0.3 * self.light_tint + 0.8 * self.light_tint.mean() + 0.1, 0.3, 1), 0, 1)

    def pour(self, path, wide, threads=False, free=None):
        """Falling water along the points (x, y) of `path`, from the top down; `wide` = half its width at each point."""
        px, py = np.float32(path).T
        line = YY[:, 0]
        lean = np.interp(line, py, np.gradient(px, py))
        centre = cv2.GaussianBlur(np.float32(np.interp(line, py, px))[:, None], (1, 9), 0) + 0.4 * np.min(wide) * self.noise(3.8, 0.6, 0.9)
        half = np.float32(np.interp(line, py, wide))[:, None] * (1 + 0.15 * self.noise(3.8, 0.8, 0.8))
        q = (XX - centre) / np.maximum(half, 0.004)
        across, along = q * np.mean(wide) * SIZE, np.cumsum(np.sqrt(1 + lean ** 2))[:, None] + 0 * XX
        streaks = self.noise(2.4, 1, 1, 0, (across * self.u(1, 2.5), along * self.u(0.08, 0.4))) + self.u(0.4, 1.2) * self.noise(1.8, 1, 1, 0, (across * self.u(2, 4), along * self.u(0.15, 0.45)))
        streaks = np.clip(streaks, -2, 2)
        ends = smooth(YY, py[0] - 0.01, py[0] + 0.015 + 0.02 * np.abs(q)) * smooth(py[-1] + 0.02 * streaks - YY, -0.02, 0.03)
        alpha = smooth(1 - np.abs(q) + self.u(0.05, 0.2) * streaks, 0, self.u(0.15, 0.5)) * ends
        if threads:  # rock shows between them
            alpha = alpha * smooth(self.noise(2.4, 1, 1, 0, (across * self.u(1, 2.5), along * 0.12)) + self.u(0, 1.0), -0.3, 0.4)
        if free is not None:
            alpha = alpha * free
        bright = np.clip(self.u(0.85, 1.08) + self.u(0.1, 0.28) * streaks + 0.1 * self.noise(3.0, 1, 1) - self.u(0, 0.3) * np.abs(q) ** 2, 0, 1.1)[..., None]
        foam = self.foam_colour()
        shade = foam * np.float32([0.42, 0.5, 0.58])
        down = np.stack([lean, np.ones_like(lean)], -1)
        flow = np.float32((down / np.linalg.norm(down, axis=1, keepdims=True))[:, None] + np.zeros((1, SIZE, 1)))
        self.paint(np.clip(alpha * self.u(0.92, 1.05), 0, 1).astype(np.float32), np.clip(shade + (foam - shade) * bright, 0, 1), "river", 0.45, 0.5, flow, 0.4)

    def stream(self, x, top, base, wide, slope, steps):
        """Path and half widths of a stream that falls from (x, top) to row `base`, slanting and over ledges."""
        rows, at, points = np.linspace(top, base, 14), x, []
        ledges = set(self.r.integers(2, 12, steps).tolist())
        drift = self.r.normal(0, slope)
        for k, row in enumerate(rows):
            if k in ledges:
                at, drift = at + self.r.normal(0, 0.06), self.r.normal(0, slope)
            points.append((at, row))
            at += drift * (base - top) / 13
        grow = np.linspace(self.u(0.35, 1.0), self.u(1.0, 1.8), 14)
        return points, wide * grow * np.exp(self.r.normal(0, 0.08, 14))

    def wet(self, x, y, wide, tall, keep):
        """Dark wet rock around falling water."""
        near = np.exp(-((XX - x) / wide) ** 4 - ((YY - y) / tall) ** 4) * ~self.has("sky")
        self.rgb *= (1 - (1 - keep) * near)[..., None].astype(np.float32)

    def mist(self, x, y, wide, tall, strength):
        """Spray where water strikes; it belongs to the water."""
        cloud = np.exp(-((XX - x) / wide) ** 2 - ((YY - y) / tall) ** 2) * (0.75 + 0.3 * self.warped(2.4, 1.5, 8)) * strength
        self.paint(np.clip(cloud, 0, 0.95).astype(np.float32), self.foam_colour(), "river", 0.5, 0.5, (0, 1), 0.5)

    def pool(self, y, rapid):
        """Water at the foot of a fall: dark and rippled, or white where it rushes on."""
        edge = y + 0.015 * self.noise(3.0, 1, 1) + self.u(-0.1, 0.1) * (XX - 0.5)
        alpha = (smooth(YY - edge, -0.008, 0.012) * self.solid_ground()).astype(np.float32)
        self.water(y - 0.02, name="river", kind=self.pick(["deep", "lake", "mirror"]), alpha=alpha)
        n = self.noise(2.4, 1.0, 2.2, 0, self.ground_warp(y - 0.05, 60)) + 0.4 * self.noise(1.8, 1.5, 2.5)
        white = alpha * smooth(n, *((-0.8, 1.8) if rapid else (0.8, 2.6))) * np.exp(-np.clip(YY - y, 0, 1) / self.u(0.08, 0.8))
        self.rgb += (0.9 * white)[..., None] * (self.foam_colour() - self.rgb)

    def falls(self):
        """Sheets of water over a cliff or a wall: one, several side by side, or two steps."""
        count, x, top = self.pick([1, 1, 1, 2, 3, 5]), self.u(0.15, 0.85), self.u(0.0, 0.5)
        line = self.skyline()[int(x * SIZE)] / SIZE
        if line > 0.03:
            top = line + self.u(0, 0.15)
        base = min(1.15, top + self.u(0.25, 0.8))
        if top > 0.7 or base - top < 0.2:
            return False
        wide = self.u(0.02, 0.25) / count ** 0.5
        solid = self.solid_ground()
        self.wet(x, (top + base) / 2, 2.5 * wide + 0.1, 0.6 * (base - top), self.u(0.4, 0.85))
        if self.chance(0.5) and base < 0.95:
            self.pool(base - 0.03, self.chance(0.5))
        for i in range(count):
            at = x + (i - (count - 1) / 2) * self.u(1.6, 3.2) * wide + self.u(-0.5, 0.5) * wide * (count > 1)
            up, low = top + self.u(-0.02, 0.06) * (count > 1), base + self.u(-0.08, 0.03)
            self.pour(*self.stream(at, up, low, wide * self.u(0.6, 1.1), 0.08, self.pick([0, 0, 1, 2])), self.chance(0.35), solid)
        if self.chance(0.6):
            self.mist(x, base - 0.02, count ** 0.5 * 2 * wide + 0.04, self.u(0.03, 0.1), self.u(0.4, 0.95))
        return bool(self.has("river").mean() > 0.01)

    def solid_ground(self):
        """Where water can fall: not before the sky nor over people."""
        return cv2.GaussianBlur((~self.has("sky", "body", "hair", "cloth", "floating")).astype(np.float32), (0, 0), 1.0)

    def cascade(self):
        """A white stream down a slope through plants and rocks: slanting sheets, steps, rapids."""
        solid, x, top = self.solid_ground(), self.u(0.15, 0.85), self.u(-0.1, 0.45)
        low, wide = top + self.u(0.35, 0.9), self.u(0.03, 0.3)
        self.wet(x, (top + low) / 2, 2 * wide + 0.1, 0.5, self.u(0.4, 0.9))
        if low < 0.95 and self.chance(0.6):
            self.pool(low - 0.03, self.chance(0.7))
        for _ in range(self.pick([1, 1, 2])):
            self.pour(*self.stream(x + self.r.normal(0, 0.1), top, low + 0.02, wide, self.u(0.2, 1.3), int(self.u(0, 5))), self.chance(0.4), solid)
        if self.chance(0.5):
            self.rocks(int(self.r.integers(2, 8)), 0.3, 1.0, (0.02, 0.09))
        return bool(self.has("river").mean() > 0.02)

    def fountain(self):
        """Jets that rise and fall back in arcs with drops, over a basin or out of the ground."""
        x, y, tall = self.u(0.2, 0.8), self.u(0.6, 0.98), self.u(0.15, 0.65)
        wide = self.u(0.12, 0.45)
        if self.chance(0.75):  # the basin: stone rim, then water
            flat = wide * self.u(0.15, 0.4)
            rim, _ = self.mask_ellipse(x, y + 0.02, wide * 1.12, flat * 1.2)
            stone = self.surface(np.zeros_like(self.rgb) + self.colour((180, 172, 160), (130, 125, 120), (205, 195, 180)) * self.light_tint, ["rock", "concrete"], 0.6)
            self.paint(rim, stone, "static", 0.55)
            inside, _ = self.mask_ellipse(x, y, wide, flat)
            water = self.colour((90, 130, 140), (70, 100, 95), (110, 160, 175), (60, 80, 90)) * self.light_tint
            self.paint(inside, np.clip(water * (1 + 0.2 * self.noise(1.8, 1, 3))[..., None], 0, 1), "river", 0.6, 0.5, (0, 0.5))
        alpha = np.zeros((SIZE, SIZE), np.float32)
        t, many = np.linspace(0, 1, 22), int(self.pick([1, 1, 3, 5, 9, 15]))
        start = self.u(0, 0.8) * wide if many > 1 else 0
        for i in range(many):
            left = 0 if many == 1 else 2 * i / (many - 1) - 1
            x0, reach, high = x + left * start, left * wide * self.u(0.3, 0.9) + self.r.normal(0, 0.02), tall * (1 - 0.5 * abs(left)) * self.u(0.85, 1.1)
            path = np.stack([x0 + reach * t, y - 4 * high * t * (1 - t)], 1)
            for _ in range(3):
                alpha = np.maximum(alpha, self.mask_lines([(path + self.r.normal(0, 0.006, path.shape)).tolist()], self.u(1, 3 if many > 3 else 6)))
            for px, py in path[8:] + self.r.normal(0, 0.018, (14, 2)):
                cv2.circle(alpha, (int(px * SIZE), int(py * SIZE)), 0, 0.8, -1)
        if many == 1 or self.chance(0.4):  # the thick plume in the middle
            v = np.clip((y - YY) / tall, 0, 1)
            body = 1 - np.abs(XX - x + 0.02 * self.noise(3.0, 1, 1)) / ((0.012 + self.u(0.03, 0.1) * (1 - v) ** self.u(0.5, 1.5)) * (v < 1) + 1e-3)
            alpha = np.maximum(alpha, smooth(body + 0.6 * self.noise(1.2, 2.5, 0.8), 0, 0.8) * (YY < y))
        alpha = np.clip((cv2.GaussianBlur(alpha, (0, 0), 0.7) * self.u(0.8, 1.1) + self.u(0.1, 0.5) * cv2.GaussianBlur(alpha, (0, 0), 3)) * np.clip(0.9 + 0.25 * self.noise(2.4, 1.5, 1.0), 0.2, 1.1), 0, 0.96)
        streaks = self.noise(1.2, 2, 0.8)
        self.paint(alpha, np.clip(self.foam_colour() * (0.95 + 0.1 * streaks)[..., None], 0, 1), "river", 0.6, 0.5, (0, 1), 0.35)
        return True

    # ---- sea ----
    def heap_of_foam(self, points, size):
        """Tumbling white water around the points (x, y)."""
        puffs = [(px + self.r.normal(0, 0.9) * size, py + self.r.normal(0, 0.6) * size, size * self.u(0.1, 0.7) ** 1.3, 0) for px, py in points for _ in range(8)]
        height = cv2.GaussianBlur(heaped(puffs), (0, 0), 0.7)
        grain = self.warped(1.8, 2.0, 6)
        light = np.clip(self.lit(height + (height > 0) * 0.006 * grain, 0.5), -0.8, 0.8)
        alpha = smooth(cv2.GaussianBlur((height > 0.002).astype(np.float32), (0, 0), 1.6) + 0.16 * grain, 0.35, 0.85)
        foam = self.foam_colour() * (0.93 + 0.12 * light + 0.05 * grain)[..., None]
        self.paint(alpha.astype(np.float32), np.clip(foam, 0, 1), "sea", np.clip(0.3 + 0.6 * YY, 0, 1), 0.6)

    def horizon_row(self):
        """Row (0..1) where open water begins, or where the sky ends."""
        sea = self.has("sea")
        if sea.mean() > 0.1:
            return float(np.argmax(sea.mean(1) > 0.3)) / SIZE
        line = self.skyline()
        return float(np.median(line)) / SIZE

    def breaker(self):
        """A great wave that rises and breaks: steep streaked face, thrown lip or hollow barrel, foam and spray before the sky of the photo."""
        horizon = float(np.clip(self.horizon_row(), 0.15, 0.75))
        if self.has("sea").mean() < 0.1:
            self.water(horizon, kind=self.pick(["sea", "rough", "deep"]))
        base, tall, side = self.u(max(horizon + 0.1, 0.55), 1.1), self.u(0.2, 0.7), self.pick([-1, 1])
        u = (XX - 0.5) * side + 0.5
        peak = self.u(0.1, 0.7)
        crest = base - tall * (0.35 + 0.65 * np.exp(-((u - peak) / self.u(0.3, 0.9)) ** 2)) + 0.012 * self.noise(2.4, 1.5, 0.1)
        foot = base + 0.04 * self.noise(3.8, 0.5, 0.5)
        v = np.clip((YY - crest) / np.maximum(foot - crest, 0.02), 0, 1)  # 0 at the crest
        alpha = smooth(YY - crest, -0.004, 0.006) * smooth(foot - YY, 0, 0.06)
        deep = self.colour((10, 60, 90), (15, 80, 80), (20, 50, 60), (30, 90, 110), (45, 80, 75), (15, 70, 130)) * np.clip(self.light_tint, 0.3, 1)
        bright = self.colour((70, 190, 200), (90, 180, 160), (120, 190, 200), (60, 150, 140), (60, 160, 215)) * np.clip(self.light_tint, 0.3, 1)
        if self.chance(0.45):  # the barrel: streaks run around its hollow
            cx, cy, r = peak * side + 0.5 * (1 - side) + side * self.u(0.0, 0.25), base - tall * self.u(0.3, 0.45), tall * self.u(0.35, 0.6)
            dx, dy = (XX - cx) * side / 1.3, YY - cy
            radius, turn = np.hypot(dx, dy), np.arctan2(dy, dx)
            streaks = self.noise(1.8, 1, 1, 0, (turn * 70 + radius * 60, np.log(radius + 0.03) * 45 * self.u(1, 2.5)))
            tone = smooth(radius + 0.03 * streaks, 0.2 * r, 1.4 * r)
        else:
            streaks = self.noise(1.8, self.u(2, 4), self.u(0.3, 0.7), side * self.u(-0.5, 0.9)) + 0.4 * self.noise(1.2, 2, 0.8)
            tone = smooth(v + 0.08 * streaks, -0.1, self.u(0.5, 1.0))
        rgb = bright + (deep - bright) * tone[..., None]
        rgb = rgb * (1 + self.u(0.1, 0.28) * streaks)[..., None] + (smooth(streaks, 0.8, 2.2) * self.u(0.1, 0.6))[..., None] * 0.6
        self.paint(alpha.astype(np.float32), np.clip(rgb, 0, 1), "sea", 0.6, 0.6)
        row = crest[SIZE // 2]
        broken = np.nonzero((u[0] > peak - self.u(-0.1, 0.5)) if self.chance(0.7) else np.ones(SIZE, bool))[0]
        if len(broken) < 8:
            return False
        some = self.r.choice(broken, int(self.u(10, 45)))
        spill = self.u(0.05, 0.9) * tall * self.r.random(len(some)) ** 1.4
        self.heap_of_foam([(c / SIZE, row[c] + s * np.clip((u[0][c] - peak) * 2 + 0.4, 0.1, 1)) for c, s in zip(some, spill)], self.u(0.025, 0.07))
        lip = np.exp(-((YY - crest - 0.006) / self.u(0.006, 0.025)) ** 2) * smooth(self.noise(1.8, 2, 1) + self.u(0, 1.5), -0.4, 0.6)
        spray = np.exp(-np.clip(crest - YY, 0, 1) / self.u(0.01, 0.06)) * (YY < crest) * smooth(self.warped(1.8, 2, 8) + self.u(-1, 0.6), -0.2, 1.2) * 0.8
        self.paint(np.clip(np.maximum(lip, spray), 0, 0.95).astype(np.float32), self.foam_colour(), "sea", 0.6, 0.6, None, 0.45)
        if base < 0.95:  # churned water before it
            n = self.noise(2.4, 0.8, 1.6, 0, self.ground_warp(base - 0.25, 60)) + 0.4 * self.noise(1.8, 1.5, 3)
            below = smooth(YY - foot, -0.02, 0.03)
            front = deep * 0.9 * (1 + 0.25 * n)[..., None]
            self.paint(below.astype(np.float32), np.clip(front + (smooth(n, self.u(-0.5, 1.2), 2.8) * self.u(0.4, 0.95))[..., None] * (self.foam_colour() - front), 0, 1), "sea", np.clip(0.3 + 0.6 * YY, 0, 1), 0.5)
        return True

    def surf(self):
        """Rows of foam on the sea of the photo, and white water where it meets the shore or rocks."""
        sea = self.has("sea").astype(np.float32)
        rows = np.nonzero(sea.mean(1) > 0.15)[0]
        if len(rows) < 20:
            return False
        top, low = rows[0] / SIZE, (rows[-1] + 1) / SIZE
        for _ in range(int(self.r.integers(1, 6))):
            y = top + (low - top) * self.u(0.15, 1.0)
            near = (y - top) / (low - top)
            line = y + self.u(-0.12, 0.12) * (XX - 0.5) + (0.01 + 0.04 * near) * self.noise(3.0, 0.8, 0.8)[7][None]
            thick = (0.006 + 0.06 * near) * self.u(0.5, 1.2)
            n = self.noise(1.8, 2, 3) + 0.5 * self.noise(1.2, 2, 3)
            rise = np.exp(-((YY - line + thick) / (1.2 * thick)) ** 2) * sea
            self.rgb *= (1 - self.u(0.1, 0.5) * rise)[..., None]
            v = (YY - line) / thick
            foam = smooth(v, -0.6, -0.1) * np.exp(-np.clip(v, 0, 9) / self.u(0.6, 2.5)) * smooth(n + self.u(-0.2, 1.2) - 0.3 * v, -0.3, 0.9) * sea
            self.rgb += (np.clip(foam, 0, 0.97))[..., None] * (self.foam_colour() * (0.95 + 0.07 * n)[..., None] - self.rgb)
        shore = cv2.GaussianBlur(self.has("static").astype(np.float32), (0, 0), self.u(2, 6)) * sea * smooth(YY, top + 0.04, top + 0.1)
        if self.chance(0.6):
            foam = smooth(shore + 0.08 * self.noise(1.8, 2, 2), 0.15, 0.4) * sea
            self.rgb += (foam * self.u(0.5, 1))[..., None] * (self.foam_colour() - self.rgb)
        self.rgb = np.clip(self.rgb, 0, 1)
        return True

    # ---- still water ----
    def mirror(self, line, green):
        """Everything below `line` becomes the image of what is above it, darker, rippled, more or less of the water's own colour."""
        alpha = smooth(YY - line - 0.012 * self.noise(3.0, 1, 1), -0.004, 0.006)
        d = np.clip((YY - line) / max(1 - line, 0.05), 0, 1)
        warp = self.ground_warp(line - 0.04, self.u(40, 100))
        ripple = self.noise(1.8, self.u(0.5, 1.5), self.u(2, 4), 0, warp) * self.u(0.2, 3.5)
        rows = 2 * line * SIZE - YY * SIZE * self.u(0.85, 1.1) - 1
        image = cv2.remap(self.rgb, (XX * SIZE + 0.7 * ripple).astype(np.float32), (np.abs(rows) + 1.6 * ripple * (0.4 + d)).astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        image = cv2.GaussianBlur(image, (3, 1 + 2 * int(self.u(0, 5))), 0)
        own = self.colour(*green) * self.light_tint * self.u(0.6, 1.1)
        keep = np.clip(self.u(0.35, 1.05) - self.u(0, 0.6) * d, 0.12, 0.97)[..., None]
        rgb = (own + (image * self.u(0.65, 1.0) - own) * keep) * (1 + self.u(0.01, 0.09) * ripple)[..., None]
        self.paint(alpha.astype(np.float32), np.clip(rgb, 0, 1), self.pick(["sea", "sea", "river"]), d * 0.75 + 0.2, 0.5)
        edge = np.exp(-((YY - line) / 0.008) ** 2)[..., None]
        self.rgb *= 1 - self.u(0, 0.5) * edge

    def pond(self):
        """Still water under trees and a bank, with lily pads, reeds or grass at the near edge at times."""
        line = self.u(0.3, 0.75)
        above = self.label[:int(line * SIZE)]
        if np.isin(above, [ID["foliage"], ID["grass"], ID["static"]]).mean() < 0.15 or np.isin(above[-8:], [ID["sea"], ID["river"], ID["sky"], ID["body"], ID["hair"]]).mean() > 0.35:
            return False
        self.mirror(line, [(45, 55, 35), (60, 70, 45), (35, 45, 50), (70, 75, 60), (80, 85, 55), (30, 40, 30), (75, 95, 105)])
        if self.chance(0.35):
            green = self.colour((95, 125, 60), (120, 140, 80), (70, 105, 60), (140, 145, 80)) * self.light_tint
            x0, y0 = self.u(), self.u(line + 0.08, 1)
            for _ in range(int(self.u(5, 40))):
                x, y = x0 + self.r.normal(0, 0.2), y0 + self.r.normal(0, 0.08)
                if y > line + 0.03:
                    s = 0.008 + 0.06 * (y - line)
                    pad, _ = self.mask_ellipse(x, y, s * self.u(0.8, 1.4), s * 0.35)
                    self.paint(pad, np.clip(green * self.u(0.75, 1.25), 0, 1), "grass", 0.6, 0.2)
        if self.chance(0.35):
            self.blades() if self.chance(0.6) else self.tufts()
        return True

    def moat(self):
        """Water before walls, bridges and mountains: canals, moats, pools, wet squares."""
        line = self.u(0.35, 0.8)
        above = self.label[:int(line * SIZE)]
        if np.isin(above, [ID["static"]]).mean() < 0.2 or np.isin(above[-8:], [ID["sea"], ID["river"], ID["sky"], ID["body"], ID["hair"]]).mean() > 0.4:
            return False
        self.mirror(line, [(60, 80, 60), (80, 95, 60), (50, 70, 80), (90, 105, 110), (70, 90, 95), (100, 95, 75), (40, 60, 65)])
        return True
