"""Brushes for plants: trees, forest, grass, reeds, flowers, leaves."""

import math

import cv2
import numpy as np

from canvas import SIZE, XX, YY, Canvas, smooth


class Plants(Canvas):
    """Foliage and grass; sway grows from the anchored foot or stem to the free end."""

    def leaf_colour(self):
        return self.colour((60, 95, 40), (45, 80, 35), (85, 120, 50), (30, 60, 30), (110, 130, 60), (70, 90, 60), (100, 140, 40),
                           *(4 * [(190, 120, 40), (200, 80, 40), (210, 160, 60), (150, 60, 40), (225, 185, 50), (170, 40, 30), (120, 80, 45)] if self.chance(0.28) else []),
                           *([(230, 180, 200), (245, 235, 235)] if self.chance(0.06) else []), jitter=0.04) * np.maximum(self.light_tint, 0.25)

    def leaf_texture(self, base, grain=1.0):
        """Clumps of light and shade at three scales."""
        n = 0.7 * self.noise(2.4, 1.2 * grain, 1.2 * grain) + 0.7 * self.noise(1.2, 1.2 * grain, 1.2 * grain) + 0.4 * self.noise(1.2, 2.5, 2.5)
        up = n - np.roll(n, (-2, -1), (0, 1))
        light = np.clip(base * self.u(1.3, 2.2) + np.array([0.06, 0.06, 0.0]), 0, 1).astype(np.float32)
        t = smooth(n * 0.8 + 0.4 * up, -1.5, 2.0)[..., None]
        rgb = np.clip(base * self.u(0.25, 0.6) * (1 - t) + light * t, 0, 1)
        return self.surface(rgb, ["leafage", "tree", "tree", "bush", "bush"], 0.35, scale=self.u(0.5, 1.6), angle=self.u(-0.6, 0.6)), n

    def tree(self, x, base, h, kind=None, depth=0.5):
        if kind is None and h > 0.12 and self.real("tree") and self.chance(0.25):
            self.paste(["tree"] if h > 0.3 else ["tree", "bush"], x, base, h, depth, self.u(-0.05, 0.05), self.chance(0.5), stretch=self.u(0.8, 1.3))
            return
        kind = kind or self.pick(["round", "round", "round", "conifer", "conifer", "palm", "bare", "tall", "willow"])
        trunk = self.colour((70, 55, 42), (50, 42, 38), (100, 85, 70), (40, 35, 30), (190, 185, 175)) * np.maximum(self.light_tint, 0.25)
        lean = self.u(-0.08, 0.08) * h
        rise = np.clip((base - YY) / h, 0, 1)
        tw = max(1, h * SIZE * self.u(0.03, 0.07))
        if kind != "bare":
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
            limbs, twigs = self.fork(x, base, h)
            for lines, share in ((limbs[2:], 0.25), (limbs[1:2], 0.4), (limbs[:1], 0.6)):
                self.paint(self.mask_lines(lines, max(1, tw * share)), np.clip(trunk * (1 + 0.25 * self.noise(1.8, 3, 1))[..., None], 0, 1), "static", depth)
            self.paint(self.mask_lines(twigs, 1), trunk * self.u(0.8, 1.5), "foliage", depth, rise, solid=0.35)
            if self.chance(0.45):  # a few leaves, blossom or snow on the twigs
                spots = cv2.GaussianBlur(self.mask_lines(twigs, max(1, h * 9)), (0, 0), 1) * smooth(self.noise(1.2, 2, 2), self.u(-0.4, 0.8), 1.2)
                self.paint(np.clip(spots * 1.5, 0, 1), self.leaf_texture(self.leaf_colour())[0], "foliage", depth, rise, solid=0.4)
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

    def fork(self, x, base, h, spread=0.5):
        """Branching lines of a leafless tree: thick limbs and thin twigs, each a list of point pairs."""
        limbs, twigs = [], []
        ends = [(x, base, -math.pi / 2 + self.u(-0.15, 0.15), h * self.u(0.28, 0.45))]
        for level in range(6):
            grown = []
            for px, py, angle, length in ends:
                qx, qy = px + length * math.cos(angle), py + length * math.sin(angle)
                (limbs if level < 3 else twigs).append([(px, py), (qx + self.u(-0.05, 0.05) * length, (py + qy) / 2), (qx, qy)])
                for _ in range(2 if level or self.chance(0.5) else 3):
                    grown.append((qx, qy, angle + self.u(-1, 1) * spread * 1.3, length * self.u(0.55, 0.85)))
            ends = grown
        return limbs, twigs

    def bush(self, x=None, base=None, h=None):
        x, base, h = x or self.u(), base or self.u(0.6, 1.1), h or self.u(0.1, 0.4)
        depth = 0.3 + 0.5 * min(base, 1)
        if self.real("bush") and self.chance(0.5):
            self.paste(["bush", "bush", "branch"], x, base, h, depth, self.u(-0.2, 0.2), stretch=self.u(0.8, 1.6))
            return
        alpha, _ = self.mask_ellipse(x, base - h / 2, h * self.u(0.6, 1.5), h * 0.55, 0, 0.2, self.u(2, 4))
        self.paint(alpha, self.leaf_texture(self.leaf_colour(), self.u(1, 2.5))[0], "foliage", depth, np.clip((base - YY) / h, 0, 1))

    def tufts(self, base=1.05):
        """Real tufts of grass and herbs at the lower edge or scattered over the ground."""
        if not self.real("tuft"):
            self.blades(base, self.u(0.1, 0.4))
            return
        for _ in range(int(self.u(1, 8))):
            b = self.u(0.75, 1.15)
            self.paste(["tuft", "tuft", "tuft", "herb"], self.u(), b, self.u(0.08, 0.45) * b, 0.3 + 0.5 * min(b, 1), self.u(-0.2, 0.2), False, stretch=self.u(0.8, 2))

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
        if self.real("branch") and self.chance(0.4):
            for _ in range(int(self.u(1, 5))):
                x, turn = self.u(-0.1, 1.1), self.u(2.2, 4.1)
                self.paste(["branch", "branch", "bush"], x, self.u(-0.25, 0.05), self.u(0.2, 0.6), 0.85, turn, False)
            return
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
        floor = self.u(0.5, 0.95)
        for k in range(int(self.u(0, 3))):  # farther rows of crowns or undergrowth, each darker or paler
            y = floor - self.u(0, 0.35) + 0.06 * self.noise(2.4, 2, 2) + 0.05 * self.noise(1.2, 1.5, 1.5)
            rgb, _ = self.leaf_texture(self.leaf_colour(), self.u(0.8, 2.5))
            fade = haze * self.u(0, 0.8)
            self.paint(smooth(YY - y, -0.005, 0.01), rgb * (1 - fade) + glow * fade, "foliage", 0.25 + 0.1 * k, np.clip((floor + 0.2 - YY) / 0.5, 0, 1))
        if self.chance(0.8):
            edge = smooth(YY - floor - 0.03 * self.noise(2.4, 1, 1), -0.02, 0.02)
            if self.chance(0.4):
                self.grass(edge, floor - 0.1, 0.4 + 0.5 * YY, "meadow")
            else:
                soil = self.shade(self.colour((90, 70, 50), (70, 65, 50), (120, 90, 60), (60, 70, 45), (150, 95, 50)) * self.light_tint, self.noise(1.2, 2, 2), 0.3)
                self.paint(edge, self.surface(soil, ["soil"], 0.6, self.ground_warp(floor - 0.3)), "static", 0.4 + 0.5 * YY)
            if self.chance(0.25):  # a path
                x, turn = self.u(0.3, 0.7), self.u(-0.4, 0.4)
                self.paint(self.mask_polygon([(x, floor), (x + 0.04, floor), (x + turn + self.u(0.2, 0.5), 1.05), (x + turn - self.u(0.1, 0.4), 1.05)]), self.shade(self.colour((140, 120, 95), (110, 105, 100), (170, 150, 120)) * self.light_tint, self.noise(1.8, 2, 1), 0.12), "static", 0.4 + 0.5 * YY)
        leaning = self.u(0.03, 0.3)
        for _ in range(int(self.r.integers(0, 16))):
            near = self.u() ** 2
            x, w = self.u(-0.05, 1.05), 0.006 + 0.1 * near
            lean, bend = self.u(-1, 1) * leaning, self.u(-0.06, 0.06)
            foot = min(1.05, floor + 0.3 * near)
            left = [(x - w / 2, foot), (x - 0.42 * w + bend, 0.55 * foot), (x + lean - w * 0.3, -0.05)]
            right = [(x + w / 2, foot), (x + 0.42 * w + bend, 0.55 * foot), (x + lean + w * 0.3, -0.05)]
            side = 1 + self.u(-0.5, 0.5) * np.clip((XX - x) / w, -1, 1)
            bark = self.surface(self.shade(self.colour((75, 62, 50), (50, 45, 40), (110, 95, 80), (35, 32, 30), (150, 145, 140), (200, 195, 185)) * self.light_tint, self.noise(1.8, 3, 0.6), 0.25), ["bark"], 0.4) * side[..., None]
            t = max((0.5 - near) * haze, 0)
            self.paint(self.mask_polygon(left + right[::-1]), np.clip(bark * (1 - t) + glow * t, 0, 1), "static", 0.3 + 0.6 * near)
            if near > 0.2 and self.chance(0.3):
                y = self.u(0.05, 0.6)
                reach = self.pick([-1, 1]) * self.u(0.1, 0.4)
                self.paint(self.mask_lines([[(x + bend, y), (x + 0.5 * reach, y - 0.03), (x + reach, y - self.u(0.05, 0.2))]], self.u(1, 4)), np.clip(bark, 0, 1), "static", 0.3 + 0.6 * near)
        for _ in range(int(self.u(0, 4))):
            self.bush(base=self.u(floor, 1.1))
        if self.chance(0.2):  # sunbeams
            angle, k = self.u(-0.8, 0.8), self.u(8, 30)
            beams = smooth(np.sin((XX + YY * angle) * k + self.noise(3.8, 0.5, 0.2)), 0, 1) * np.clip(1 - YY, 0, 1) * self.u(0.2, 0.6)
            self.rgb += beams[..., None] * (glow - self.rgb)
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
        rgb = self.surface(np.clip(rgb, 0, 1), ["turf"], 0.35, warp, self.u(1.0, 4.0))
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

    def blurred_backdrop(self):
        """What lies far behind the focus: soft greens or any colour. It is out of focus, so nothing of it moves."""
        self.static_texture()
        kind = self.pick(["as is", "greens", "greens", "greens", "dark"])
        if kind != "as is":
            one = self.leaf_colour()
            two = self.pick([self.leaf_colour(), self.leaf_colour(), self.any_colour(), one * 0.3])
            n = self.noise(3.8, 1, 1) + 0.6 * self.noise(3.0, 1.5, 1.5)
            rgb = self.shade(one * self.u(0.4, 1.3), n, 0.3, two)
            if self.real("turf", "leafage", "tree") and self.chance(0.5):
                rgb = cv2.GaussianBlur(self.surface(rgb, ["turf", "leafage", "tree", "bush", "flower"], 1.0, scale=self.u(0.8, 2)), (0, 0), self.u(3, 8))
            for _ in range(int(self.u(0, 12)) if self.chance(0.5) else 0):
                disc, _ = self.mask_ellipse(self.u(), self.u(), *(2 * [self.u(0.03, 0.1)]))
                rgb = rgb + (disc * self.u(0.1, 0.5))[..., None] * (self.pick([two, self.any_colour()]) + 0.25 - rgb)
            if kind == "dark":
                rgb = rgb * self.u(0.1, 0.4)
            self.paint(np.ones((SIZE, SIZE), np.float32), np.clip(rgb, 0, 1), "static", 0.1)

    def blossom(self, x, y, s, depth=0.85):
        """One flower head of radius s with its stem down to the frame's edge."""
        foot = x + self.u(-0.15, 0.15)
        rise = np.clip((1.1 - YY) / max(1.1 - y, 0.1), 0.02, 1)
        green = self.leaf_colour()
        self.paint(self.mask_lines([[(foot, 1.1), ((foot + x) / 2 + self.u(-.03, .03), (1.1 + y) / 2), (x, y)]], self.u(1, 5)), green, "grass", depth - 0.05, rise)
        if self.chance(0.4):
            for side in (-1, 1):
                leaf, _ = self.mask_ellipse((foot + x) / 2 + side * s, (1.1 + y) / 2 + s * self.u(0, 1), s * 1.2, s * self.u(0.2, 0.4), side * self.u(-1.2, 0))
                self.paint(leaf, self.leaf_texture(green)[0], "grass", depth - 0.05, rise)
        if self.real("flower") and self.chance(0.5):
            self.paste(["flower"], x, y + s, 2 * s, depth, self.u(-0.7, 0.7), False, stretch=self.u(0.8, 1.2))
            return
        petal = self.colour((230, 60, 70), (240, 200, 60), (245, 240, 240), (170, 90, 190), (240, 140, 180), (250, 130, 50), (90, 100, 220), (240, 230, 160))
        for layer in range(int(self.pick([1, 1, 2, 3]))):
            k, phase, flat, r = int(self.r.integers(4, 22)), self.u(0, 6), self.u(0.5, 1), s * (1 - 0.25 * layer)
            angle, d = np.arctan2((YY - y) / flat, XX - x), np.hypot(XX - x, (YY - y) / flat)
            edge = r * (self.u(0.5, 0.8) + 0.3 * np.abs(np.cos((angle + phase) * k / 2)) ** self.u(0.3, 2)) + 0.1 * r * self.noise(3.0, 2, 2)
            alpha = 1 - smooth(d - edge, -0.006, 0.006)
            veins = 0.1 * np.cos((angle + phase) * k * 5) * (d / s)
            rgb = np.clip(petal * (0.6 + 0.15 * layer + 0.5 * (d / r) + 0.15 * np.cos((angle + phase) * k) + veins + 0.08 * self.noise(2.4, 2, 2))[..., None], 0, 1)
            self.paint(alpha, rgb, "grass", depth, rise)
        if self.chance(0.6):
            heart, _ = self.mask_ellipse(x, y, s * self.u(0.15, 0.35), s * 0.25 * flat, 0, 0.1, 4)
            self.paint(heart, self.shade(self.colour((230, 190, 50), (90, 60, 30), (200, 220, 100)), self.noise(1.2, 4, 4), 0.3), "grass", depth, rise)

    def flowers(self):
        """Close-up: blossoms on stems before a soft background."""
        self.blurred_backdrop()
        if self.chance(0.3):  # soft flowers between the backdrop and the sharp ones still belong to the backdrop
            kept = self.label.copy(), self.sway.copy()
            for _ in range(int(self.u(1, 6))):
                self.blossom(self.u(), self.u(0.2, 0.9), self.u(0.04, 0.15), 0.3)
            self.rgb, (self.label, self.sway) = cv2.GaussianBlur(self.rgb, (0, 0), self.u(3, 6)), kept
        large = self.chance(0.35)
        for _ in range(1 if large else int(self.r.integers(1, 9))):
            self.blossom(self.u(0.1, 0.9), self.u(0.15, 0.75), self.u(0.25, 0.6) if large else self.u(0.04, 0.25))
        if self.chance(0.25):
            self.blades(1.05, self.u(0.2, 0.6))
        if self.real("insect") and self.chance(0.12):
            self.paste(["insect"], self.u(0.3, 0.7), self.u(0.4, 0.7), self.u(0.1, 0.3), 0.9, self.u(-1, 1), False)

    def leaves_close(self):
        """Close-up of big leaves."""
        if self.chance(0.5):
            self.blurred_backdrop()
        else:
            self.static_texture()
            rgb, _ = self.leaf_texture(self.leaf_colour(), 0.6)
            blur = self.u(0.5, 5)
            self.paint(np.ones((SIZE, SIZE), np.float32), cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), blur), "foliage" if blur < 2 else "static", 0.1, 0.3 if blur < 2 else 0)
        green = self.leaf_colour()
        if self.real("bigleaf", "branch", "bush") and self.chance(0.4):
            for _ in range(int(self.u(2, 10))):
                h = self.u(0.3, 1.0)
                self.paste(["bigleaf", "branch", "bush"], self.u(), self.u(0, 1) + h / 2, h, self.u(0.4, 0.95), self.u(-3, 3), False)
            return
        for _ in range(int(self.r.integers(3, 22))):
            x, y, l, w, a = self.u(), self.u(), self.u(0.08, 0.35), self.u(0.03, 0.14), self.u(0, 6.28)
            alpha, d = self.mask_ellipse(x, y, l, w, a)
            side = -(XX - x) * np.sin(a) + (YY - y) * np.cos(a)
            rgb = green * self.u(0.5, 1.6) * (1 + 0.25 * np.sign(side) * self.u(0, 1))[..., None] + 0.12 * np.exp(-np.abs(side) / 0.006)[..., None]
            along = ((XX - x) * np.cos(a) + (YY - y) * np.sin(a)) / l
            self.paint(alpha, np.clip(rgb, 0, 1).astype(np.float32), "foliage", self.u(0.4, 0.95), np.clip(0.5 + 0.5 * along, 0, 1))

    def leaves_pot(self):
        x, y, h = self.u(0.1, 0.9), self.u(0.6, 0.95), self.u(0.2, 0.5)
        self.paint(self.mask_polygon([(x - 0.06, y), (x + 0.06, y), (x + 0.045, y + 0.12), (x - 0.045, y + 0.12)]), self.any_colour(), "static", 0.7)
        a, _ = self.mask_ellipse(x, y - h / 2, h * self.u(0.3, 0.5), h / 2, 0, 0.25, 3)
        self.paint(a, self.leaf_texture(self.leaf_colour(), 1.5)[0], "foliage", 0.7, np.clip((y - YY) / h, 0, 1))
