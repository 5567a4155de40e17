"""Brushes for what people built: facades, pagodas, temples, castles, houses, bridges, masts, fences. All of it is static."""

import cv2
import numpy as np

from canvas import ID, SIZE, XX, YY, Canvas, smooth

STONE = ((200, 190, 175), (150, 90, 70), (120, 125, 135), (230, 225, 215), (90, 85, 80), (180, 150, 110), (70, 80, 100), (205, 170, 120), (160, 150, 140), (225, 205, 165))
ROOF = ((150, 70, 50), (80, 75, 75), (110, 80, 60), (60, 65, 75), (60, 90, 80), (170, 120, 50), (190, 100, 60), (95, 60, 55))


class Built(Canvas):
    """Buildings of many styles and thin constructions before the sky."""

    def wall_paint(self, colours=STONE, names=("brick", "concrete", "wood", "rock"), p=0.5):
        """Colour of a wall over the whole canvas, lit from one side."""
        plain = self.shade(self.pick([self.colour(*colours), self.colour(*colours), self.any_colour()]) * self.light_tint, self.noise(1.8, 2, 2), self.u(0.02, 0.14))
        return self.surface(plain, names, p, scale=self.u(0.8, 4)) * (1 + self.u(-0.4, 0.4) * (XX - 0.5))[..., None]

    def roof_paint(self):
        plain = self.shade(self.colour(*ROOF) * self.light_tint, self.noise(1.2, 1, 3), 0.15)
        if self.chance(0.6):  # rows of tiles
            plain = plain * (1 + self.u(0.1, 0.3) * np.sin(YY * self.u(150, 420)))[..., None]
        if self.chance(0.4):
            plain = plain * (1 + self.u(0.1, 0.3) * np.sin(XX * self.u(150, 420)))[..., None]
        return self.surface(np.clip(plain, 0, 1), ["roof"], 0.4, scale=self.u(1, 4))

    def lines(self, x0, x1, y, rgb, thick=1):
        """A horizontal moulding that changes colour only."""
        a, b = (max(0, min(SIZE, int(v * SIZE))) for v in (x0, x1))
        r = int(y * SIZE)
        if 0 <= r < SIZE:
            self.rgb[r:r + thick, a:b] = rgb

    def windows(self, x, base, w, h, night=False):
        """A grid of windows with frames, sills, arches or shutters."""
        nx, ny = max(1, int(w / self.u(0.03, 0.11))), max(1, int(h / self.u(0.04, 0.13)))
        glass = self.colour((40, 50, 65), (90, 110, 130), (30, 30, 35), (150, 170, 190), (20, 20, 22)) * (0.5 if night else 1)
        frame, arched, framed = self.pick([self.colour(*STONE), self.any_colour()]) * self.light_tint, self.chance(0.25), self.chance(0.5)
        fw, fh, shutter = self.u(0.25, 0.75), self.u(0.35, 0.75), self.any_colour() * self.light_tint if self.chance(0.2) else None
        for i in range(nx):
            for j in range(ny):
                left, top = x + (i + 0.5 - fw / 2) * w / nx, base - h + (j + 0.5 - fh / 2) * h / ny
                p0, p1 = (int(left * SIZE), int(top * SIZE)), (int((left + fw * w / nx) * SIZE), int((top + fh * h / ny) * SIZE))
                lit = night and self.chance(0.45)
                colour = self.colour((255, 220, 140), (255, 240, 200), (255, 190, 100)) if lit else glass * self.u(0.7, 1.4)
                if framed:
                    cv2.rectangle(self.rgb, (p0[0] - 1, p0[1] - 1), (p1[0] + 1, p1[1] + 1), [float(v) for v in frame], -1)
                if shutter is not None:
                    cv2.rectangle(self.rgb, (p0[0] - max(1, (p1[0] - p0[0]) // 2), p0[1]), (p1[0] + max(1, (p1[0] - p0[0]) // 2), p1[1]), [float(v) for v in shutter], -1)
                cv2.rectangle(self.rgb, p0, p1, [float(v) for v in colour], -1)
                if arched:
                    cv2.circle(self.rgb, ((p0[0] + p1[0]) // 2, p0[1]), max(1, (p1[0] - p0[0]) // 2), [float(v) for v in colour], -1)
                if lit:
                    cv2.rectangle(self.label, p0, p1, ID["light"], -1)

    def building(self, x, base, w, h):
        """A house: wall, windows, mouldings, flat or pitched roof."""
        if self.chance(0.25):
            self.tower(x + w / 2, base, w, h)
            return
        depth = 0.3 + 0.3 * base
        self.paint(self.mask_polygon([(x, base), (x + w, base), (x + w, base - h), (x, base - h)]), self.wall_paint(p=0.35), "static", depth)
        if self.chance(0.5):
            peak, over = self.u(0.1, 0.6) * w, self.u(0, 0.12) * w
            ends = (0.3, 0.7) if self.chance(0.4) else (0.5, 0.5)
            self.paint(self.mask_polygon([(x - over, base - h), (x + w + over, base - h), (x + w * ends[1], base - h - peak), (x + w * ends[0], base - h - peak)]), self.roof_paint(), "static", depth)
            if self.chance(0.3):
                cx = x + w * self.u(0.25, 0.7)
                self.paint(self.mask_polygon([(cx, base - h), (cx + 0.08 * w, base - h), (cx + 0.08 * w, base - h - 0.9 * peak), (cx, base - h - 0.9 * peak)]), self.colour(*STONE) * self.light_tint, "static", depth)
        self.windows(x, base, w, h, self.sky_kind == "night")
        for _ in range(int(self.u(0, 4))):
            self.lines(x, x + w, base - h * self.u(), self.colour(*STONE) * self.light_tint, 1 + int(self.chance(0.3)))

    def tower(self, x, base, w, h):
        """A church tower, castle tower, minaret, lighthouse or chimney."""
        depth = 0.3 + 0.3 * base
        taper = self.u(0.6, 1)
        wall = self.wall_paint()
        self.paint(self.mask_polygon([(x - w / 2, base), (x + w / 2, base), (x + taper * w / 2, base - h), (x - taper * w / 2, base - h)]), np.clip(wall * (1.15 - 0.8 * np.abs(XX - x) / w)[..., None], 0, 1), "static", depth)
        kind = self.pick(["spire", "spire", "dome", "battlement", "flat", "pyramid"])
        tw = taper * w / 2
        if kind in ("spire", "pyramid"):
            self.paint(self.mask_polygon([(x - 1.15 * tw, base - h), (x + 1.15 * tw, base - h), (x, base - h - w * (self.u(1.2, 3) if kind == "spire" else self.u(0.4, 0.9)))]), self.roof_paint(), "static", depth)
        elif kind == "dome":
            self.dome(x, base - h, tw * 1.05)
        elif kind == "battlement":
            n = int(self.u(3, 7))
            for i in range(n):
                px = x - tw + (i + 0.2) * 2 * tw / n
                self.paint(self.mask_polygon([(px, base - h + 0.01), (px + 1.2 * tw / n, base - h + 0.01), (px + 1.2 * tw / n, base - h - 0.1 * w), (px, base - h - 0.1 * w)]), wall, "static", depth)
        if self.chance(0.7):
            self.windows(x - 0.35 * w, base, 0.7 * w, h, self.sky_kind == "night")

    def dome(self, x, base, r):
        """A round or onion dome with a finial."""
        rgb = self.colour((215, 205, 190), (200, 160, 60), (90, 130, 120), (60, 110, 160), (180, 90, 60)) * self.light_tint
        light = 0.75 + 0.5 * np.exp(-(((XX - x + 0.35 * r) / (0.6 * r)) ** 2))
        alpha, _ = self.mask_ellipse(x, base - 0.2 * r, r, r * self.u(0.9, 1.35))
        self.paint(alpha * (YY < base + 0.01), np.clip(rgb * (light * (1 + 0.15 * np.sin((XX - x) / r * self.u(8, 20))))[..., None], 0, 1), "static", 0.5)
        self.paint(self.mask_lines([[(x, base - r), (x, base - r * self.u(1.6, 2.2))]], 1), rgb * 0.8, "static", 0.5)

    def pagoda(self, x, base, w, h):
        """Storeys that shrink upwards, each under a wide roof with upturned eaves."""
        n = int(self.u(1, 7.5))
        wall, roof = self.wall_paint(((150, 40, 35), (190, 60, 40), (120, 80, 50), (235, 225, 205), (90, 60, 45), (60, 50, 45)), ("wood",), 0.4), self.roof_paint()
        trim, curl, over = self.colour((200, 160, 60), (60, 110, 80), (220, 210, 190), (50, 45, 40)) * self.light_tint, self.u(0, 0.5), self.u(0.12, 0.45)
        y, step, shrink = base, h / n, self.u(0.72, 0.95)
        for i in range(n):
            wall_h = step * self.u(0.4, 0.6)
            self.paint(self.mask_polygon([(x - w / 2, y), (x + w / 2, y), (x + w / 2, y - wall_h), (x - w / 2, y - wall_h)]), wall, "static", 0.5)
            for k in range(int(self.u(2, 9))):  # posts
                px = x - w / 2 + w * self.u()
                self.rgb[max(0, int((y - wall_h) * SIZE)):max(0, int(y * SIZE)), min(SIZE - 1, max(0, int(px * SIZE)))] = trim * self.u(0.5, 1)
            self.lines(x - w / 2, x + w / 2, y - wall_h * 0.25, trim)
            e, top, eaves = w / 2 * (1 + over) + 0.02, y - step, y - wall_h
            t = np.linspace(-1, 1, 13)
            under = [(x + e * v, eaves + 0.015 - curl * step * 0.5 * v ** 4) for v in t]
            upper = [(x + (w * shrink / 2 * 0.8 if i < n - 1 else w * self.u(0.05, 0.4)) * v, top) for v in (1, -1)]
            side = [(x + e * 0.62, eaves - 0.35 * step), *upper, (x - e * 0.62, eaves - 0.35 * step)]
            self.paint(self.mask_polygon(under + side), roof * (0.8 + 0.4 * smooth(YY, eaves, top))[..., None], "static", 0.5)
            self.paint(self.mask_lines([under], 1), trim * 0.8, "static", 0.5)
            y, w = top + 0.1 * step, w * shrink
        if self.chance(0.6):
            self.paint(self.mask_lines([[(x, y), (x, y - h * self.u(0.1, 0.3))]], self.pick([1, 2])), trim, "static", 0.5)

    def temple(self, x, base, w, h):
        """Columns on steps under a gable or flat beam."""
        wall = self.wall_paint(names=("brick", "rock", "concrete"))
        self.paint(self.mask_polygon([(x - w / 2, base), (x + w / 2, base), (x + w / 2, base - h), (x - w / 2, base - h)]), wall * self.u(0.2, 0.6), "static", 0.45)
        n = int(self.u(3, 10))
        for i in range(n):
            px, half = x - w / 2 + (i + 0.5) * w / n, w / n * self.u(0.2, 0.3)
            self.paint(self.mask_polygon([(px - half, base), (px + half, base), (px + half * 0.85, base - h), (px - half * 0.85, base - h)]), np.clip(wall * (1.25 - 0.6 * np.abs(XX - px + 0.3 * half) / half)[..., None], 0, 1), "static", 0.5)
        self.paint(self.mask_polygon([(x - w * 0.54, base - h), (x + w * 0.54, base - h), (x + w * 0.54, base - h * 1.15), (x - w * 0.54, base - h * 1.15)]), wall, "static", 0.5)
        if self.chance(0.6):
            self.paint(self.mask_polygon([(x - w * 0.56, base - h * 1.15), (x + w * 0.56, base - h * 1.15), (x, base - h * 1.15 - w * self.u(0.08, 0.2))]), wall * self.u(0.7, 1.1), "static", 0.5)
        for i in range(int(self.u(0, 5))):
            self.paint(self.mask_polygon([(x - w * (0.55 + 0.03 * i), base + 0.02 * i), (x + w * (0.55 + 0.03 * i), base + 0.02 * i), (x + w * (0.55 + 0.03 * i), base + 0.02 * (i + 1)), (x - w * (0.55 + 0.03 * i), base + 0.02 * (i + 1))]), wall * (0.8 + 0.2 * (i % 2)), "static", 0.5)

    def terraces(self, x, base, w, h):
        """A pyramid, stupa or stepped ruin."""
        wall, n = self.wall_paint(names=("brick", "rock", "soil"), p=0.7), int(self.u(1, 9))
        top = 0.02 if n == 1 else self.u(0.05, 0.4)
        for i in range(n):
            k0, k1 = 1 - (1 - top) * i / n, 1 - (1 - top) * (i + (1 if n == 1 else self.u(0.2, 0.8))) / n
            y0, y1 = base - h * i / n, base - h * (i + 1) / n
            self.paint(self.mask_polygon([(x - w / 2 * k0, y0), (x + w / 2 * k0, y0), (x + w / 2 * k1, y1), (x - w / 2 * k1, y1)]), np.clip(wall * self.u(0.75, 1.2) * np.where(XX > x + 0.1 * w, self.u(0.5, 1), 1)[..., None], 0, 1), "static", 0.45)
            if self.chance(0.5):
                for _ in range(int(self.u(2, 10))):  # niches and figures
                    px = x + (self.u() - 0.5) * w * k1
                    a, _ = self.mask_ellipse(px, (y0 + y1) / 2, 0.3 * h / n, 0.4 * h / n)
                    self.paint(a, np.clip(wall * self.u(0.4, 1.3), 0, 1), "static", 0.45)
        if self.chance(0.4):
            self.dome(x, base - h, w * top * 0.6 + 0.02)

    def castle(self, x, base, w, h):
        wall = self.wall_paint(names=("brick", "rock"), p=0.7)
        self.paint(self.mask_polygon([(x - w / 2, base), (x + w / 2, base), (x + w / 2, base - h * 0.6), (x - w / 2, base - h * 0.6)]), wall, "static", 0.45)
        self.windows(x - w / 2, base, w, h * 0.6)
        for _ in range(int(self.u(2, 7))):
            self.tower(x + w * self.u(-0.5, 0.5), base, w * self.u(0.08, 0.25), h * self.u(0.5, 1.2))

    def landmark(self, base, size=None):
        """One large building that stands before the sky."""
        size = size or self.u(0.3, 1.0)
        kind = self.pick([self.pagoda, self.pagoda, self.pagoda, self.temple, self.terraces, self.castle, self.tower, self.building])
        x = self.u(0.2, 0.8)
        if kind == self.building:
            kind(x - size / 2, base, size, size * self.u(0.6, 1.2))
        elif kind == self.tower:
            kind(x, base, size * self.u(0.15, 0.5), size)
        elif kind == self.pagoda:
            kind(x, base, size * self.u(0.3, 1.1), size * self.u(0.5, 1))
        else:
            kind(x, base, size * self.u(0.7, 1.5), size * self.u(0.4, 1))

    def town(self, base):
        for _ in range(int(self.r.integers(1, 10))):
            w = self.u(0.05, 0.3)
            self.building(self.u(-0.1, 1), base + self.u(-0.01, 0.05), w, w * self.u(0.5, 2.5))

    def facade(self):
        """Walls fill the frame, straight on or slanting away; perhaps a strip of sky above."""
        wall = self.wall_paint()
        slope = self.u(-0.5, 0.5)
        top = self.u(-0.3, 0.25)
        edge = top + slope * (XX - 0.5)
        self.paint(smooth(YY - edge, -0.003, 0.003), wall, "static", 0.5)
        n, m, fw, fh = self.u(2, 9), self.u(2, 9), self.u(0.3, 0.7), self.u(0.4, 0.75)
        v, u = (YY - edge) / (1.05 - edge) * m, XX * n
        glass = (np.abs(u % 1 - 0.5) < fw / 2) & (np.abs(v % 1 - 0.5) < fh / 2) & (v > 0)
        frame = (np.abs(u % 1 - 0.5) < fw / 2 + 0.06) & (np.abs(v % 1 - 0.5) < fh / 2 + 0.08) & (v > 0)
        self.rgb[frame] = self.colour(*STONE) * self.light_tint
        pane = self.shade(self.colour((40, 50, 65), (90, 110, 130), (25, 25, 30), (150, 170, 190)), self.noise(3.0, 1, 1), 0.4, self.sky_low)
        self.rgb[glass] = pane[glass]
        for k in range(int(self.u(0, 5))):
            self.rgb[np.abs(v - k) < 0.03] = self.colour(*STONE) * self.light_tint

    def bridge(self, y):
        """A beam with piers, arches, or cables from pylons."""
        wall, thick, slope = self.wall_paint(), self.u(0.015, 0.06), self.u(-0.2, 0.2)
        self.paint(self.mask_polygon([(-0.1, y), (1.1, y + slope), (1.1, y + slope + thick), (-0.1, y + thick)]), wall, "static", 0.5)
        kind, n = self.pick(["arches", "piers", "cables"]), int(self.u(1, 6))
        for i in range(n + 1):
            x = i / n
            ya = y + slope * x
            if kind == "cables":
                t = self.u(0.15, 0.4)
                self.paint(self.mask_lines([[(x, ya + 0.2), (x, ya - t)]], self.u(1, 4)), wall * 0.8, "static", 0.5)
                self.paint(self.mask_lines([[(x, ya - t), (x + d * k / n / 12, ya)] for d in (-1, 1) for k in range(1, 7)], 1), wall * 0.7, "static", 0.5)
            else:
                self.paint(self.mask_polygon([(x - 0.02, ya), (x + 0.02, ya), (x + 0.025, ya + 0.4), (x - 0.025, ya + 0.4)]), wall * 0.85, "static", 0.5)
            if kind == "arches":
                _, d = self.mask_ellipse(x + 0.5 / n, ya + 0.45 / n + thick, 0.46 / n, 0.4 / n)
                arch = (d > 1) & (np.abs(XX - x - 0.5 / n) < 0.5 / n) & (YY > ya) & (YY < ya + 0.45 / n + thick)
                self.paint(arch.astype(np.float32), wall, "static", 0.5)

    def masts(self):
        """Thin masts, pylons, cranes, rigging, antennas, railings, a ladder or a lattice: static lines before anything."""
        rgb = self.colour((40, 40, 42), (120, 120, 125), (225, 225, 225), (150, 60, 40), (90, 70, 50))
        kind = self.pick(["poles", "poles", "rigging", "lattice", "railing", "beams", "net"])
        if kind == "poles":
            lines = []
            for _ in range(int(self.u(1, 7))):
                x, y, lean = self.u(-0.05, 1.05), self.u(0, 0.6), self.u(-0.04, 0.04)
                lines.append([(x, 1.1 if self.chance(0.6) else self.u(0.6, 1)), (x + lean, y)])
                if self.chance(0.5):
                    k = self.u(0.02, 0.12)
                    lines.append([(x - k, y + 0.05), (x + k, y + 0.05)])
        elif kind == "rigging":
            x, y, foot = self.u(0.2, 0.8), self.u(0, 0.3), self.u(0.7, 1)
            lines = [[(x, y), (x, foot)]] + [[(x, y), (x + self.u(-0.5, 0.5), foot)] for _ in range(int(self.u(2, 8)))]
        elif kind == "lattice":
            x, y, foot, w, n = self.u(0.1, 0.9), self.u(0, 0.4), self.u(0.7, 1.1), self.u(0.03, 0.2), int(self.u(3, 10))
            at = [(y + (foot - y) * i / n, w * (0.15 + 0.85 * i / n)) for i in range(n + 1)]
            lines = [[(x - k, t), (x + k, t)] for t, k in at] + [[(x + s * k0, t0), (x - s * k1, t1)] for (t0, k0), (t1, k1) in zip(at, at[1:]) for s in (-1, 1)]
            lines += [[(x + s * k0, t0), (x + s * k1, t1)] for (t0, k0), (t1, k1) in zip(at, at[1:]) for s in (-1, 1)]
        elif kind == "railing":
            y, h, n, s = self.u(0.5, 0.95), self.u(0.08, 0.3), int(self.u(4, 25)), self.u(-0.2, 0.2)
            lines = [[(-0.1, y + k), (1.1, y + s + k)] for k in (0, -h, -h * self.u(0.3, 0.7))] + [[(i / n, y + s * i / n + 0.02), (i / n, y + s * i / n - h)] for i in range(n + 1)]
        elif kind == "beams":
            lines = [[(self.u(-0.2, 1.2), -0.1), (self.u(-0.2, 1.2), 1.1)] if self.chance(0.5) else [(-0.1, self.u(-0.2, 1.2)), (1.1, self.u(-0.2, 1.2))] for _ in range(int(self.u(1, 5)))]
        else:
            n, a = int(self.u(6, 20)), self.u(0, 1)
            lines = [[(i / n * 2 - 0.5, -0.1), (i / n * 2 - 0.5 + a, 1.1)] for i in range(n)] + [[(i / n * 2 - 0.5 + a, -0.1), (i / n * 2 - 0.5, 1.1)] for i in range(n)]
        width = self.pick([1, 1, 1, 2, 2, 3]) if kind != "beams" else self.u(2, 14)
        light = np.clip(0.8 + 0.3 * self.noise(2.4, 1, 1), 0.4, 1.3)[..., None]
        self.paint(self.mask_lines(lines, width), np.clip(rgb * np.maximum(self.light_tint, 0.2) * light, 0, 1), "static", self.u(0.4, 0.9), solid=0.4)
