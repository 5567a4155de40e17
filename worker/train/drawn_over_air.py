"""Brushes over photographs for what burns, smokes and shines: billows, steam, flames, candles, lights at night."""

import cv2
import numpy as np

from canvas import ID, SIZE, XX, YY, grey, smooth
from draw_templates import Scene

LEAST_CHANGE = 0.09  # mean change of the channels: white steam before a white wall is not seen


def heaped(puffs):
    """Overlapping balls (x, y, radius, depth) in fractions -> height [SIZE, SIZE] above the picture, 0 where there is none."""
    height = np.zeros((SIZE, SIZE), np.float32)
    for x, y, radius, back in puffs:
        x0, x1, y0, y1 = (int(np.clip(v * SIZE, 0, SIZE)) for v in (x - radius, x + radius + 0.01, y - radius, y + radius + 0.01))
        if x1 > x0 and y1 > y0:
            box = np.s_[y0:y1, x0:x1]
            square = radius ** 2 - (XX[box] - x) ** 2 - (YY[box] - y) ** 2
            height[box] = np.maximum(height[box], np.where(square > 0, np.sqrt(np.maximum(square, 0)) + back, 0))
    return height


class Air(Scene):
    """Smoke, steam, fire and lights."""

    def has(self, *names):
        """Mask of the pixels of these classes."""
        return np.isin(self.label, [ID[name] for name in names])

    def skyline(self):
        """Row of the lowest sky pixel that is reached from the top, per column (0 where there is none)."""
        return np.where(self.label == ID["sky"], 1, 0).cumprod(0).sum(0)

    def warped(self, slope, scale, reach, stretch=1.0):
        """Noise whose coordinates are moved by other noise: curls and billows instead of spots."""
        x, y = XX * SIZE + reach * self.noise(3.0, scale * 0.7, scale * 0.7), (YY * SIZE + reach * self.noise(3.0, scale * 0.7, scale * 0.7)) * stretch
        return self.noise(slope, scale, scale, 0, (x, y))

    def source(self):
        """Where smoke may come from: on or below the skyline if there is one, else somewhere below the middle."""
        line = self.skyline()
        columns = np.nonzero((line > 0.12 * SIZE) & (line < 0.93 * SIZE))[0]
        if len(columns) > 20 and self.chance(0.75):
            x = int(columns[int(self.r.integers(len(columns)))])
            return x / SIZE, line[x] / SIZE + (self.u(0.0, 0.06) if self.chance(0.6) else self.u(0.05, 0.4))
        return self.u(0.05, 0.95), self.u(0.45, 1.05)

    def smoke_colour(self):
        c = self.colour((250, 250, 250), (245, 243, 240), (225, 225, 228), (200, 198, 195), (150, 146, 142), (95, 92, 90), (60, 57, 55), (165, 140, 115), (235, 228, 212), jitter=0.02)
        return c * np.clip(self.light_tint / self.light_tint.max() * self.u(0.75, 1.1) * max(0.35, float(self.light_tint.max())), 0, 1)

    def plume_path(self, x, y, height, count):
        """Balls of a plume that widens as it rises or is blown to a side."""
        lean, bend, foot, wide = self.r.normal(0, 0.55), self.u(0.8, 2.2), self.u(0.015, 0.06), self.u(0.1, 0.34)
        puffs = []
        for t in np.sort(self.r.random(count) ** 0.8):
            radius = (foot + wide * t ** self.u(0.7, 1.0)) * height
            around = self.r.normal(0, 0.6, 2) * radius
            puffs.append((x + lean * height * t ** bend + around[0], y - height * t ** (1 / bend if abs(lean) > 0.5 else 1) * (0.5 if abs(lean) > 0.9 else 1) + 0.7 * around[1], radius * self.u(0.35, 0.8), self.u(0, 0.35) * radius))
        return puffs

    def lit(self, height, strength):
        """Light on a heap from one side and above: about -1..1."""
        side = self.pick([-1, 1]) * self.u(0.3, 1)
        gy, gx = np.gradient(cv2.GaussianBlur(height, (0, 0), 0.8) * SIZE * strength)
        return (0.6 * gy - side * gx) / np.sqrt(1 + gx ** 2 + gy ** 2)

    def plume(self):
        """Dense billows with firm round edges, as over a volcano, a burning roof or a steam engine."""
        x, y = self.source()
        size = self.u(0.35, 1.1)
        large = self.plume_path(x, y, size, int(self.u(40, 90)))
        if self.chance(0.3):  # it has spread along the sky, or rolls along the ground
            level = y - size * self.u(0.0, 0.8)
            large += [(self.u(-0.1, 1.1), level + self.r.normal(0, 0.03), self.u(0.04, 0.12), self.u(0, 0.05)) for _ in range(25)]
        small = [(a + c * np.cos(t) * 0.8, b + c * np.sin(t) * 0.8, c * self.u(0.25, 0.5), d + self.u(0.2, 0.7) * c) for a, b, c, d in large for t in self.r.uniform(0, 6.28, 3)]
        height = heaped(large + small)
        inside = (height > 0).astype(np.float32)
        height = cv2.GaussianBlur(height, (0, 0), self.u(0.5, 1.4)) + inside * 0.006 * self.warped(2.4, 2.5, 8)
        around = sum(np.clip((height - cv2.GaussianBlur(height, (0, 0), r)) / (0.012 * r), -1, 0.6) for r in (2, 5, 10)) / 2
        light = self.lit(height, self.u(0.4, 0.9)) * 0.8 + around
        alpha = smooth(cv2.GaussianBlur(inside, (0, 0), self.u(0.8, 3.5)), 0.3, 0.75)
        rgb = self.smoke_colour() * (1 + self.u(0.15, 0.42) * light)[..., None]
        fade = np.clip(self.u(0.95, 1.5) - self.u(0, 0.5) * np.hypot(XX - x, YY - y) / size, 0.4, 1)
        return self.blow(alpha * fade, rgb, y)

    def blow(self, alpha, rgb, y):
        """Lays smoke over the photo: at times behind what stands before the sky, a little in the colour of the air."""
        sky = self.has("sky").astype(np.float32)
        if sky.mean() > 0.15 and self.chance(0.45):
            alpha = alpha * np.maximum(cv2.GaussianBlur(sky, (0, 0), 0.7), smooth(YY, y - 0.05, y - 0.03) * smooth(y + 0.04 - YY, 0, 0.02) * 0.5)
        air = self.u(0, 0.35)
        return self.vapour(alpha, rgb * (1 - air) + self.sky_low * air, 0.35)

    def vapour(self, alpha, rgb, depth, flow=(0.25, -0.95), least=0.36):
        """Lays smoke or steam; its label has no holes where it is thin for a pixel or two. False where hardly any is seen."""
        alpha = np.clip(alpha, 0, 0.98).astype(np.float32)
        seen = cv2.GaussianBlur(alpha, (0, 0), 2.0) > least
        change = alpha[..., None] * (np.clip(rgb, 0, 1) - self.rgb)
        if seen.mean() < 0.008 or np.abs(change[seen]).mean() < LEAST_CHANGE:
            return False
        self.rgb += change
        self.label[seen], self.depth[seen], self.sway[seen], self.flow[seen] = ID["smoke"], depth, 0.7, flow
        return True

    def smoke(self):
        """Soft smoke: a plume of varying density, a drifting trail, or a thin haze from a chimney."""
        x, y = self.source()
        size = self.u(0.4, 1.1)
        puffs = self.plume_path(x, y, size, int(self.u(40, 110)))
        density = cv2.GaussianBlur(heaped([(a, b, 1.2 * c, 0) for a, b, c, _ in puffs]), (0, 0), self.u(1.5, 5))
        if density.max() < 1e-3:  # the plume left the picture
            return False
        if density.max() < 1e-4:  # all of it beyond the frame
            return False
        density = density / np.percentile(density[density > 0.2 * density.max()], 60) * self.u(1.1, 3.5)
        curl = self.warped(3.0, self.u(1.2, 2.6), self.u(10, 26)) + 0.45 * self.warped(2.4, self.u(2.0, 3.5), 12)
        density = density * np.clip(0.75 + self.u(0.25, 0.6) * curl, 0.05, 2.2)
        alpha = (1 - np.exp(-density)) * np.clip(1.25 - self.u(0.1, 0.8) * np.hypot(XX - x, YY - y) / size, 0.15, 1)
        shift = np.float32([[1, 0, self.pick([-1, 1]) * 4], [0, 1, 4]])
        shade = np.exp(-self.u(0.2, 0.6) * cv2.warpAffine(cv2.GaussianBlur(density.astype(np.float32), (0, 0), 1.5), shift, (SIZE, SIZE)))
        rgb = self.smoke_colour() * (0.7 + 0.4 * shade + 0.06 * curl)[..., None]
        return self.blow(alpha, rgb, y)

    def steam(self):
        """Half-transparent white vapour: over hot water or wet ground, above a cup, or as fog between things."""
        kind = self.pick(["low", "low", "cup", "bank"])
        white = np.clip((0.86 + 0.14 * self.u()) * (0.55 + 0.45 * self.sky_low / max(0.3, self.sky_low.max())) * np.clip(self.light_tint.max() * 1.1, 0.4, 1), 0, 1)
        if kind == "cup":
            x, y, h, w = self.u(0.15, 0.85), self.u(0.4, 0.95), self.u(0.25, 0.7), self.u(0.03, 0.12)
            v = np.clip((y - YY) / h, 0, 1)
            inside = smooth(1 - np.abs(XX - x - self.u(-0.2, 0.2) * v ** 2 + 0.04 * self.noise(3.0, 1, 1) * v) / (w * (1 + self.u(0.5, 2) * v)), 0, 0.6) * smooth(y - YY, 0, 0.05) * (1 - v ** 2)
            n = self.warped(3.0, self.u(1.5, 3), self.u(16, 30), 0.4)
            alpha = inside * (0.3 * smooth(n, -1, 1.5) + smooth(np.exp(-(n / 0.35) ** 2), 0.1, 1)) * self.u(0.5, 1.0)
        else:
            y, thick = self.u(0.35, 0.95) + 0.06 * self.noise(3.0, 1, 1), self.u(0.08, 0.35)
            below = smooth(YY, y - thick, y) if kind == "low" else np.exp(-((YY - y) / thick) ** 2)
            reach = np.exp(-((YY - y) / (0.5 * thick)) ** 2 * (YY > y)) if kind == "low" else 1
            wisps = self.warped(3.0, self.u(0.9, 2.2), self.u(12, 26), self.u(0.5, 1.4)) + 0.35 * self.warped(2.4, 2.4, 12)
            centre = np.exp(-((XX - self.u()) / self.u(0.25, 1.0)) ** 4)
            alpha = below * reach * centre * smooth(wisps + self.u(0.2, 1.5), -1.0, 1.1) * self.u(0.7, 1.1)
        rgb = white * (1 + 0.06 * self.noise(2.4, 1.5, 1.5))[..., None]
        return self.vapour(alpha, rgb, 0.5, (0.2, -0.95), 0.3)

    # ---- fire ----
    def dusk(self, low=0.12, high=0.8):
        """The photo in the evening or at night: darker, bluer, less colourful."""
        keep = self.u(low, high)
        tone = np.float32(self.pick([(0.75, 0.85, 1.1), (1, 0.9, 0.75), (0.8, 1, 0.95), (1, 1, 1)]))
        plain = grey(self.rgb)[..., None]
        self.rgb = np.clip((plain + (self.rgb - plain) * self.u(0.4, 1)) ** self.u(1.0, 1.5) * keep * tone, 0, 1)
        self.light_tint, self.sky_low = self.light_tint * keep, self.sky_low * keep

    def glow(self, x, y, radius, strength, colour=(1.0, 0.55, 0.2)):
        """Fire lights what is near it, and the air around."""
        near = np.exp(-((XX - x) ** 2 + (YY - y) ** 2) / radius ** 2)[..., None] * np.float32(colour)
        strength = strength * np.clip(1.2 - 1.3 * self.rgb.mean(), 0.1, 1)  # by day it is hardly seen
        self.rgb = np.clip(self.rgb * (1 + 1.8 * strength * near) + 0.16 * strength * near, 0, 1)

    def burn(self, heat, depth, base, tall):
        """Colours a heat map (0 = edge of the flame, 1 = core) and lays it over."""
        hot = np.clip(heat * self.u(0.9, 1.5), 0, 1)
        ramp = np.float32([[0.55, 0.08, 0.02], [0.92, 0.3, 0.04], [1.0, 0.6, 0.1], [1.0, 0.86, 0.4], [1, 0.98, 0.85]]) * np.float32([1, self.u(0.8, 1.1), self.u(0.6, 1.2)])
        rgb = np.stack([np.interp(hot, (0, 0.2, 0.45, 0.75, 1), ramp[:, c]) for c in range(3)], -1).astype(np.float32)
        alpha = smooth(heat, 0.0, self.u(0.12, 0.3)) * self.u(0.85, 1)
        self.paint(np.clip(alpha, 0, 1).astype(np.float32), np.clip(rgb, 0, 1), "fire", depth, np.clip((base - YY) / tall, 0, 1), (0, -1), 0.4)

    def footing(self):
        """A place (x, y) in the lower part where something can stand: not before the sky, nor on people if there is another."""
        for _ in range(12):
            x, y = self.u(0.1, 0.9), self.u(0.4, 1.02)
            if self.label[min(int(y * SIZE), SIZE - 1), int(x * SIZE)] not in (ID["sky"], ID["body"], ID["hair"]):
                break
        return x, y

    def flames(self):
        """A camp fire, a burning heap or a wall of fire: ragged tongues over charred wood, with glow, sparks and smoke."""
        if self.chance(0.6):
            self.dusk()
        x, base = self.footing()
        wide = self.u(0.04, 0.2) if self.chance(0.7) else self.u(0.25, 0.7)
        tall = self.u(0.15, 0.65) if wide < 0.22 else self.u(0.15, 0.5)
        if self.chance(0.3):
            lift = heaped(self.plume_path(x, base - 0.5 * tall, self.u(0.4, 0.9), 40))
            self.vapour(smooth(cv2.GaussianBlur(lift, (0, 0), 3), 0, 0.08) * self.u(0.3, 0.85) * (0.7 + 0.3 * self.warped(3.0, 1.5, 14)), (self.smoke_colour() * self.u(0.3, 0.9)) * np.ones_like(self.rgb), 0.4)
        self.glow(x, base - 0.3 * tall, self.u(1.2, 3) * max(wide, tall), self.u(0.3, 1.0))
        if self.chance(0.6):
            wood = self.surface(np.zeros_like(self.rgb) + self.colour((45, 35, 30), (25, 22, 20), (85, 62, 45)), ["bark", "wood"], 0.6)
            for _ in range(int(self.u(2, 8))):
                ends = [(x + self.u(-1.2, 1.2) * wide, base + self.u(-0.03, 0.04)), (x + self.u(-0.9, 0.9) * wide, base - self.u(-0.02, 0.1))]
                self.paint(self.mask_lines([ends], self.u(2, 8)), np.clip(wood * self.u(0.4, 1.2), 0, 1), "static", 0.55)
        drift = self.u(-0.4, 0.4)
        heat = np.full((SIZE, SIZE), -1.0, np.float32)
        curl = self.noise(2.4, self.u(1.2, 2.5), self.u(0.6, 1.0))
        for _ in range(int(self.u(3, 7) + 22 * wide)):
            left = self.u(-1, 1)
            tongue_x, high, thick = x + left * wide, tall * (1 - 0.55 * abs(left)) * self.u(0.35, 1.1), self.u(0.12, 0.3) * min(wide, tall) + 0.012
            v = np.clip((base - YY) / high, 0, 1.2)
            centre = tongue_x + drift * high * v ** 1.5 + (0.03 + 0.25 * thick) * curl * v
            body = np.maximum(1 - v, 0) ** self.u(0.5, 0.9) * (0.6 + 0.7 * np.sqrt(np.minimum(v, 0.3)))
            heat = np.maximum(heat, np.where(v < 1, (1 - np.abs(XX - centre) / (thick * body + 1e-3)) * (0.6 + 0.5 * (1 - v)), -1))
        heat = heat + self.u(0.12, 0.3) * self.noise(2.4, self.u(2, 4), self.u(0.8, 1.6)) * smooth(heat, -0.6, 0.1)
        heat = np.where((YY < base + 0.015 * self.noise(2.4, 2, 2)), heat, -1)
        self.burn(heat, 0.6, base, tall)
        for _ in range(int(self.u(-10, 20))):
            cv2.circle(self.rgb, (int((x + self.u(-1.2, 1.2) * wide) * SIZE), int((base - self.u(0.2, 1.8) * tall) * SIZE)), 0, (1.0, self.u(0.5, 0.8), 0.25), -1)
        return bool((self.label == ID["fire"]).mean() > 0.004)

    def candles(self):
        """Candles, torches or lamps with an open flame: a small drop of light with a glow."""
        if self.chance(0.75):
            self.dusk(0.08, 0.6)
        torch, count = self.chance(0.25), self.pick([1, 1, 2, 3, 5])
        size = self.u(0.03, 0.16) / count ** 0.4
        for _ in range(count):
            x, y, s = self.u(0.1, 0.9), self.u(0.25, 0.85), size * self.u(0.8, 1.2)
            self.glow(x, y, self.u(2, 6) * s + 0.03, self.u(0.4, 1.0), (1.0, 0.65, 0.3))
            thick = s * (self.u(0.3, 0.5) if torch else self.u(0.5, 1.1))
            wax = self.colour((110, 80, 50), (60, 45, 35)) if torch else self.colour((235, 225, 200), (190, 50, 45), (240, 238, 230), (215, 190, 140))
            lit = (np.clip(1.15 - (YY - y - s) * self.u(2, 5), 0.45, 1.2) * (1 - 0.35 * np.abs(XX - x) / thick))[..., None]
            foot = y + s * self.u(2.5, 8)
            self.paint(self.mask_polygon([(x - thick, y + s), (x + thick, y + s), (x + thick, foot), (x - thick, foot)]), np.clip(wax * np.clip(self.light_tint + 0.35, 0, 1) * lit, 0, 1), "static", 0.6)
            v = np.clip((y + s - YY) / (2.3 * s), 0, 1)
            body = np.maximum(np.sin(np.pi * v ** 0.6), 0) ** 0.8 * (1 - 0.35 * v)
            bend = self.u(-0.3, 0.3) * s * v ** 2
            heat = 1.15 - np.abs(XX - x - bend + (0.25 * s * self.noise(1.8, 2, 1) * v if torch else 0)) / (s * (0.9 if torch else 0.55) * body + 1e-3)
            self.burn(np.where((v > 0) & (v < 1), heat, -1).astype(np.float32), 0.6, y + s, 2.3 * s)
        return bool((self.label == ID["fire"]).mean() > 0.002)

    # ---- light ----
    def night(self):
        """The photo at night, with lit windows in rows, lamps, and their glow on what stands near and on water."""
        sky = self.has("sky")
        free = self.has("static") & (cv2.GaussianBlur(sky.astype(np.float32), (0, 0), 8) < 0.97)
        if free.mean() < 0.12:
            return False
        plain = grey(self.rgb)[..., None]
        ambient = self.u(0.08, 0.36)
        tone = np.float32(self.pick([(0.6, 0.75, 1.25), (0.5, 0.65, 1.3), (0.9, 0.8, 0.75), (0.7, 0.95, 1.0)]))
        dark = (plain + (self.rgb - plain) * self.u(0.2, 0.7)) * tone
        air = self.colour((8, 12, 30), (20, 35, 80), (50, 45, 55), (110, 75, 50), (12, 14, 18), (60, 60, 110))
        low = smooth(YY, -0.3, max(0.2, float(self.skyline().mean()) / SIZE))[..., None]
        dark = np.where(sky[..., None], dark * 0.5 * ambient + air * (0.35 + 0.65 * low), dark * ambient)
        shine, cover = np.zeros_like(self.rgb), np.zeros((SIZE, SIZE), np.float32)
        ys, xs = np.nonzero(free)
        warm = [(1.0, 0.82, 0.5), (1.0, 0.72, 0.35), (1.0, 0.93, 0.78), (0.85, 0.95, 1.0), (0.6, 1.0, 0.85)]
        main, soft = self.pick(warm), self.chance(0.2)
        for _ in range(int(self.u(10, 60))):
            i = int(self.r.integers(len(ys)))
            x0, y0 = float(xs[i]), float(ys[i])
            rows, columns, gap = (int(self.u(2, 16)), int(self.u(1, 8)), self.u(2.2, 4.5)) if self.chance(0.6) else (1, int(self.u(1, 16)), self.u(2, 6))
            colour = np.float32(main if self.chance(0.7) else self.pick([*warm, (1.0, 0.3, 0.2), (0.4, 0.6, 1.0)]))
            slope, lit = self.u(-0.25, 0.25), self.u(0.35, 0.95)
            for row in range(rows):
                for column in range(columns):
                    x, y = int(x0 + column * gap), int(y0 + row * gap * 1.2 + slope * column * gap)
                    if 0 <= x < SIZE and 0 <= y < SIZE and free[y, x] and self.chance(lit):
                        value = [float(v) for v in np.clip(colour * self.u(0.6, 1.5), 0, 1)]
                        radius = int(self.u(2, 5)) if soft else int(self.u(0, 1.4))
                        cv2.circle(shine, (x, y), radius, value, -1)
                        cv2.circle(cover, (x, y), radius + 1, 1.0, -1)
        if cover.mean() < 0.02:
            return False
        spread = cv2.GaussianBlur(shine, (0, 0), self.u(4, 10)) * self.u(0.8, 2.2)
        tight = cv2.GaussianBlur(shine, (0, 0), 1.2) * self.u(0.5, 1.1)
        rgb = dark + np.where(sky[..., None], 0.25, (self.rgb * 0.9 + 0.05)) * spread + tight
        rgb = rgb + shine * (1 - np.clip(rgb, 0, 1))
        water = self.has("sea", "river")
        if water.mean() > 0.03:  # each light leaves a column on the water
            down = cv2.GaussianBlur(cv2.blur(shine, (1, 61)), (0, 0), 1.0) * 9 * (0.6 + 0.4 * self.noise(1.8, 0.6, 3)[..., None])
            rgb = np.where(water[..., None], dark * 0.8 + np.clip(np.roll(down, 24, 0), 0, 0.9), rgb)
        self.rgb = np.clip(rgb, 0, 1).astype(np.float32)
        lights = cv2.morphologyEx(np.uint8(cover > 0), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0
        self.label[lights & free] = ID["light"]
        self.sway[lights & free] = 0
        return True
