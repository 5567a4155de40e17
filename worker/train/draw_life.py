"""Brushes for everything else that moves: cloth, fire, smoke, people, animals, boats, lights."""

import numpy as np

from canvas import SIZE, XX, YY, Canvas, smooth


class Life(Canvas):
    """Cloth, fire, smoke, hair and body, floating things, lights."""

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
