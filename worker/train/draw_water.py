"""Brushes for water: sea and lake, beach, river, waterfall."""

import cv2
import numpy as np

from canvas import ID, SIZE, XX, YY, Canvas, smooth


class Water(Canvas):
    """Water in perspective with reflections, foam and glitter; rivers know their flow."""

    def water(self, horizon, bottom=1.0, name="sea", kind=None, alpha=None):
        """Water plane below `horizon`: colour from the sky, stretched waves, reflections, foam, glitter."""
        kind = kind or self.pick(["sea", "sea", "lake", "mirror", "rough", "deep"])
        if alpha is None:
            alpha = smooth(YY - horizon, -0.003, 0.003)
        d = np.clip((YY - horizon) / max(1.02 - horizon, 0.05), 0, 1)
        warp = self.ground_warp(horizon, self.u(30, 120))
        own = self.colour((30, 80, 110), (20, 100, 120), (40, 70, 80), (60, 110, 120), (50, 150, 160), (25, 50, 70), (70, 90, 80), (90, 100, 90), (110, 105, 85), (30, 60, 50)) * self.light_tint
        reflect = self.u(0.2, 0.85)
        mirrored = None
        if kind in ("lake", "mirror") or self.chance(0.25):
            rows = np.clip(2 * horizon * SIZE - np.arange(SIZE) * 1.0, 0, SIZE - 1)
            wobble = 2.5 * self.noise(1.8, 0.5, 2.5, 0, warp) * (0.3 if kind == "mirror" else 1)
            mirrored = cv2.remap(self.rgb, (XX * SIZE + wobble).astype(np.float32), (rows[:, None] + 0 * XX + 1.5 * wobble).astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            mirrored = cv2.GaussianBlur(mirrored, (3, 1 + 2 * int(self.u(0, 6))), 0)
            sky_part = mirrored
        else:
            sky_part = self.sky_low * (1 - 0.35 * d[..., None])
        fade = np.clip(reflect * (1 - 0.5 * d * self.u(0, 1)), 0, 1)[..., None]
        if kind == "mirror":
            fade = np.clip(fade + 0.25, 0, 0.95)
        rgb = own * (1 - fade) + sky_part * fade
        s = self.u(0.4, 1.6)
        n = self.noise(self.pick([1.8, 2.4]), s * self.u(0.3, 0.7), s * self.u(1.2, 2.6), self.u(-0.15, 0.15), warp) + 0.5 * self.noise(1.2, s * 0.8, s * 2.5, 0, warp)
        strength = {"mirror": 0.03, "lake": 0.08, "rough": 0.28, "deep": 0.12}.get(kind, 0.15) * self.u(0.6, 1.5)
        rgb = rgb * (1 + strength * n[..., None] * (0.4 + d[..., None]))
        if kind in ("sea", "rough") and self.chance(0.6):
            caps = smooth(n, self.u(1.2, 2.2), 2.6)[..., None] * (0.3 + 0.7 * d[..., None])
            rgb = rgb + caps * (0.95 * np.maximum(self.light_tint, 0.5) - rgb)
        if kind in ("sea", "rough", "lake") and self.chance(0.3):  # glitter path of the sun
            x0 = self.u(0.15, 0.85)
            path = np.exp(-((XX - x0) / (0.05 + 0.25 * d)) ** 2) * smooth(n, 0.2, 1.6)
            rgb = rgb + path[..., None] * (np.array([1, .93, .75], np.float32) - rgb) * self.u(0.5, 1)
        if kind in ("sea", "rough") and self.chance(0.4):  # breaking wave rows
            for _ in range(int(self.r.integers(1, 5))):
                y0 = self.u(horizon + 0.1 * (1 - horizon), 1)
                line = y0 + 0.03 * self.noise(3.0, 0.8, 0.8)[7]
                thick = 0.008 + 0.05 * (y0 - horizon)
                crest = np.exp(-((YY - line[None]) / thick) ** 2) * smooth(self.noise(1.8, 2, 2) + self.u(-0.5, 1), -0.3, 0.8)
                rgb = rgb + (crest * self.u(0.5, 1))[..., None] * (0.95 * np.maximum(self.light_tint, 0.5) - rgb)
                dark = np.exp(-((YY - line[None] + 1.6 * thick) / thick) ** 2)[..., None]
                rgb = rgb * (1 - 0.25 * dark)
        if self.real("wave") and kind not in ("mirror",) and self.chance(0.25):
            rgb = self.surface(np.clip(rgb, 0, 1), ["wave"], 1.0, (warp[0], warp[1] * self.u(1, 2.5)), self.u(0.8, 3.0))
        self.paint(alpha * (YY < bottom + 1), np.clip(rgb, 0, 1), name, d * 0.75 + 0.2, 0.5, flow=None)
        return alpha

    def beach(self, horizon):
        """A shore cutting the water: sand or stones with foam at the edge."""
        slope, y0 = self.u(-0.8, 0.8), self.u(max(horizon + 0.12, 0.55), 0.95)
        edge = y0 + slope * (XX - 0.5) + 0.03 * self.noise(3.0, 0.8, 0.8)
        foam = np.exp(-((YY - edge + 0.02) / self.u(0.01, 0.05)) ** 2) * smooth(self.noise(1.8, 2, 2) + 0.6, -0.2, 0.6)
        inside = (self.label == ID["sea"])
        self.rgb += (foam * inside)[..., None] * (np.float32(0.95) * np.maximum(self.light_tint, 0.5) - self.rgb)
        alpha = smooth(YY - edge, -0.004, 0.004) * smooth(YY - horizon, 0.0, 0.01)
        sand = self.colour((215, 190, 150), (190, 160, 125), (150, 135, 120), (120, 115, 110), (230, 215, 190)) * self.light_tint
        wet = smooth(YY - edge, 0.0, self.u(0.03, 0.15))[..., None]
        n = self.noise(self.pick([1.2, 2.4]), 2, 2)
        self.paint(alpha, self.surface(self.shade(sand, n, self.u(0.04, 0.22)), ["sand", "soil", "rock"], 0.5, self.ground_warp(horizon), self.u(1, 5)) * (0.65 + 0.35 * wet), "static", 0.5 + 0.5 * YY)

    def river(self, horizon):
        """A course winding towards the viewer; flows down the picture."""
        t = np.linspace(0, 1, 24)
        x = self.u(0.2, 0.8) + self.u(-0.5, 0.5) * t + self.u(0.03, 0.25) * np.sin(self.u(2, 9) * t + self.u(0, 6)) * (0.3 + t)
        y = horizon + (1.08 - horizon) * t ** self.u(1.0, 1.8)
        w = self.u(0.005, 0.03) + self.u(0.08, 0.5) * t ** self.u(1.0, 2.0)
        mask = self.mask_polygon(list(zip(x - w, y)) + list(zip(x + w, y))[::-1])
        mask = smooth(mask + 0.12 * self.noise(2.4, 2, 2), 0.4, 0.6) * (YY > horizon)
        row = np.clip(np.interp(YY[:, 0], y, np.arange(24)), 0, 22.99)
        dx = np.interp(row, np.arange(24), np.gradient(x)) / np.maximum(np.interp(row, np.arange(24), np.gradient(y)), 0.01)
        flow = np.stack([np.clip(dx, -2, 2), np.ones_like(dx)], -1)
        flow = (flow / np.linalg.norm(flow, axis=1, keepdims=True))[:, None] + np.zeros((1, SIZE, 1))
        self.water(horizon, name="river", kind=self.pick(["lake", "deep", "sea", "mirror"]), alpha=mask)
        self.flow[mask > 0.5] = flow.astype(np.float32)[mask > 0.5]
        if self.chance(0.5):
            warp = self.ground_warp(horizon, 60)
            foam = smooth(self.noise(1.8, 2.2, 0.8, 0, warp), self.u(0.3, 1.3), 2)[..., None] * mask[..., None] * (self.label == ID["river"])[..., None]
            self.rgb += foam * self.u(0.4, 1) * (0.93 * np.maximum(self.light_tint, .5) - self.rgb)
        if self.chance(0.4):
            self.rocks(int(self.r.integers(2, 9)), horizon + 0.1, 1.0, (0.015, 0.07))

    def waterfall(self):
        """White strands down a rock face, in one curtain, several threads or steps, into a pool with mist."""
        x, w, top, base = self.u(0.2, 0.8), self.u(0.04, 0.35), self.u(-0.1, 0.4), self.u(0.6, 1.1)
        lean, flare, steps = self.u(-0.12, 0.12), self.u(0.8, 2.2), int(self.pick([0, 0, 1, 2, 3]))
        t = np.clip((YY - top) / (base - top), 0, 1)
        bend = 0.03 * self.noise(3.0, 0.6, 0.6)
        for k in range(steps):  # ledges throw the water sideways
            bend = bend + self.u(-0.15, 0.15) * smooth(t, (k + 0.8) / (steps + 1), (k + 1.0) / (steps + 1))
        across = (XX - x - lean * t - bend) / (w * (0.5 + (flare - 0.5) * t))
        strands = self.noise(1.8, self.u(2, 5), 0.2) * self.u(0.1, 0.6)
        alpha = (1 - smooth(np.abs(across) + 0.5 * strands, 0.7, 1.1)) * smooth(YY, top, top + 0.02) * (YY < base)
        if self.chance(0.4):  # rock shows between the threads
            alpha = alpha * smooth(self.noise(2.4, self.u(1, 3), 0.15) + self.u(0.2, 1.2), -0.3, 0.3)
        n = self.noise(1.8, self.u(2, 5), self.u(0.15, 0.4)) + 0.4 * self.noise(1.2, 2, 0.8)
        rgb = self.shade(self.colour((225, 232, 240), (200, 210, 220), (240, 240, 240), (190, 205, 205)) * np.maximum(self.light_tint, 0.5), n, self.u(0.08, 0.25))
        flow = np.zeros((SIZE, SIZE, 2), np.float32)
        flow[..., 1] = 1
        self.paint(np.clip(alpha, 0, 1), np.clip(rgb, 0, 1), "river", 0.5, 0.5, flow=flow)
        if self.chance(0.75) and base < 0.97:
            edge = base - 0.02 + 0.02 * self.noise(3.0, 0.8, 0.8)
            self.water(base - 0.05, name="river", kind=self.pick(["deep", "rough", "lake"]), alpha=smooth(YY - edge, -0.01, 0.01))
            self.flow[(self.label == ID["river"]) & (YY > base)] = (self.pick([-0.7, 0, 0.7]), 0.7)
            mist = np.exp(-(((XX - x - lean) / (w * flare + 0.05)) ** 2 + ((YY - base) / self.u(0.03, 0.12)) ** 2))[..., None]
            self.rgb += self.u(0.3, 0.9) * mist * (0.92 * np.maximum(self.light_tint, 0.5) - self.rgb)
