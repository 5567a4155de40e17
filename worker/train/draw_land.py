"""Brushes for what never moves, and the sky above it."""

import cv2
import numpy as np

from canvas import SIZE, XX, YY, Canvas, mean_colour, smooth


class Land(Canvas):
    """Sky, mountains, ground, rocks, walls, unnamed things, crockery, cables."""

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
        rgb = np.clip(rgb, 0, 1).astype(np.float32)
        if kind not in ("night", "white") and self.real("cloud", "panorama") and self.chance(0.22):
            rgb = self.photographed_sky(rgb)
        self.light_tint = np.clip(0.35 + 0.9 * low / max(low.max(), 0.2) * (0.35 if kind == "night" else 0.6 if kind in ("sunset", "storm") else 1), 0, 1.1).astype(np.float32)
        self.sky_low, self.sky_kind, self.horizon = low, kind, horizon
        self.paint(np.ones((SIZE, SIZE), np.float32), np.clip(rgb, 0, 1), "sky", 0.0)

    def photographed_sky(self, drawn):
        """Clouds of a photograph in more or less the colours of the drawn sky."""
        rgb = self.texture(["cloud", "panorama"], self.u(0.4, 1.2))
        mean, target = mean_colour(rgb), mean_colour(drawn)
        ramp = cv2.GaussianBlur(drawn, (0, 0), 12) / target
        rgb = (rgb + self.u(0, 1) * (target - mean)) * (1 + self.u(0, 1) * (ramp - 1))
        return np.clip(rgb, 0, 1)

    def ridge(self, base, height, roughness=3.0, grain=1.0):
        """A skyline: y of the ridge per column."""
        line = self.noise(self.pick([3.0, 3.8, 3.8]), 0.5 * grain, 0.5 * grain)[int(self.u(0, SIZE - 1))]
        return base - height * (0.6 + 0.4 * line) + self.u(-0.15, 0.15) * (XX[0] - 0.5)

    def mountains(self, horizon, count=None):
        for i in range(count or int(self.r.integers(1, 4))):
            y = self.ridge(horizon, self.u(0.03, 0.3) * (1 - 0.2 * i), grain=self.u(0.4, 2.0))
            alpha = smooth(YY - y[None], -0.004, 0.004)
            n = self.noise(2.4, self.u(1, 4), self.u(1, 4), self.u(-1, 1))
            lit = n - np.roll(n, 2, 1)
            base = self.colour((80, 75, 70), (60, 70, 90), (90, 80, 60), (50, 65, 45), (110, 100, 90), (45, 55, 50), (120, 90, 70)) * self.light_tint
            rgb = self.surface(self.shade(base, lit * 2 + 0.4 * n, 0.25), ["rock", "rock", "soil", "leafage"], 0.35, scale=self.u(0.8, 2.5))
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
        names = {"sand": ["sand"], "rock": ["rock"], "road": ["concrete", "brick"], "snow": ["snow"], "soil": ["soil"], "gravel": ["soil", "rock"]}[kind]
        rgb = self.surface(self.shade(base, n, contrast), names, 0.5, warp, self.u(1.0, 5.0))
        self.paint(alpha, rgb, "static", depth)
        if kind == "road" or self.chance(0.15):
            x0, x1, top = self.u(-0.2, 0.6), self.u(0.4, 1.2), self.u(0.3, 0.7)
            mask = self.mask_polygon([(top - 0.01, horizon), (top + 0.01, horizon), (x1 + 0.2, 1.05), (x0, 1.05)]) * alpha
            self.paint(mask, self.shade(self.colour((90, 90, 95), (150, 140, 125), (120, 100, 80)) * self.light_tint, n, 0.1), "static", depth)
            if self.chance(0.6):
                self.paint(self.mask_lines([[(top, horizon), ((x0 + x1 + 0.2) / 2, 1.05)]], 2) * alpha, self.colour((240, 240, 230), (230, 200, 80)), "static", depth)

    def rocks(self, count, top=0.5, bottom=1.0, size=(0.03, 0.18)):
        """Boulders with flat faces: lit above, dark below, standing firm."""
        cover = self.texture(["rock"], self.u(0.4, 2)) if self.real("rock") and self.chance(0.6) else None
        base = self.colour((120, 115, 108), (80, 78, 76), (150, 130, 105), (95, 85, 75), (60, 62, 66), (170, 160, 150), (45, 42, 42)) * np.maximum(self.light_tint, 0.2)
        n = self.noise(2.4, 3, 3) + 0.5 * self.noise(1.2, 2, 2)
        for y in sorted(self.r.uniform(min(top, bottom), bottom, count).tolist()):
            s = self.u(*size) * (0.4 + y)
            x, wide, high = self.u(-0.05, 1.05), s * self.u(0.8, 2), s * self.u(0.4, 1.1)
            turn = np.sort(self.r.uniform(0, 2 * np.pi, int(self.u(6, 13))))
            reach = self.r.uniform(0.75, 1.1, len(turn))
            outline = list(zip((x + wide * reach * np.cos(turn)).tolist(), (y + np.minimum(high * reach * np.sin(turn), 0.45 * high)).tolist()))
            alpha = self.mask_polygon(outline)
            slant = self.u(-1, 1)
            facet = np.where((YY - y) * slant + (XX - x) * self.u(-1, 1) > self.u(-0.3, 0.3) * high, self.u(0.55, 0.9), 1.1)
            light = (facet * (0.75 + 0.5 * smooth((y - YY) / s, -0.8, 0.8)))[..., None].astype(np.float32)
            own = self.shade(base * self.u(0.7, 1.3), n, 0.2)
            if cover is not None:
                own = np.clip(cover * (base.mean() / mean_colour(cover).mean()) ** 0.7 * (1 + self.u(0, 1) * (base / base.mean() - 1)), 0, 1)
            self.paint(alpha, np.clip(own * light, 0, 1), "static", min(0.95, 0.3 + 0.6 * y))

    def static_texture(self):
        """A full-frame or backdrop texture that never moves: wall, wood, brick, fabric, gravel, metal, gradient."""
        kind = self.pick(["wall", "wall", "gradient", "wood", "brick", "gravel", "marble", "stripes", "tiles", "bokeh", "bokeh", "blur", "blur", "paper", "rockface", "abstract"])
        a, b = self.any_colour(), self.any_colour()
        if kind in ("wall", "gradient", "blur") and a[2] > 1.15 * a[0] and self.chance(0.7):
            a, b = a[::-1].copy(), b[::-1].copy()  # a plain blue field is a sky far more often than a wall
        if self.real("wood", "brick", "rock") and self.chance(0.35):
            kind = "real"
            rgb = self.texture([self.pick(["wood", "wood", "bark", "brick", "brick", "rock", "rock", "soil", "sand", "concrete", "fabric", "metal", "roof", "snow"])], self.u(0.25, 2.5), self.pick([0, 0, 0, np.pi / 2, self.u(0, 6.28)]))
            mean = mean_colour(rgb) + 0.02
            rgb = rgb * (1 + self.u(0, 1) ** 3 * (a / mean - 1)) * self.u(0.6, 1.25) * (1 + self.u(-0.5, 0.5) * (XX - 0.5) + self.u(-0.4, 0.4) * (YY - 0.5))[..., None]
        elif kind in ("wall", "paper"):
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
        """Wires: thin static lines in front of anything, straight or sagging."""
        t = np.linspace(0, 1, 9)
        lines = []
        for _ in range(int(self.r.integers(1, 7))):
            x0, y0, x1, y1, sag = self.u(-0.1, 0.4), self.u(-0.1, 1.0), self.u(0.6, 1.1), self.u(-0.1, 1.0), self.u(0, 0.2)
            lines.append(list(zip(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t + sag * 4 * t * (1 - t))))
        self.paint(self.mask_lines(lines, self.pick([1, 1, 2, 3])), self.colour((40, 40, 42), (120, 120, 125), (220, 220, 220)), "static", 0.6, solid=0.35)
