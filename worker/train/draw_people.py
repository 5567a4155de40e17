"""Brushes for people: garments, portraits, figures, groups."""

import math

import cv2
import numpy as np

from canvas import SIZE, XX, YY, Canvas, mean_colour, smooth


class People(Canvas):
    """Hair and bodies of people, with what they wear."""

    def clothes(self):
        """Colour of a garment over the whole canvas: plain, striped, checked, spotted or of a real fabric, with folds."""
        a, b = self.pick([self.any_colour(), self.colour((30, 32, 40), (230, 228, 225), (60, 70, 100), (120, 100, 80), (140, 30, 35))]), self.any_colour()
        rgb = np.zeros((SIZE, SIZE, 3), np.float32) + a
        kind = self.pick(["plain", "plain", "plain", "stripes", "checks", "print"])
        if kind in ("stripes", "checks"):
            k, angle = self.u(60, 260), self.pick([0, 1.57, self.u(0, 3)])
            t = smooth(np.sin((XX * math.cos(angle) + YY * math.sin(angle)) * k), -0.3, 0.3)
            if kind == "checks":
                t = 0.5 * t + 0.5 * smooth(np.sin((YY * math.cos(angle) - XX * math.sin(angle)) * k), -0.3, 0.3)
            rgb = rgb + t[..., None] * (b - rgb)
        elif kind == "print":
            rgb = rgb + smooth(self.noise(self.pick([1.2, 1.8]), self.u(1, 3), self.u(1, 3)), 0.5, 0.9)[..., None] * (b - rgb)
        rgb = self.surface(rgb, ["fabric"], 0.2)
        folds = self.noise(3.0, self.u(1, 2.5), self.u(0.5, 1.5), self.u(-0.8, 0.8)) + 0.4 * self.noise(1.8, 2, 2)
        return np.clip(rgb * (1 + self.u(0.08, 0.3) * folds)[..., None] * np.maximum(self.light_tint, 0.25), 0, 1).astype(np.float32)

    def skin_colour(self):
        return self.colour((230, 190, 165), (205, 155, 120), (150, 105, 78), (95, 65, 48), (240, 205, 185), (180, 125, 90), (70, 48, 38), jitter=0.03) * np.clip(self.light_tint, 0.3, 1.05)

    def hair_colour(self):
        return self.colour((40, 30, 25), (90, 60, 40), (170, 130, 80), (20, 18, 18), (130, 70, 45), (200, 200, 200), (60, 40, 30), (215, 180, 120), (150, 150, 150)) * np.clip(self.light_tint, 0.3, 1.05)

    def person(self, x=None, y=None, s=None):
        """Head and shoulders; s = half the width of the head."""
        x, s = x or self.u(0.25, 0.75), s or self.u(0.07, 0.26)
        y = y or self.u(0.2, 0.5)
        skin, light_side = self.skin_colour(), self.u(-0.5, 0.5)
        strands = self.noise(1.8, 4, 0.5, self.u(-0.4, 0.4)) + 0.5 * self.noise(2.4, 1.5, 0.6)
        rgb_hair = np.clip(self.shade(self.hair_colour(), strands, self.u(0.15, 0.4)) * (1 + light_side * (XX - x) / s * 0.4)[..., None], 0, 1)
        rise = np.clip((YY - y + s) / (s * 3), 0, 1)
        style = self.pick(["long", "long", "curls", "short", "short", "short", "bald", "tied", "blown", "covered"])
        tilt = self.u(-0.2, 0.2)
        if style in ("long", "curls", "blown"):
            rough, grain = (0.16, 4) if style == "curls" else (0.06, 2)
            a, _ = self.mask_ellipse(x + (self.u(-0.8, 0.8) * s if style == "blown" else 0), y + s * self.u(0.1, 0.7), s * self.u(1.0, 1.5), s * self.u(1.3, 2.3), tilt * 2, rough, grain)
            self.paint(a, rgb_hair, "hair", 0.75, np.clip(rise * 1.2, 0, 1))
            if style == "blown":
                side, lines = self.pick([-1, 1]), []
                for _ in range(int(self.u(5, 25))):
                    hy, length = y + self.u(-0.9, 1.2) * s, self.u(0.8, 2.6) * s
                    lines.append([(x + side * 0.6 * s, hy), (x + side * (0.7 * s + 0.5 * length), hy + self.u(-0.2, 0.2) * s), (x + side * (0.7 * s + length), hy + self.u(-0.5, 0.6) * s)])
                self.paint(self.mask_lines(lines, max(1, s * SIZE * 0.1)), rgb_hair, "hair", 0.75, np.clip(np.abs(XX - x) / (2.5 * s), 0, 1), solid=0.4)
        wide, slope, end = s * self.u(1.5, 2.3), s * self.u(0.2, 0.6), max(1.1, y + s * self.u(3.5, 7))
        turn = self.u(-0.35, 0.35) * s
        shape = [(x - 0.45 * s, y + 1.1 * s), (x + 0.45 * s, y + 1.1 * s), (x + wide * 0.85 + turn, y + 1.35 * s + slope), (x + wide + turn, y + 2.2 * s + slope), (x + wide * self.u(0.7, 1.1), end), (x - wide * self.u(0.7, 1.1), end), (x - wide + turn, y + 2.2 * s + slope), (x - wide * 0.85 + turn, y + 1.35 * s + slope)]
        torso = cv2.GaussianBlur(self.mask_polygon(shape), (0, 0), max(0.6, 0.09 * s * SIZE))
        torso = smooth(torso, 0.35, 0.65)
        shirt = self.clothes()
        body_light = np.clip(1.1 + light_side * (XX - x) / s * 0.25 - 0.25 * np.abs(XX - x) / wide, 0.35, 1.3)[..., None]
        self.paint(torso, np.clip(shirt * body_light, 0, 1), "body", 0.8, 0.6 * np.clip(1.3 - np.abs(XX - x) / wide - np.abs(YY - y - 2.6 * s) / (2.5 * s), 0, 1))
        if self.chance(0.35):  # an open collar
            self.paint(self.mask_polygon([(x - 0.45 * s, y + 1.1 * s), (x + 0.45 * s, y + 1.1 * s), (x + self.u(-0.1, 0.1) * s, y + s * self.u(1.6, 2.6))]), self.pick([skin * 0.9, self.any_colour() * self.light_tint]), "body", 0.8, 0.4)
        neck = self.mask_polygon([(x - 0.42 * s, y + 0.5 * s), (x + 0.42 * s, y + 0.5 * s), (x + 0.5 * s, y + 1.35 * s), (x - 0.5 * s, y + 1.35 * s)])
        self.paint(neck, skin * 0.75, "body", 0.8, 0.2)
        for side in (-1, 1) if style in ("short", "bald", "tied") else ():
            ear, _ = self.mask_ellipse(x + side * 0.8 * s, y + 0.05 * s, 0.15 * s, 0.25 * s)
            self.paint(ear, skin * 0.85, "body", 0.82, 0.25)
        head, d = self.mask_ellipse(x, y, s * self.u(0.72, 0.86), s * self.u(1.0, 1.12), tilt)
        light = np.clip(1.12 - 0.3 * d * d + light_side * (XX - x) / s + 0.05 * self.noise(2.4, 2, 2), 0.25, 1.4)[..., None]
        self.paint(head, np.clip(skin * light, 0, 1), "body", 0.85, 0.25)
        look = self.u(-0.25, 0.25) * s
        if self.chance(0.85):  # seen from the front
            iris = self.colour((40, 30, 25), (80, 110, 140), (90, 70, 40))
            for side in (-1, 1):
                ex, ey = x + side * 0.34 * s + look, y - 0.08 * s - side * tilt * 0.3 * s
                for rx, ry, up, colour, cover in ((0.26, 0.17, 0.02, skin * 0.75, 0.6), (0.17, 0.08, 0, np.float32([0.85, 0.83, 0.8]) * self.light_tint, 0.8), (0.08, 0.08, 0, iris, 1), (0.24, 0.05, 0.24, mean_colour(rgb_hair) * 0.7, 0.7)):
                    m, _ = self.mask_ellipse(ex, ey - up * s, rx * s, ry * s)
                    self.rgb += (cover * m)[..., None] * (colour - self.rgb)
            for dx, dy, rx, ry, colour, cover in ((0, 0.28, 0.15, 0.09, skin * 0.65, 0.6), (0.02, 0.12, 0.05, 0.25, np.minimum(skin * 1.15, 1), 0.4), (0, 0.56, 0.28, 0.08, skin * np.float32([0.85, 0.5, 0.5]), 0.85), (0, 0.72, 0.18, 0.05, skin * 0.8, 0.5)):
                m, _ = self.mask_ellipse(x + dx * s + 1.2 * look, y + dy * s, rx * s, ry * s)
                self.rgb += (cover * m)[..., None] * (colour - self.rgb)
            if self.chance(0.2):
                beard, bd = self.mask_ellipse(x + look, y + 0.72 * s, s * 0.7, s * self.u(0.35, 0.75), 0, 0.1, 4)
                mouth, _ = self.mask_ellipse(x + look, y + 0.56 * s, s * 0.25, s * 0.1)
                self.paint(beard * (YY > y + 0.3 * s) * (1 - mouth), rgb_hair, "hair", 0.86, 0.2)
            if self.chance(0.15):  # glasses
                for side in (-1, 1):
                    _, gd = self.mask_ellipse(x + side * 0.34 * s + look, y - 0.08 * s, 0.28 * s, 0.22 * s)
                    self.rgb += (np.exp(-((gd - 1) / 0.12) ** 2))[..., None] * (0.08 - self.rgb)
        else:  # from behind
            back, _ = self.mask_ellipse(x, y, s * 0.86, s * 1.05, tilt, 0.04, 3)
            self.paint(back, rgb_hair, "hair", 0.86, np.clip(rise, 0.1, 0.6))
        if style in ("long", "curls", "short", "tied", "blown"):
            top, _ = self.mask_ellipse(x + self.u(-0.15, 0.15) * s, y - s * 0.55, s * self.u(0.82, 1.05), s * self.u(0.5, 0.8), tilt, 0.16 if style == "curls" else 0.07, 3)
            fringe = smooth((YY - y + self.u(0.2, 0.65) * s + 0.25 * (XX - x) * self.u(-1, 1)) / s, 0, 0.2) * (np.abs(XX - x - look) < 0.62 * s)
            self.paint(top * (1 - fringe), rgb_hair, "hair", 0.85, np.clip(rise, 0.1, 1) if style in ("long", "curls", "blown") else 0.15)
            if style == "tied":
                bun, _ = self.mask_ellipse(x + self.pick([-1, 1]) * s * self.u(0, 0.9), y - s * self.u(0.5, 1.3), s * 0.4, s * 0.4, 0, 0.08, 3)
                self.paint(bun, rgb_hair, "hair", 0.8, 0.3)
        if style == "covered":  # hat, cap, scarf, hood
            cover, kind = self.clothes(), self.pick(["hat", "cap", "hood", "helmet"])
            top, _ = self.mask_ellipse(x, y - 0.55 * s, s * 0.95, s * (0.85 if kind != "hat" else 0.7))
            if kind == "hood":
                top, _ = self.mask_ellipse(x, y - 0.05 * s, s * 1.2, s * 1.45)
                face, _ = self.mask_ellipse(x + look, y + 0.15 * s, s * 0.7, s * 0.85)
                fur = self.chance(0.4)
                self.paint(top * (1 - face), rgb_hair if fur else cover, "hair" if fur else "body", 0.86, 0.3)
            else:
                self.paint(top * (YY < y - 0.25 * s), cover, "body", 0.86, 0.2)
                brim, _ = self.mask_ellipse(x + (look if kind != "hat" else 0), y - 0.3 * s, s * (1.7 if kind == "hat" else 1.0), s * 0.17)
                self.paint(brim, cover * 0.8, "body", 0.86, 0.2)

    def figure(self, x=None, base=None, h=None):
        """A whole person: standing, walking, sitting or with raised arms; `h` = body height."""
        x, base, h = x or self.u(0.1, 0.9), base or self.u(0.7, 1.05), h or self.u(0.15, 0.8)
        depth, head = 0.3 + 0.5 * min(base, 1), 0.068 * h
        skin, upper, lower = self.skin_colour(), self.clothes(), self.clothes()
        pose, side = self.pick(["stand", "stand", "walk", "walk", "sit", "raise"]), self.pick([-1, 1])
        hip = base - h * (0.28 if pose == "sit" else 0.48)
        neck = hip - 0.34 * h
        lean = self.u(-0.04, 0.04) * h
        dark = np.exp(-((XX - x) / (0.16 * h)) ** 2 - ((YY - base) / (0.025 * h)) ** 2) * self.u(0.2, 0.7)
        self.rgb *= (1 - dark)[..., None]
        sway = 0.5 * np.clip((base - YY) / h, 0, 1)
        thick = h * SIZE
        stride = self.u(0.06, 0.16) * h if pose == "walk" else self.u(0.015, 0.05) * h
        skirt = self.chance(0.25)
        if pose == "sit":
            legs = [[(x + k * 0.04 * h, hip), (x + side * (0.2 + 0.03 * k) * h, hip + 0.02 * h), (x + side * 0.22 * h + k * 0.03 * h, base)] for k in (-1, 1)]
        else:
            legs = [[(x + k * 0.03 * h, hip), (x + k * (0.02 * h + 0.5 * stride), (hip + base) / 2), (x + k * (0.02 * h + stride), base)] for k in (-1, 1)]
        bare = self.chance(0.3)
        self.paint(self.mask_lines(legs, max(1, 0.075 * thick)), skin if bare else lower, "body", depth, sway)
        if skirt and pose != "sit":
            self.paint(self.mask_polygon([(x - 0.06 * h, hip - 0.05 * h), (x + 0.06 * h, hip - 0.05 * h), (x + self.u(0.1, 0.2) * h, hip + self.u(0.15, 0.44) * h), (x - self.u(0.1, 0.2) * h, hip + self.u(0.15, 0.44) * h)]), lower, "cloth", depth, np.clip((YY - hip) / (0.4 * h), 0, 1))
        arms = []
        for k in (-1, 1):
            up = pose == "raise" and self.chance(0.7)
            elbow = (x + lean + k * self.u(0.12, 0.19) * h, neck + (-0.02 if up else self.u(0.14, 0.19)) * h)
            arms.append([(x + lean + k * 0.085 * h, neck + 0.045 * h), elbow, (elbow[0] + self.u(-0.1, 0.08) * k * h, elbow[1] + (-0.16 if up else self.u(-0.05, 0.16)) * h)])
        self.paint(self.mask_lines(arms, max(1, 0.055 * thick)), skin if self.chance(0.3) else upper * 0.85, "body", depth, sway)
        shoulder, waist = self.u(0.095, 0.135) * h, self.u(0.07, 0.1) * h
        self.paint(self.mask_polygon([(x + lean - shoulder, neck + 0.03 * h), (x + lean - 0.03 * h, neck), (x + lean + 0.03 * h, neck), (x + lean + shoulder, neck + 0.03 * h), (x + waist, hip + 0.04 * h), (x - waist, hip + 0.04 * h)]), np.clip(upper * (1.1 - 0.5 * np.abs(XX - x) / shoulder * self.u(0, 1))[..., None], 0, 1), "body", depth, sway)
        hx, hy = x + lean, neck - 0.9 * head
        face, _ = self.mask_ellipse(hx, hy, 0.8 * head, head)
        self.paint(np.maximum(face, self.mask_lines([[(hx, hy), (hx, neck + 0.02 * h)]], max(1, 0.04 * thick))), np.clip(skin * (1 + self.u(-3, 3) * (XX - hx) / h)[..., None], 0, 1), "body", depth, 0.4)
        hair = self.hair_colour()
        if self.chance(0.25):
            cap, _ = self.mask_ellipse(hx, hy - 0.5 * head, self.u(0.9, 1.7) * head, 0.6 * head)
            self.paint(cap, self.any_colour() * self.light_tint, "body", depth, 0.4)
        else:
            cap, _ = self.mask_ellipse(hx, hy - 0.35 * head, 0.95 * head, 0.8 * head)
            self.paint(cap * (YY < hy + (0 if self.chance(0.6) else 1.2) * head), hair, "hair", depth, 0.3)

    def people(self):
        """One, two or a crowd, far ones first."""
        count, base = int(self.pick([1, 1, 1, 2, 2, 3, 4, 6])), self.u(0.7, 1.3)
        h = self.u(0.2, 0.9) / count ** 0.3
        for k in range(count):
            b = base - self.u(0, 0.12) * (count - k) / count
            self.figure((k + self.u(0.2, 0.8)) / count if count > 1 else self.u(0.15, 0.85), b, h * self.u(0.8, 1.1) * (0.5 + 0.5 * b))
