"""Brushes for everything else that moves: cloth, fire, smoke, animals, boats, lights."""

import math

import cv2
import numpy as np

from canvas import ID, SIZE, XX, YY, smooth
from draw_people import People


class Life(People):
    """Cloth, fire, smoke, animals, floating things, lights."""

    def cloth(self):
        kind = self.pick(["flag", "flag", "flag", "curtain", "sail", "laundry", "dress", "bunting", "tent", "drape"])
        a, b, print_ = self.any_colour(), self.any_colour(), self.clothes()
        dim = np.maximum(self.light_tint, 0.25)
        if kind == "flag":
            for _ in range(int(self.pick([1, 1, 1, 2, 3]))):
                self.flag()
        elif kind == "curtain":
            x, w = self.u(-0.1, 0.8), self.u(0.15, 0.6)
            drift, k = self.noise(3.8, 0.5, 0.2), self.u(30, 110)
            folds = np.sin((XX - x) * k + 2 * drift) + 0.4 * np.sin((XX - x) * k * 1.7 + 3 * drift + 1)
            alpha = smooth(XX - x + 0.02 * np.sin(YY * 9), 0, 0.01) * smooth(x + w - XX + 0.02 * np.sin(YY * 7), 0, 0.01) * smooth(self.u(0.7, 1.2) - YY, 0, 0.02)
            base = print_ if self.chance(0.4) else np.zeros_like(print_) + a * dim
            self.paint(alpha * self.u(0.75, 1), np.clip(base * (1 + self.u(0.12, 0.35) * folds)[..., None], 0, 1), "cloth", 0.5, np.clip(YY, 0, 1))
        elif kind == "sail":
            x, y, h = self.u(0.2, 0.8), self.u(0.5, 0.8), self.u(0.2, 0.6)
            alpha = self.mask_polygon([(x, y), (x, y - h), (x + self.pick([-1, 1]) * h * self.u(0.3, 0.6), y - 0.02)])
            self.paint(alpha, np.clip(self.colour((240, 240, 235), (230, 220, 200), (200, 60, 50)) * (1 + 0.15 * np.sin(XX * 40))[..., None], 0, 1), "cloth", 0.5, 0.6)
        elif kind == "laundry":
            y, x = self.u(0.1, 0.4), self.u(-0.05, 0.1)
            self.paint(self.mask_lines([[(-0.1, y), (0.5, y + 0.03), (1.1, y)]], 1), self.colour((60, 60, 60)), "static", 0.5)
            while x < 0.95:
                w, h, k = self.u(0.08, 0.25), self.u(0.15, 0.5), self.u(40, 120)
                folds = np.sin(XX * k + 2 * YY + self.noise(3.0, 1, 0.5))
                alpha = smooth(self.mask_polygon([(x, y + 0.02), (x + w, y + 0.02), (x + w + self.u(-.04, .04), y + h), (x + 0.5 * w, y + h + self.u(-.02, .03)), (x + self.u(-.04, .04), y + h)]) + 0.06 * self.noise(2.4, 1, 1), 0.4, 0.6)
                base = self.clothes() if self.chance(0.4) else np.zeros_like(print_) + self.any_colour() * dim
                self.paint(alpha, np.clip(base * (1 + 0.18 * folds)[..., None], 0, 1), "cloth", 0.55, np.clip((YY - y) / h, 0, 1))
                x += w + self.u(0.01, 0.1)
        elif kind == "bunting":
            t = np.linspace(0, 1, 15)
            for _ in range(int(self.u(1, 4))):
                x0, y0, x1, y1, sag, k = self.u(-0.2, 0.2), self.u(0, 0.6), self.u(0.8, 1.2), self.u(0, 0.6), self.u(0.02, 0.2), self.u(0.03, 0.1)
                px, py = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t + sag * 4 * t * (1 - t)
                self.paint(self.mask_lines([list(zip(px, py))], 1), self.colour((60, 60, 60), (200, 200, 200)), "static", 0.5)
                square = self.chance(0.5)
                for qx, qy in zip(px.tolist(), py.tolist()):
                    shape = [(qx - 0.4 * k, qy), (qx + 0.4 * k, qy)] + ([(qx + self.u(0.1, 0.6) * k, qy + k), (qx - self.u(0, 0.4) * k, qy + k)] if square else [(qx + self.u(-0.4, 0.4) * k, qy + 1.2 * k)])
                    self.paint(self.mask_polygon(shape), self.any_colour() * dim, "cloth", 0.5, np.clip((YY - qy) / k, 0.05, 1))
        elif kind == "tent":
            x, y, s = self.u(0.2, 0.8), self.u(0.6, 1.0), self.u(0.2, 0.6)
            side = np.where(XX > x + self.u(-0.3, 0.3) * s, self.u(0.5, 1), 1.1)
            self.paint(self.mask_polygon([(x - s, y), (x - self.u(0.1, 0.5) * s, y - s * self.u(0.5, 1)), (x + self.u(0, 0.5) * s, y - s * self.u(0.5, 1)), (x + s, y)]), np.clip(a * dim * (side * (1 + 0.06 * self.noise(2.4, 2, 2)))[..., None], 0, 1).astype(np.float32), "cloth", 0.6, 0.3)
        elif kind == "drape":  # cloth fills much of the frame
            angle, k = self.u(-1, 1), self.u(8, 40)
            n = self.noise(3.0, 1, 1)
            along = XX * math.cos(angle) + YY * math.sin(angle)
            folds = np.sin(along * k + 2.5 * n) + 0.4 * np.sin(along * k * 2.1 + 3 * n)
            base = print_ if self.chance(0.5) else np.zeros_like(print_) + a * dim
            self.paint(smooth(self.noise(3.8, 0.6, 0.6) + self.u(-0.3, 2), -0.05, 0.05), np.clip(base * (1 + self.u(0.15, 0.4) * folds)[..., None], 0, 1), "cloth", 0.6, 0.5)
        else:
            x, y, h = self.u(0.3, 0.7), self.u(0.4, 0.6), self.u(0.3, 0.55)
            s = h * self.u(0.3, 0.8)
            folds = np.sin((XX - x) / np.maximum((YY - y) + 0.1, 0.05) * self.u(6, 14) + 0.5 * self.noise(3.0, 1, 1))
            alpha = smooth(self.mask_polygon([(x - 0.05, y), (x + 0.05, y), (x + s, y + h), (x - s, y + h)]) + 0.1 * self.noise(2.4, 1, 1), 0.4, 0.6)
            torso, _ = self.mask_ellipse(x, y - 0.06, 0.06, 0.12)
            arms = [[(x - 0.05, y - 0.13), (x - 0.1, y), (x - self.u(0.02, 0.16), y + self.u(-0.1, 0.1))], [(x + 0.05, y - 0.13), (x + 0.1, y), (x + self.u(0.02, 0.16), y + self.u(-0.1, 0.1))]]
            skin = self.skin_colour()
            self.paint(self.mask_lines(arms, 5), skin, "body", 0.6, 0.4)
            self.paint(torso, a * dim, "body", 0.6, 0.4)
            head, _ = self.mask_ellipse(x, y - 0.22, 0.045, 0.055)
            self.paint(head, skin, "body", 0.6, 0.3)
            hair, _ = self.mask_ellipse(x, y - 0.24, 0.05, 0.05)
            self.paint(hair * (YY < y - 0.235), self.hair_colour(), "hair", 0.6, 0.3)
            self.paint(alpha, np.clip(a * dim * (1 + 0.22 * folds)[..., None], 0, 1), "cloth", 0.6, np.clip((YY - y) / h, 0, 1))

    def flag(self):
        """A flag on a pole, rippling away from it: bands, crosses, a disc or a print."""
        x, y, w, h = self.u(0.1, 0.8), self.u(0.05, 0.5), self.u(0.1, 0.5), self.u(0.07, 0.35)
        side = self.pick([-1, 1])
        dim = np.maximum(self.light_tint, 0.25)
        a, b = self.any_colour() * dim, self.any_colour() * dim
        u = (XX - x) / w * side
        loose = np.clip(u, 0, 1)
        k, phase = self.u(4, 14), self.u(0, 6)
        wave = self.u(0.05, 0.2) * h * (np.sin(u * k + phase) + 0.4 * np.sin(u * k * 1.7 + phase + 3 * YY)) * loose
        v = (YY - y + wave + self.u(-0.35, 0.6) * h * loose ** 1.5) / h
        far = 1 + 0.06 * np.sin(v * self.u(3, 9) + phase)
        alpha = smooth(u, 0, 0.03) * smooth(far - u, 0, 0.03) * smooth(v, 0, 0.03) * smooth(1 - v, 0, 0.03)
        pattern = self.pick(["bands", "bands", "bands", "cross", "plain", "print"])
        if pattern == "print":
            rgb = self.clothes()
        else:
            bands = np.floor((v if self.chance(0.6) else u) * self.pick([2, 3, 3, 5, 7, 13])) % 2 if pattern == "bands" else 0 * u
            if pattern == "cross":
                bands = ((np.abs(u - 0.4) < 0.1) | (np.abs(v - 0.5) < 0.12)).astype(np.float32)
            rgb = np.where(bands[..., None] > 0, a, b)
        slope = np.cos(u * k + phase) * loose
        rgb = rgb * (1 + self.u(0.1, 0.35) * slope)[..., None]
        if self.chance(0.35):
            m, _ = self.mask_ellipse(x + side * w * self.u(0.2, 0.5), y + h * 0.5, h * 0.25, h * 0.25)
            rgb = rgb + m[..., None] * (self.any_colour() - rgb)
        self.paint(self.mask_lines([[(x, y - 0.03), (x, 1.1 if self.chance(0.7) else y + 2 * h)]], self.u(1, 4)), self.colour((120, 120, 125), (90, 70, 50), (220, 220, 220)) * dim, "static", 0.6)
        self.paint(alpha, np.clip(rgb, 0, 1), "cloth", 0.6, loose)

    def fire(self):
        """Ragged flames over logs or stones, with glow and sparks; sometimes a wall of fire."""
        cx, base = self.u(0.25, 0.75), self.u(0.6, 1.05)
        w, h = self.u(0.08, 0.5), self.u(0.12, 0.75)
        glow = np.exp(-(((XX - cx) ** 2 + (YY - base + 0.3 * h) ** 2) / self.u(0.03, 0.3)))[..., None]
        self.rgb += self.u(0.2, 0.7) * glow * (np.array([0.9, 0.42, 0.12], np.float32) - self.rgb)
        wood = self.surface(np.zeros((SIZE, SIZE, 3), np.float32) + self.colour((60, 45, 35), (35, 28, 25), (90, 70, 55)), ["bark", "wood"], 0.6)
        what = self.pick(["logs", "logs", "rocks", "none"])
        if what == "logs":
            for _ in range(int(self.u(2, 8))):
                x0, x1 = cx + self.u(-1, 1) * w, cx + self.u(-1, 1) * w
                self.paint(self.mask_lines([[(x0, base + self.u(-0.03, 0.05)), (x1, base - self.u(-0.02, 0.12))]], self.u(3, 9)), wood * self.u(0.4, 1.3), "static", 0.6)
        elif what == "rocks":
            self.rocks(int(self.r.integers(2, 7)), base, min(1, base + 0.08), (0.03, 0.07))
        v = np.clip((base - YY) / h, 0, 1.3)
        tongues = self.noise(2.4, self.u(0.8, 2), self.u(0.25, 0.6)) + 0.5 * self.noise(1.8, self.u(2, 4), self.u(0.5, 1.2))
        sideways = np.abs(XX - cx + 0.1 * w * np.sin(v * self.u(3, 9) + self.u(0, 6)) * v) / w
        heat = 1.15 - v * self.u(0.9, 1.3) - sideways ** 2 * self.u(0.8, 1.6) + self.u(0.2, 0.45) * tongues * (0.3 + v)
        alpha = smooth(heat, 0.1, 0.3) * smooth(base + 0.02 - YY, 0, 0.03)
        hot = np.clip((heat - 0.1) * self.u(0.8, 1.6) + 0.15 * self.noise(1.8, 3, 1), 0, 1)[..., None]
        ramp = np.float32([[0.45, 0.06, 0.02], [0.9, 0.3, 0.05], [1.0, 0.65, 0.15], [1.0, 0.93, 0.6], [1, 1, 0.95]]) * np.float32([1, self.u(0.8, 1.15), self.u(0.6, 1.3)])
        rgb = np.stack([np.interp(hot[..., 0], np.linspace(0, 1, 5), ramp[:, c]) for c in range(3)], -1).astype(np.float32)
        self.paint(np.clip(alpha, 0, 1).astype(np.float32), np.clip(rgb, 0, 1), "fire", 0.6, np.clip(v, 0, 1), flow=(0, -1), solid=0.4)
        if self.chance(0.4):
            for _ in range(int(self.u(3, 25))):
                cv2.circle(self.rgb, (int((cx + self.u(-1.2, 1.2) * w) * SIZE), int((base - self.u(0, 1.6) * h) * SIZE)), 0, (1.0, 0.6, 0.2), -1)

    def candle(self):
        x, y, s = self.u(0.2, 0.8), self.u(0.35, 0.75), self.u(0.03, 0.08)
        self.rgb *= self.u(0.2, 0.7)
        self.rgb += np.exp(-(((XX - x) ** 2 + (YY - y) ** 2) / self.u(0.01, 0.1)))[..., None] * np.array([0.5, 0.3, 0.1], np.float32)
        self.paint(self.mask_polygon([(x - s, y + s), (x + s, y + s), (x + s, y + s + self.u(0.1, 0.5)), (x - s, y + s + 0.3)]), self.colour((235, 220, 190), (200, 60, 60), (240, 240, 235)), "static", 0.6)
        flame, d = self.mask_ellipse(x, y, s * 0.5, s * 1.5)
        self.paint(flame, np.clip(np.array([1, .9, .55]) * (1.3 - 0.4 * d[..., None]), 0, 1).astype(np.float32), "fire", 0.6, 0.6, flow=(0, -1), solid=0.35)

    def smoke(self):
        """A plume, steam, or a bank of fog."""
        colour = self.colour((225, 225, 225), (190, 190, 195), (90, 88, 86), (240, 240, 240), (50, 48, 46), (205, 200, 190))
        kind = self.pick(["plume", "plume", "steam", "fog", "fog"])
        lean = self.u(-0.5, 0.5)
        if kind == "fog":
            y, t = self.u(0.3, 0.95), self.u(0.05, 0.3)
            alpha = np.exp(-((YY - y + 0.04 * self.noise(3.8, 0.6, 0.6)) / t) ** 2) * smooth(self.noise(3.0, 0.6, 1.6) + 0.3 * self.noise(2.4, 1.5, 2.5) + self.u(0, 1.3), -0.8, 1.2) * self.u(0.7, 1.15)
            lean = self.u(-1, 1)
            colour = self.colour((225, 228, 232), (240, 238, 235), (200, 205, 212), (235, 215, 200)) * np.maximum(self.light_tint, 0.45)
        else:
            x, y, h = self.u(0.1, 0.9), self.u(0.4, 1.05), self.u(0.15, 0.5) if kind == "steam" else self.u(0.3, 1.0)
            v = np.clip((y - YY) / h, 0, 1)
            curl = 0.08 * self.noise(3.0, 1.2, 1.2) + 0.03 * self.noise(2.4, 2, 2)
            foot, wide = (self.u(0.02, 0.06), self.u(0.02, 0.12)) if kind == "steam" else (self.u(0.01, 0.08), self.u(0.1, 0.4))
            d = np.abs(XX - x - lean * h * v * v + curl * np.sqrt(v)) / (foot + wide * v)
            puffs = 0.55 + self.u(0.2, 0.6) * self.noise(self.pick([2.4, 3.0]), 1.5, 1.5) + 0.2 * self.noise(1.8, 3, 3)
            if kind == "steam":
                puffs = puffs * smooth(np.sin((XX - x + curl) * self.u(30, 120) + 3 * v) + self.u(0, 1.2), -0.8, 0.8)
            alpha = (1 - smooth(d, 0.2, 1.15)) * puffs * (1 - v ** self.u(1.5, 4)) * self.u(0.7, 1.7) * (YY < y)
        light = self.noise(2.4, 2, 2)
        rgb = self.shade(np.clip(colour, 0, 1), light - np.roll(light, (3, 2), (0, 1)) + 0.4 * light, self.u(0.05, 0.25))
        self.paint(np.clip(alpha, 0, 0.97).astype(np.float32), rgb, "smoke", 0.5, 0.7, flow=(0.3 * lean, -0.95), solid=0.38)

    def animal(self):
        """A furry or feathered body: torso, head, ears, eyes, legs."""
        x, y, s = self.u(0.3, 0.7), self.u(0.5, 0.75), self.u(0.1, 0.32)
        base = self.colour((150, 110, 70), (90, 70, 55), (210, 200, 190), (50, 45, 42), (190, 140, 90), (130, 125, 120), (230, 225, 220), (200, 110, 60))
        fur = self.shade(base, 0.7 * self.noise(1.2, 2.5, 1, self.u(-1, 1)) + 0.6 * self.noise(2.4, 1, 1), 0.2, base * self.u(0.5, 1.5))
        side = self.pick([-1, 1])
        for i in range(int(self.r.integers(0, 5))):
            lx = x + (i - 1.5) * s * 0.5
            self.paint(self.mask_lines([[(lx, y), (lx + self.u(-.03, .03), y + s * 1.4)]], s * SIZE * 0.22), fur, "body", 0.7, 0.05)
        torso, d = self.mask_ellipse(x, y, s * self.u(1.0, 1.6), s * self.u(0.7, 1.1), self.u(-0.4, 0.4), 0.03, 4)
        self.paint(torso, np.clip(fur * (1.2 - 0.4 * d[..., None]), 0, 1), "body", 0.75, np.clip(1.1 - d, 0, 1))
        hx, hy, hs = x + side * s * self.u(0.5, 1.2), y - s * self.u(0.6, 1.1), s * self.u(0.45, 0.85)
        for ear in (-1, 1):
            self.paint(self.mask_polygon([(hx + ear * hs * 0.3, hy - hs * 0.6), (hx + ear * hs * 0.9, hy - hs * 0.4), (hx + ear * hs * 0.75, hy - hs * self.u(1.1, 1.7))]), fur * 0.85, "body", 0.8, 0.3)
        head, d = self.mask_ellipse(hx, hy, hs, hs * 0.9, 0, 0.025, 4)
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
        torso, _ = self.mask_ellipse(x + self.u(-0.2, 0.2), y + s * 1.3, s * 1.4, s * 1.1, 0, 0.03, 4)
        self.paint(torso, fur * 0.85, "body", 0.7, 0.4)
        for side in (-1, 1):
            self.paint(self.mask_polygon([(x + side * s * 0.25, y - s * 0.7), (x + side * s * 0.95, y - s * 0.3), (x + side * s * 0.8, y - s * self.u(1.0, 1.6))]), fur * 0.9, "body", 0.8, 0.3)
        head, d = self.mask_ellipse(x, y, s, s * 0.95, 0, 0.03, 4)
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

    def beasts(self, ground=0.75):
        """Real animals standing on the ground: one near, or a small herd; drawn ones where the bank is missing."""
        if not self.real("beast", "fowl"):
            self.animal()
            return
        names = self.pick([["beast"], ["beast"], ["beast"], ["fowl"], ["beast", "fowl", "insect"]])
        if self.chance(0.25):  # the animal is larger than the frame
            h = self.u(1.1, 2.4)
            self.paste(names, self.u(0.1, 0.9), self.u(0.55, 1.0) * h + self.u(0.1, 0.4), h, 0.8, self.u(-0.15, 0.15), False)
            return
        count = self.pick([1, 1, 1, 1, 2, 3, 5])
        h = self.u(0.2, 0.85) / count ** 0.4
        for base in sorted(self.u(ground, ground + 0.3) for _ in range(count)):
            self.paste(names, self.u(0.1, 0.9), min(base, 1.15), h * self.u(0.7, 1.1) * (0.4 + 0.6 * base), 0.3 + 0.5 * min(base, 1), self.u(-0.05, 0.05))

    def fur(self):
        """A coat that fills the frame or most of it: from the flank of a real animal, or drawn strands."""
        base = self.colour((170, 130, 90), (100, 80, 62), (215, 205, 195), (60, 55, 52), (200, 150, 100), (135, 130, 125), (210, 120, 70))
        angle = self.u(-1.5, 1.5)
        strands = self.noise(1.8, self.u(2, 5), self.u(0.4, 1.0), angle) + 0.6 * self.noise(2.4, 1.2, 0.8, angle)
        marks = smooth(np.sin(XX * self.u(10, 60) + 3 * self.noise(3.0, 1, 1)) + self.u(-1, 1), 0, 0.4) if self.chance(0.4) else 0 * XX
        coat = np.clip(self.shade(base, strands + marks, self.u(0.12, 0.3), base * self.u(0.4, 1.4)), 0, 1)
        if self.real("beast") and self.chance(0.75):
            h = self.u(1.8, 3.2)
            self.paint(np.ones((SIZE, SIZE), np.float32), coat, "body", 0.8, 0.4)
            self.paste(["beast"], self.u(0.3, 0.7), 0.5 + self.u(0.4, 0.6) * h, h, 0.8, self.u(-0.4, 0.4), False)
        else:
            edge = self.noise(3.8, 0.7, 0.7) + self.u(0.3, 3)
            self.paint(smooth(edge + 0.15 * strands, -0.1, 0.1), coat, "body", 0.8, 0.4)

    def boat(self, horizon):
        if self.real("vessel", "swimmer") and self.chance(0.3):
            y = horizon + self.u(0.05, 0.5)
            self.paste(self.pick([["vessel"], ["swimmer"]]), self.u(0.1, 0.9), y, self.u(0.08, 0.5) * (0.3 + y), 0.5, shadow=False)
            return
        x, s = self.u(0.1, 0.9), self.u(0.04, 0.2)
        y = horizon + self.u(0.01, 0.3) + 0.3 * s
        hull = self.mask_polygon([(x - s, y - 0.3 * s), (x + s, y - 0.35 * s), (x + 0.75 * s, y), (x - 0.75 * s, y)])
        self.paint(hull, self.surface(np.zeros((SIZE, SIZE, 3), np.float32) + self.any_colour() * np.maximum(self.light_tint, 0.3), ["wood"], 0.4), "floating", 0.5, 0.6)
        self.paint(self.mask_polygon([(x - s, y - 0.3 * s), (x + s, y - 0.35 * s), (x + 0.96 * s, y - 0.24 * s), (x - 0.96 * s, y - 0.2 * s)]), self.any_colour(), "floating", 0.5, 0.6)
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

    def window_lights(self):
        """Far windows and street lamps at night: rows of small warm points, some mirrored or blurred to discs."""
        soft = self.chance(0.3)
        for _ in range(int(self.u(1, 7))):
            x0, y0, nx, ny, gap = self.u(-0.1, 0.9), self.u(0.2, 0.8), int(self.u(1, 9)), int(self.u(1, 10)), self.u(0.02, 0.06)
            c, tilt = self.colour((255, 220, 150), (255, 250, 230), (255, 190, 110), (200, 225, 255)), self.u(-0.2, 0.2)
            for i in range(nx):
                for j in range(ny):
                    if self.chance(0.55):
                        x, y = int((x0 + i * gap) * SIZE), int((y0 + j * gap * 1.2 + i * gap * tilt) * SIZE)
                        r = int(self.u(2, 7)) if soft else int(self.u(0, 2))
                        if 0 <= x < SIZE and 0 <= y < SIZE:
                            bright = np.clip(c * self.u(0.6, 1.1), 0, 1)
                            if soft:
                                bright = 0.8 * bright + 0.2 * self.rgb[y, x]
                            cv2.circle(self.rgb, (x, y), r, [float(v) for v in bright], -1)
                            cv2.circle(self.label, (x, y), r, ID["light"], -1)
                            cv2.circle(self.sway, (x, y), r, 0.0, -1)

    def lamp(self):
        x, y, s = self.u(0.1, 0.9), self.u(0.1, 0.5), self.u(0.03, 0.09)
        self.paint(self.mask_lines([[(x, y), (x, 1.1 if self.chance(0.6) else -0.1)]], self.u(1, 4)), self.colour((40, 40, 42), (120, 100, 80)), "static", 0.6)
        c = self.colour((255, 225, 160), (255, 245, 220), (255, 200, 120))
        self.rgb += 0.5 * np.exp(-((XX - x) ** 2 + (YY - y) ** 2) / (14 * s * s))[..., None] * (c - self.rgb)
        a, _ = self.mask_ellipse(x, y, s, s * self.u(0.7, 1.3))
        self.paint(a, np.clip(c * 1.05, 0, 1), "light", 0.6, 0)
