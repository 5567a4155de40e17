"""Brushes over photographs for cloth: sails and spinnakers, scarves and hats on photographed heads, veils in the wind, washing; and corals."""

import cv2
import numpy as np

from canvas import ID, SIZE, XX, YY, grey, smooth
from drawn_over_air import Air


class Cloth(Air):
    """Cloth that hangs, blows or is worn, and growth under water."""

    def sail(self, x, y, tall, reach, colour, kind):
        """One sail with its foot at (x, y): `main` and `jib` are bent triangles, `spinnaker` is a striped balloon."""
        t = np.linspace(0, 1, 12)
        belly = reach * self.u(0.05, 0.25)
        if kind == "spinnaker":
            left = [(x + reach * (0.1 * np.sin(np.pi * a) - 0.35 * a), y - tall * a) for a in t]
            right = [(x - 0.35 * reach + reach * (1.25 * np.sin(np.pi * (1 - a) * 0.72) ** 0.8), y - tall * (1 - 0.98 * a)) for a in t]
        else:
            rake = self.u(-0.05, 0.25) * reach
            left = [(x + rake * a * (kind == "jib"), y - tall * a) for a in t]
            right = [(x + reach * a + (rake * (1 - a) if kind == "jib" else 0) + belly * np.sin(np.pi * a), y - tall * (1 - a) + self.u(0, 0.02) * a) for a in t]
        alpha = cv2.GaussianBlur(self.mask_polygon(left + right), (0, 0), 0.5)
        u, v = (XX - x) / (abs(reach) + 1e-3) * np.sign(reach), (y - YY) / tall
        light = 1.0 + self.u(-0.35, 0.2) * smooth(u, 0, self.u(0.4, 1.0)) + self.u(-0.15, 0.15) * np.sin(3 * u + 2 * v + self.u(0, 6)) + 0.05 * self.noise(3.0, 1, 1)
        seams = np.abs(np.mod(v * self.u(5, 11) + u * self.u(-1.5, 1.5), 1) - 0.5) < 0.05
        rgb = np.zeros_like(self.rgb) + colour
        if kind == "spinnaker" or self.chance(0.12):
            bands = np.floor((v + 0.12 * np.sin(2.5 * u)) * self.u(2, 7)).astype(int) if self.chance(0.6) else np.floor(u * self.u(2, 5) + v).astype(int)
            palette = np.float32([self.any_colour() if self.chance(0.6) else np.float32([0.95, 0.95, 0.93]) for _ in range(4)])
            rgb = palette[bands % 4] * np.clip(self.light_tint, 0.3, 1)
        rgb = rgb * (light - 0.08 * seams)[..., None]
        if tall > 0.35 and self.chance(0.5):
            mark = np.zeros((SIZE, SIZE), np.uint8)
            cv2.putText(mark, str(int(self.u(10, 99999))), (int((x + 0.15 * reach) * SIZE) - (12 if reach < 0 else 0), int((y - 0.55 * tall) * SIZE)), cv2.FONT_HERSHEY_SIMPLEX, tall * self.u(0.4, 0.8), 255, 1, cv2.LINE_AA)
            rgb = rgb + (mark * np.float32(0.8 / 255))[..., None] * (self.any_colour() * 0.5 - rgb)
        self.paint(np.clip(alpha * self.u(0.93, 1), 0, 1).astype(np.float32), np.clip(rgb, 0, 1), "cloth", 0.55, np.clip(0.25 + 0.6 * np.abs(u), 0, 0.9), None)

    def yacht(self, x, y, tall, spinnaker):
        """Hull, mast and sails of one boat; hull and mast are the boat, only the sails are cloth."""
        side, dim = self.pick([-1, 1]), np.clip(self.light_tint, 0.3, 1)
        white = self.colour((245, 244, 238), (235, 228, 210), (215, 210, 200), (250, 250, 250), (225, 205, 165), (180, 60, 45), (60, 70, 110)) if self.chance(0.85) else self.any_colour()
        hull, long = self.colour((240, 240, 238), (40, 50, 80), (150, 50, 40), (90, 60, 40), (60, 60, 65)) * dim, tall * self.u(0.3, 0.55)
        heel = self.u(-0.1, 0.1) * tall
        if spinnaker:
            self.sail(x - side * 0.05 * tall, y - 0.1 * tall, tall * self.u(0.75, 0.95), side * tall * self.u(0.5, 0.8), white * dim, "spinnaker")
        self.paint(self.mask_lines([[(x, y), (x + heel, y - tall * 1.12)]], max(1, tall * 5)), self.colour((60, 55, 50), (200, 200, 200), (110, 80, 50)) * dim, "floating", 0.5, 0.5)
        self.sail(x - side * 0.01, y - 0.09 * tall, tall * self.u(0.85, 1.0), -side * tall * self.u(0.28, 0.5), white * dim, "main")
        if not spinnaker and self.chance(0.75):
            self.sail(x + side * 0.02, y - 0.07 * tall, tall * self.u(0.7, 0.95), side * tall * self.u(0.25, 0.42), white * dim * self.u(0.85, 1.05), "jib")
        body = [(x - 1.05 * long, y - 0.07 * tall), (x + 1.1 * long, y - 0.08 * tall), (x + 0.85 * long, y + 0.03 * tall), (x - 0.9 * long, y + 0.03 * tall)]
        self.paint(self.mask_polygon(body), np.clip(hull * (1.1 - 1.5 * np.clip((YY - y + 0.07 * tall) / (0.15 * tall), 0, 0.4))[..., None], 0, 1), "floating", 0.55, 0.5)
        for _ in range(int(self.u(0, 4))):  # the crew
            cv2.circle(self.rgb, (int((x + self.u(-0.8, 0.8) * long) * SIZE), int((y - 0.1 * tall) * SIZE)), int(max(0, tall * 5)), [float(c) for c in self.any_colour()], -1)

    def fleet(self, spinnaker):
        sea = self.has("sea", "river")
        if sea.mean() < 0.1:
            line = self.skyline()
            horizon = float(np.clip(np.percentile(line, 60) / SIZE, 0.3, 0.85))
            self.water(horizon, kind=self.pick(["sea", "rough", "deep", "lake"]))
            sea = self.has("sea")
        rows = np.nonzero(sea.mean(1) > 0.25)[0]
        if len(rows) < 12:
            return False
        top, low = rows[0] / SIZE, rows[-1] / SIZE
        near = self.chance(0.35)
        count = 1 if near and self.chance(0.6) else int(self.r.integers(1, 6))
        for y in sorted(top + (low - top) * self.u(0.03, 0.5) for _ in range(count)):
            tall = self.u(0.5, 1.3) if near else self.u(0.08, 0.5)
            self.yacht(self.u(0.05, 0.95), min(y + 0.15 * tall, 1.02), tall, spinnaker and self.chance(0.7))
        return True

    def sails(self):
        """White or tanned sails of one or several boats, near and far, on the sea of the photo."""
        return self.fleet(False)

    def spinnakers(self):
        """Coloured balloon sails before the sky of the photo."""
        return self.fleet(True)

    # ---- worn ----
    def head(self):
        """Centre of a photographed face, half its width, row of the top of the hair; None without one of use."""
        _, parts, stats, centres = cv2.connectedComponentsWithStats(self.has("hair").astype(np.uint8))
        sizes = stats[1:, cv2.CC_STAT_AREA]
        body = self.has("body")
        if len(sizes) == 0 or body.mean() < 0.06 or sizes.max() < 0.006 * SIZE ** 2:
            return None
        best = int(sizes.argmax()) + 1
        x0, y0, w = (stats[best, k] / SIZE for k in (cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP, cv2.CC_STAT_WIDTH))
        upper = np.nonzero((parts == best)[int(y0 * SIZE):int((y0 + 0.45 * w) * SIZE) + 2])
        x, half = float(np.median(upper[1])) / SIZE, 0.5 * min(w, 2.6 * np.ptp(upper[1]) / SIZE / 2)
        face = body[int((y0 + 0.4 * half) * SIZE):int((y0 + 3 * half) * SIZE), max(0, int((x - 0.6 * half) * SIZE)):int((x + 0.6 * half) * SIZE) + 1]
        if half < 0.035 or half > 0.42 or face.size == 0 or face.mean() < 0.4 or y0 + 1.5 * half > 1:
            return None
        return x, y0 + 1.35 * half, half, y0

    def weave(self):
        """Cloth for the head or the neck: what clothes are made of, or the net of a keffiyeh, or knitted rows."""
        kind, dim = self.pick(["plain", "plain", "clothes", "clothes", "net", "knit"]), np.clip(self.light_tint, 0.3, 1)
        a = self.pick([self.any_colour(), self.colour((240, 238, 232), (190, 40, 45), (30, 30, 36), (225, 215, 195), (60, 80, 140), (210, 160, 60))])
        rgb = np.zeros_like(self.rgb) + a * dim
        angle, k = self.u(0, 3.14), self.u(90, 260)
        p, q = XX * np.cos(angle) + YY * np.sin(angle), YY * np.cos(angle) - XX * np.sin(angle)
        if kind == "clothes":
            return self.clothes()
        if kind == "net":
            net = np.maximum(np.abs(np.sin(p * k * 0.5)), np.abs(np.sin(q * k * 0.5))) > 0.88
            rgb = rgb + (net * 0.85)[..., None] * (self.pick([np.float32([0.08, 0.08, 0.1]), np.float32([0.7, 0.1, 0.1]), self.any_colour()]) - rgb)
        elif kind == "knit":
            rgb = rgb * (1 + self.u(0.05, 0.2) * np.sin(p * k) * np.sin(q * k * 0.6))[..., None]
        return rgb

    def folded(self, rgb, folds, alpha):
        """Shade of folds, and a soft dark edge within the cloth."""
        inner = smooth(cv2.GaussianBlur(alpha, (0, 0), 3), 0.45, 0.95)
        return np.clip(rgb * (1 + self.u(0.12, 0.32) * folds)[..., None] * (0.75 + 0.3 * inner)[..., None], 0, 1).astype(np.float32)

    def scarf(self):
        """A scarf around the neck, a headscarf around the face or a hat of cloth on a photographed head."""
        place = self.head()
        if place is None:
            return False
        x, y, s, top = place
        lean, kind = self.u(-0.25, 0.25) * s, self.pick(["neck", "neck", "headscarf", "headscarf", "headscarf", "hat", "turban"])
        rgb, dx, dy = self.weave(), (XX - x) / s, (YY - y) / s
        wobble = 0.1 * self.noise(3.0, 1, 1) * s
        if kind in ("headscarf", "turban"):
            outer, d = self.mask_ellipse(x, y - 0.1 * s, 1.35 * s, 1.75 * s, 0, 0.05)
            window, _ = self.mask_ellipse(x + lean, y + self.u(0.12, 0.35) * s, self.u(0.72, 0.9) * s, self.u(0.95, 1.25) * s, self.u(-0.12, 0.12), 0.03)
            alpha = outer
            if kind == "headscarf":  # falls on the shoulders
                spread = self.u(0.25, 0.7)
                fall = smooth(1.35 + spread * dy - np.abs(dx) + wobble / s, 0, 0.1) * smooth(dy, -0.2, 0.1) * smooth(self.u(2.0, 4.5) + 0.4 * np.abs(dx) - dy, 0, 0.2)
                gap = smooth(np.abs(dx - lean / s) - (0.3 + 0.25 * dy) * (dy > 0.8), -0.05, 0.1) if self.chance(0.4) else 1
                alpha = np.maximum(alpha, fall * gap)
            else:
                alpha = alpha * smooth(0.35 - dy + 0.6 * np.abs(dx) * self.chance(0.3), 0, 0.15)
                window = window * smooth(dy + self.u(0.45, 0.8), 0, 0.1)
            alpha = alpha * (1 - window)
            folds = np.sin(np.arctan2(dy, dx) * self.u(3, 7) + 2.5 * np.hypot(dx, dy) * self.u(0.5, 2) + self.noise(3.0, 1, 1)) + 0.5 * self.noise(2.4, 1.5, 1.5)
            self.rgb *= (1 - 0.35 * np.clip(cv2.GaussianBlur(alpha, (0, 0), 3) * window, 0, 1))[..., None]
        elif kind == "neck":
            at = 1.45 + 0.28 * dx ** 2 * self.u(0.5, 1.5) * -1
            alpha = smooth(self.u(0.3, 0.65) - np.abs(dy - at - 0.5) + wobble / s, 0, 0.1) * smooth(self.u(1.0, 1.6) - np.abs(dx), 0, 0.15)
            for _ in range(int(self.r.integers(0, 3))):  # loose ends
                ex, slant = self.u(-0.7, 0.7), self.u(-0.3, 0.3)
                alpha = np.maximum(alpha, smooth(self.u(0.25, 0.45) - np.abs(dx - ex - slant * (dy - 1.9)), 0, 0.08) * smooth(dy, 1.7, 1.8) * smooth(self.u(3, 5.5) - dy, 0, 0.1))
            folds = np.sin(dy * self.u(8, 18) + 1.2 * dx * self.u(-1, 1) + 1.5 * self.noise(3.0, 1, 1)) + 0.5 * self.noise(2.4, 2, 1)
        else:
            brim = self.u(-1.15, -0.75)
            crown = smooth(1.15 - np.hypot(dx * 0.95, (dy - brim) / self.u(0.8, 1.3)), 0, 0.06) * (dy < brim + 0.1)
            rim = smooth(1 - np.hypot((dx - lean) / self.u(1.4, 2.4), (dy - brim - 0.08 * np.cos(2 * dx)) / self.u(0.2, 0.5)), 0, 0.12)
            alpha = np.maximum(crown, rim)
            folds = 1.2 * smooth(dy - brim, -0.05, 0.15) * -1 + 0.5 * np.sin(dx * 2 + self.u(0, 6)) + 0.3 * self.noise(2.4, 2, 2)
        reach = cv2.GaussianBlur(self.has("body", "hair", "cloth").astype(np.float32), (0, 0), max(1.0, (0.9 if kind == "hat" else 0.3) * s * SIZE))
        alpha = np.clip(alpha * smooth(reach, 0.12, 0.2), 0, 1).astype(np.float32)
        if (alpha > 0.5).mean() < 0.01:
            return False
        self.paint(cv2.GaussianBlur(alpha, (0, 0), 0.6), self.folded(rgb, folds.astype(np.float32), alpha), "cloth", 0.78, np.clip(0.15 + 0.2 * np.clip(dy - 0.5, 0, 4), 0, 0.9))
        return True

    def veil(self):
        """A long cloth that the wind carries, thin or thick: a ribbon along a wavy path with folds along it; or flags on a pole."""
        if self.chance(0.4):
            self.flag()
            return True
        x0, y0, angle, length = self.u(0.1, 0.6), self.u(0.25, 0.75), self.r.normal(0, 0.5), self.u(0.3, 0.8)
        side, c, s = self.pick([-1, 1]), np.cos(angle), np.sin(angle)
        u, w = ((XX - x0) * side * c + (YY - y0) * s) / length, (YY - y0) * c - (XX - x0) * side * s
        k, phase, loose = self.u(4, 10), self.u(0, 6), np.clip(u, 0, 1)
        middle = length * 0.14 * loose * np.sin(k * u + phase) + 0.1 * length * u ** 2 * self.u(-1, 1)
        half = length * self.u(0.08, 0.25) * (0.35 + 0.8 * loose) * (1 + 0.2 * np.sin(2.2 * k * u + phase))
        v = (w - middle) / half
        alpha = smooth(1 - np.abs(v), 0, 0.08) * smooth(u, 0, 0.03) * smooth(1 + 0.05 * np.sin(5 * v) - u, 0, 0.03)
        folds = np.sin(k * u + phase + 1.2 * v + 1) + 0.6 * np.sin(v * self.u(3, 8) + 2 * u + self.noise(3.0, 1, 1))
        rgb = self.weave() if self.chance(0.5) else np.zeros_like(self.rgb) + self.any_colour() * np.clip(self.light_tint, 0.3, 1)
        self.paint(np.clip(alpha * self.u(0.65, 1.0), 0, 1).astype(np.float32), self.folded(rgb, folds.astype(np.float32), alpha.astype(np.float32)), "cloth", 0.6, loose)
        return bool((alpha > 0.5).mean() > 0.01)

    def washing(self):
        """Clothes, towels and sheets on a line across the photo, and prayer flags."""
        y, sag, dim = self.u(0.05, 0.5), self.u(-0.05, 0.12), np.clip(self.light_tint, 0.3, 1)

        def at(x):
            return y + 4 * sag * x * (1 - x)

        self.paint(self.mask_lines([[(x, at(x)) for x in np.linspace(-0.1, 1.1, 9)]], 1), self.colour((60, 60, 60), (210, 210, 205)) * dim, "static", 0.5)
        x, size = self.u(-0.1, 0.3), self.u(0.05, 0.24)
        while x < 1.0:
            w, h, swing = size * self.u(0.6, 1.2), size * self.u(0.7, 2.2), self.u(-0.06, 0.06)
            left, right = at(x), at(x + w)
            alpha = smooth(self.mask_polygon([(x, left), (x + w, right), (x + w + swing, right + h), (x + 0.5 * w + swing, (left + right) / 2 + h * 1.03), (x + swing, left + h)]) + 0.05 * self.noise(2.4, 1, 1), 0.4, 0.6)
            folds = np.sin((XX - x) * self.u(20, 80) + 3 * YY + 1.5 * self.noise(3.0, 1, 0.5))
            rgb = self.weave() if self.chance(0.4) else np.zeros_like(self.rgb) + self.any_colour() * dim
            self.paint(alpha.astype(np.float32), self.folded(rgb, folds.astype(np.float32), alpha.astype(np.float32)), "cloth", 0.55, np.clip((YY - left) / h, 0, 1))
            x += w + self.u(0.0, 0.15)
        return bool(self.has("cloth").mean() > 0.02)

    # ---- under water ----
    def branch(self, x, y, angle, length, width, alpha, depth=0):
        """Grows a forked stem into `alpha`."""
        end = (x + length * np.sin(angle), y - length * np.cos(angle))
        cv2.line(alpha, (int(x * SIZE * 2), int(y * SIZE * 2)), (int(end[0] * SIZE * 2), int(end[1] * SIZE * 2)), 1.0, max(1, int(width * SIZE * 2)))
        if depth < 4:
            for _ in range(int(self.r.integers(2, 4))):
                self.branch(*end, angle + self.r.normal(0, 0.45), length * self.u(0.6, 0.9), width * 0.8, alpha, depth + 1)

    def reef(self):
        """The photo under water, blurred and blue, with corals, sea fans and weeds on its ground."""
        deep, near = self.colour((10, 70, 110), (20, 100, 120), (30, 130, 150), (15, 50, 90), (40, 140, 170)), cv2.GaussianBlur(self.rgb, (0, 0), self.u(1, 4))
        fog = np.clip(self.u(0.75, 1.0) - 0.35 * YY, 0, 1)[..., None]
        self.rgb = np.clip(grey(near)[..., None] * 0.5 * (deep + 0.2) * (1 - fog) + fog * deep * (1.35 - 0.8 * YY)[..., None] * (1 + 0.06 * self.noise(3.0, 0.6, 1.2))[..., None], 0, 1)
        ground = self.u(0.65, 0.95) + 0.06 * self.noise(3.0, 1.2, 0.1)[3][None]
        self.label[:], self.depth[:], self.sway[:] = ID["sea"], 0.1, -1
        rough = self.warped(2.4, 2, 8)
        self.paint(smooth(YY - ground, -0.01, 0.02) * np.ones_like(XX), self.surface(self.shade(self.colour((120, 105, 85), (90, 100, 95), (150, 140, 110)) * (0.5 + 0.7 * deep), rough, 0.3), ["rock", "sand"], 0.6), "static", 0.6)
        for y in np.sort(self.r.uniform(float(ground.min()), 1.1, int(self.u(5, 22)))):
            x, s, kind = self.u(-0.05, 1.05), self.u(0.06, 0.22) * (0.4 + y), self.pick(["stag", "stag", "fan", "weed", "brain", "soft"])
            colour = np.clip(self.colour((200, 130, 60), (170, 80, 140), (210, 190, 130), (120, 80, 60), (180, 60, 50), (120, 150, 90), (220, 120, 130), (140, 110, 180)) * (0.45 + 0.7 * deep) + 0.1 * deep, 0, 1)
            if kind in ("stag", "weed"):
                big = np.zeros((SIZE * 2, SIZE * 2), np.float32)
                for _ in range(3 if kind == "stag" else 5):
                    self.branch(x + self.u(-0.3, 0.3) * s, y, self.r.normal(0, 0.4), s * 0.5, s * (0.1 if kind == "stag" else 0.04), big)
                alpha = cv2.resize(big, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
            else:
                alpha, d = self.mask_ellipse(x, y - 0.5 * s, s * self.u(0.6, 1.1), s * self.u(0.6, 1.2), self.u(-0.4, 0.4), 0.1, 2)
                if kind == "fan":
                    alpha = alpha * smooth(np.abs(self.noise(1.8, 3, 3)), 0.05, 0.4)
            texture = self.warped(1.2 if kind == "brain" else 1.8, 3, 4)
            rgb = np.clip(colour * (1 + 0.3 * texture + 0.4 * (y - YY - 0.5 * s) / s)[..., None], 0, 1)
            self.paint(np.clip(alpha, 0, 1).astype(np.float32), rgb, "grass" if kind in ("weed", "soft") else self.pick(["foliage", "grass"]), 0.65, np.clip((y - YY) / s, 0, 1) * 0.8, None, 0.4)
        return True
