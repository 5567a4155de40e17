"""What a picture may show: one function per kind of scene, painted from far to near, and how often each is chosen."""

import cv2
import numpy as np

from canvas import SIZE, YY, smooth
from draw_built import Built
from draw_land import Land
from draw_life import Life
from draw_plants import Plants
from draw_water import Water


class Scene(Land, Built, Water, Plants, Life):
    """All brushes together, and the choice of a template."""

    def compose(self):
        kind = self.r.choice(len(TEMPLATES), p=WEIGHTS)
        TEMPLATES[kind][1](self)
        for extra, p in ((Scene.rocks, .05), (Scene.branches, .07), (Scene.smoke, .05), (Scene.person, .05), (Scene.birds, .04), (Scene.lamp, .03), (Scene.thing, .06), (Scene.blades, .04), (Scene.tufts, .03), (Scene.bush, .04), (Scene.cables, .03), (Scene.masts, .04), (Scene.figure, .05)):
            if self.chance(p):
                extra(self, 2) if extra is Scene.rocks else extra(self)
        if self.sky_kind not in ("none", "indoor", "night"):
            if self.chance(0.2):
                self.haze()
            if self.chance(0.2):
                self.cast_shadow()
        return TEMPLATES[kind][0]


def scene_sky(s):
    s.sky(horizon=s.u(0.8, 1.3))
    if s.chance(0.4):
        s.mountains(s.u(0.85, 1.02), 1)
    elif s.chance(0.3):
        s.treeline(1.05, s.u(0.08, 0.3))
    if s.chance(0.15):
        s.balloons()


def scene_mountains(s):
    h = s.u(0.3, 0.75)
    s.sky(horizon=h)
    s.mountains(h + 0.02)
    what = s.u()
    if what < 0.35:
        s.water(h + s.u(0, 0.1), kind=s.pick(["lake", "mirror", "lake", "deep"]))
        if s.chance(0.5):
            s.beach(h)
    else:
        s.land(h + s.u(-0.01, 0.05))
        if s.chance(0.3):
            s.river(h + 0.04)
    if s.chance(0.5):
        s.treeline(h + s.u(0.02, 0.2), s.u(0.05, 0.25))
    if s.chance(0.25):
        s.rocks(int(s.r.integers(2, 10)), h + 0.1)
    if s.chance(0.25):
        s.smoke()


def scene_sea(s):
    h = s.u(0.08, 0.7)
    s.sky(horizon=h)
    if s.chance(0.3):
        s.mountains(h + 0.005, 1)
    s.water(h)
    if s.chance(0.45):
        s.beach(h)
    if s.chance(0.35):
        s.rocks(int(s.r.integers(1, 8)), h + 0.1)
    if s.chance(0.25):
        s.boat(h)
    if s.chance(0.12):
        s.town(h + 0.03)
    if s.chance(0.1):
        s.bridge(h - s.u(0, 0.15))
    if s.chance(0.12):
        s.tree(s.u(0, 1), s.u(0.8, 1.1), s.u(0.5, 1), "palm", 0.8)
    if s.chance(0.1):
        s.blades(1.05, s.u(0.1, 0.5))


def scene_water_close(s):
    s.light_tint = np.ones(3, np.float32) * s.u(0.4, 1)
    s.sky(horizon=0.2)
    s.water(s.u(-1.2, -0.1), kind=s.pick(["sea", "rough", "deep", "lake"]))
    if s.chance(0.3):
        s.rocks(int(s.r.integers(1, 7)), 0.2)
    if s.chance(0.3):
        s.beach(-0.2)
    if s.chance(0.2):
        s.boat(s.u(0.2, 0.6))


def scene_lake(s):
    h = s.u(0.3, 0.6)
    s.sky(horizon=h)
    if s.chance(0.6):
        s.mountains(h)
    if s.chance(0.8):
        s.treeline(h + 0.01, s.u(0.04, 0.3))
    if s.chance(0.2):
        s.town(h + 0.01)
    s.water(h, kind=s.pick(["lake", "mirror", "mirror", "lake", "deep"]))
    if s.chance(0.35):
        s.blades(s.u(0.9, 1.1), s.u(0.1, 0.5))
    if s.chance(0.3):
        s.boat(h)
    if s.chance(0.2):  # pier
        x = s.u(0.2, 0.8)
        s.paint(s.mask_polygon([(x - 0.15, 1.05), (x + 0.25, 1.05), (x + 0.04, h + 0.15), (x, h + 0.15)]), s.shade(s.colour((120, 100, 80), (90, 80, 70)), s.noise(1.8, 0.3, 3), 0.2), "static", 0.6 + 0.3 * YY)
    if s.chance(0.15):
        s.beach(h)


def scene_meadow(s):
    h = s.u(0.15, 0.7)
    s.sky(horizon=h)
    if s.chance(0.4):
        s.mountains(h)
    if s.chance(0.6):
        s.treeline(h + 0.02, s.u(0.03, 0.3))
    s.land(h, s.pick(["lawn", "meadow", "field", "tallgrass", "meadow"]))
    for _ in range(int(s.r.integers(0, 4))):
        y = s.u(h + 0.03, 0.95)
        s.tree(s.u(0, 1), y, s.u(0.15, 0.5) * (0.5 + y), depth=y)
    if s.chance(0.3):
        s.blades(1.05, s.u(0.1, 0.5))
    if s.chance(0.2):
        s.town(h + 0.05)
    if s.chance(0.15):
        s.beasts(h + 0.1)
    if s.chance(0.2):
        s.tufts()
    if s.chance(0.2):
        s.river(h)


def scene_trees(s):
    h = s.u(0.4, 0.85)
    s.sky(horizon=h)
    if s.chance(0.3):
        s.mountains(h, 1)
    s.land(h)
    s.treeline(h + 0.03, s.u(0.15, 0.5))
    for _ in range(int(s.r.integers(1, 5))):
        s.tree(s.u(-0.05, 1.05), s.u(h, 1.05), s.u(0.4, 1.1), depth=s.u(0.5, 0.9))


def scene_stream(s):
    if s.chance(0.5):
        s.forest()
        s.river(s.u(0.2, 0.6))
    else:
        h = s.u(0.1, 0.5)
        s.sky(horizon=h)
        s.mountains(h)
        s.land(h)
        if s.chance(0.6):
            s.treeline(h + 0.05, s.u(0.1, 0.4))
        s.river(h + 0.03)
    if s.chance(0.5):
        s.rocks(int(s.r.integers(3, 14)), 0.5)


def scene_waterfall(s):
    if s.chance(0.4):
        s.sky(horizon=0.4)
    else:
        s.forest()
    n = s.noise(2.4, 2, 1)
    y = s.ridge(s.u(0.3, 0.5), s.u(0.1, 0.4))
    s.paint(smooth(YY - y[None], -0.01, 0.01), s.shade(s.colour((85, 80, 75), (60, 62, 60), (110, 95, 80), (70, 80, 60)) * s.light_tint, n + 0.5 * s.noise(1.2, 2, 2), 0.3), "static", 0.4)
    if s.chance(0.6):
        rgb, m = s.leaf_texture(s.leaf_colour())
        s.paint(smooth(m + 2 * s.noise(3.8, 1, 1), 1.2, 1.6), rgb, "foliage", 0.45, 0.4)
    s.waterfall()
    if s.chance(0.6):
        s.rocks(int(s.r.integers(2, 10)), 0.6)


def scene_city(s):
    h = s.u(0.4, 0.8)
    s.sky(s.pick([None, None, "night", "sunset", "blue"]), horizon=h)
    s.town(h + 0.05)
    s.town(h + 0.15)
    what = s.u()
    if what < 0.4:
        s.land(h + 0.1, s.pick(["road", "road", "soil", "lawn"]))
    elif what < 0.65:
        s.water(h + 0.1, kind=s.pick(["lake", "deep", "sea"]))
        if s.chance(0.4):
            s.boat(h + 0.1)
    else:
        s.town(1.05)
    if s.chance(0.4):
        s.tree(s.u(), s.u(h + 0.1, 1.05), s.u(0.2, 0.7))
    if s.sky_kind in ("night", "sunset", "storm") and s.chance(0.6):
        s.lights()
    if s.chance(0.15):
        s.cloth()


def scene_indoor(s):
    s.static_texture()
    floor = s.u(0.5, 0.95)
    if s.chance(0.7):
        s.paint(smooth(YY - floor, -0.004, 0.004), s.shade(s.any_colour() * s.light_tint, s.noise(s.pick([1.2, 2.4]), 0.3, 3), s.u(0, 0.2)), "static", 0.4 + 0.5 * YY)
    if s.chance(0.2):
        s.crockery()
    if s.chance(0.25):  # window with daylight
        x, y, w, h = s.u(0, 0.7), s.u(0.05, 0.3), s.u(0.15, 0.4), s.u(0.2, 0.45)
        s.paint(s.mask_polygon([(x, y), (x + w, y), (x + w, y + h), (x, y + h)]), s.colour((235, 240, 245), (190, 215, 235), (250, 250, 245)), "static", 0.1)
        s.paint(s.mask_lines([[(x + w / 2, y), (x + w / 2, y + h)], [(x, y + h / 2), (x + w, y + h / 2)]], 2), s.any_colour(), "static", 0.2)
    for _ in range(int(s.r.integers(1, 9))):
        s.thing()
    if s.chance(0.2):
        s.cloth()
    if s.chance(0.2):
        s.lamp()
    if s.chance(0.1):
        s.candle()
    if s.chance(0.15):
        s.leaves_pot()
    if s.chance(0.15):
        s.smoke()


def soft_background(s, draw):
    """Draws a whole scene and blurs it: out of focus, so it is labelled as unmoving when it is very soft."""
    draw(s)
    blur = s.u(0.5, 6)
    s.rgb = cv2.GaussianBlur(s.rgb, (0, 0), blur)
    if blur > 3.0:
        s.label[:], s.sway[:], s.flow[:] = 0, 0, 0


def scene_portrait(s):
    what = s.u()
    if what < 0.4:
        s.static_texture()
    elif what < 0.55:
        s.blurred_backdrop()
    elif what < 0.85:
        soft_background(s, s.pick([scene_meadow, scene_trees, scene_city, scene_sea, scene_indoor]))
    else:
        s.pick([scene_sea, scene_meadow, scene_city])(s)
    for _ in range(s.pick([1, 1, 1, 2, 3])):
        s.person()


def scene_people(s):
    ground = s.pick([scene_meadow, scene_city, scene_sea, scene_mountains, scene_street, scene_static, scene_indoor, scene_snow])
    ground(s)
    s.people()


def scene_animal(s):
    what = s.u()
    if what < 0.15:
        s.static_texture()
    elif what < 0.3:
        s.blurred_backdrop()
    elif what < 0.5:
        soft_background(s, s.pick([scene_meadow, scene_trees, scene_mountains, Scene.forest]))
    elif what < 0.6:
        s.pick([scene_sea, scene_snow, scene_lake])(s)
    elif what < 0.8:  # the ground fills the frame
        s.sky(horizon=0.2)
        s.land(s.u(-0.6, 0.15))
        if s.chance(0.4):
            s.rocks(int(s.u(1, 8)), 0.1)
        if s.chance(0.4):
            s.bush(h=s.u(0.2, 0.6))
    else:
        s.pick([scene_meadow, scene_trees, Scene.forest])(s)
    what = s.u()
    if what < 0.72:
        s.beasts(s.u(0.55, 0.85))
    elif what < 0.86:
        s.animal() if s.chance(0.5) else s.animal_face()
    else:
        s.fur()
    if s.chance(0.2):
        s.tufts()


def scene_flying(s):
    s.sky(horizon=s.u(0.8, 1.3)) if s.chance(0.7) else scene_sea(s)
    if s.real("flyer"):
        for _ in range(s.pick([1, 1, 1, 2, 4])):
            h = s.u(0.06, 0.5)
            s.paste(["flyer"], s.u(0.1, 0.9), s.u(0.2, 0.7) + h / 2, h, 0.5, s.u(-0.4, 0.4), False)
    else:
        s.birds()


def scene_still_life(s):
    """Fruit, tools, instruments or vehicles on a table or floor."""
    s.static_texture()
    table = s.u(-0.2, 0.8)
    if s.chance(0.7):
        drawn = s.shade(s.any_colour() * s.light_tint, s.noise(s.pick([1.2, 2.4]), 0.5, 3), s.u(0, 0.2))
        s.paint(smooth(YY - table, -0.004, 0.004), s.surface(drawn, ["wood", "wood", "fabric", "concrete"], 0.7, s.ground_warp(table - 0.3), s.u(0.5, 3)), "static", 0.4 + 0.5 * YY)
    if s.chance(0.3):
        s.crockery()
    group = s.pick([["food"], ["food"], ["object"], ["object", "food"], ["flower"]])
    if s.real(*group):
        for base in sorted(s.u(max(0.35, table), 1.1) for _ in range(s.pick([1, 1, 2, 3, 5, 8]))):
            s.paste(group, s.u(0.1, 0.9), base, s.u(0.1, 0.6), 0.5 + 0.3 * base, s.u(-0.6, 0.6), name="static")
    else:
        for _ in range(int(s.u(1, 7))):
            s.thing()
    if s.chance(0.2):
        s.smoke()
    if s.chance(0.1):
        s.leaves_pot()


def scene_street(s):
    """Vehicles and street furniture before houses."""
    h = s.u(0.3, 0.6)
    s.sky(horizon=h)
    s.town(h + 0.1) if s.chance(0.7) else s.facade()
    if s.chance(0.4):
        s.treeline(h + 0.08, s.u(0.1, 0.3))
    s.land(h + 0.08, s.pick(["road", "road", "soil", "gravel", "lawn", "sand"]))
    if s.real("vehicle", "street"):
        for base in sorted(s.u(h + 0.15, 1.05) for _ in range(s.pick([0, 1, 1, 2, 3]))):
            s.paste(s.pick([["vehicle"], ["vehicle"], ["street"]]), s.u(0.1, 0.9), base, s.u(0.1, 0.35) * (0.4 + base), 0.3 + 0.5 * base, s.u(-0.03, 0.03))
    if s.chance(0.4):
        s.masts() if s.chance(0.6) else s.cables()
    if s.chance(0.4):
        s.people()
    if s.chance(0.2):
        s.tree(s.u(), s.u(h + 0.1, 1.05), s.u(0.3, 0.8))


def scene_landmark(s):
    """A building that fills much of the frame, often with trees beside it."""
    if s.chance(0.2):
        s.sky(horizon=s.u(0.5, 1))
        s.facade()
    else:
        h = s.u(0.5, 0.95)
        s.sky(horizon=h)
        if s.chance(0.3):
            s.mountains(h, 1)
        if s.chance(0.4):
            s.treeline(h + 0.02, s.u(0.1, 0.35))
        if s.chance(0.3):
            s.town(h + 0.05)
        s.landmark(h)
        if s.chance(0.2):
            s.landmark(h + 0.1, s.u(0.2, 0.6))
        s.water(h - 0.01, kind=s.pick(["lake", "mirror", "sea"])) if s.chance(0.25) else s.land(h - 0.01)
    for _ in range(s.pick([0, 0, 1, 2, 3])):
        s.bush() if s.chance(0.5) else s.tree(s.u(-0.1, 1.1), s.u(0.8, 1.1), s.u(0.3, 0.9))
    if s.chance(0.15):
        s.branches()
    if s.chance(0.2):
        s.people()


def scene_snow(s):
    h = s.u(0.2, 0.7)
    s.sky(s.pick(["white", "grey", "blue", "deep", "haze", "pink", "dawn", "night"]), horizon=h)
    if s.chance(0.5):
        s.mountains(h)
    s.land(h, "snow")
    for _ in range(int(s.u(0, 7))):
        b = s.u(h + 0.02, 1.05)
        s.tree(s.u(-0.05, 1.05), b, s.u(0.15, 0.6) * (0.4 + b), s.pick(["conifer", "conifer", "bare", "bare", None]), b)
    if s.chance(0.3):
        s.town(h + 0.08)
    if s.chance(0.3):
        s.rocks(int(s.u(1, 6)), h + 0.1)
    if s.chance(0.35):  # snow lies on whatever faces up
        white = smooth(s.noise(2.4, 1.5, 1.5), s.u(-0.5, 1), 1.5) * (s.label != 1)
        s.rgb += (0.8 * white)[..., None] * (0.93 * np.maximum(s.light_tint, 0.3) - s.rgb)
    if s.chance(0.2):  # falling
        flakes = s.r.random((SIZE, SIZE)) > s.u(0.97, 0.995)
        s.rgb += cv2.GaussianBlur(flakes.astype(np.float32), (0, 0), s.u(0.4, 1.0))[..., None] * s.u(1, 2.5) * (1 - s.rgb)


def scene_autumn(s):
    """Bare, yellow and red trees, near and large, before bright sky or each other."""
    h = s.u(0.5, 0.95)
    s.sky(horizon=h)
    s.land(h)
    if s.chance(0.5):
        s.treeline(h + 0.02, s.u(0.1, 0.4))
    for _ in range(int(s.u(1, 5))):
        s.tree(s.u(-0.05, 1.05), s.u(h, 1.1), s.u(0.5, 1.2), s.pick(["bare", "bare", None, None, "round"]), s.u(0.5, 0.9))
    if s.chance(0.3):
        s.tufts()


def scene_thin(s):
    """Thin things before a sky or water: branches, masts, cables, reeds."""
    s.pick([scene_sky, scene_sea, scene_lake, scene_sky, scene_mountains])(s)
    for _ in range(s.pick([1, 1, 2])):
        s.pick([s.masts, s.masts, s.cables, s.branches, s.blades, lambda: s.tree(s.u(), s.u(0.9, 1.3), s.u(0.6, 1.4), "bare")])()


def scene_underwater(s):
    """Fish over rock and sand in blue or green haze: only the fish float."""
    s.static_texture()
    if s.chance(0.7):
        s.light_tint = np.ones(3, np.float32)
        s.land(s.u(-1.0, -0.2), s.pick(["rock", "sand", "gravel"]))
        s.rocks(int(s.u(0, 9)), 0.3, 1.1, (0.05, 0.3))
    haze = s.colour((20, 80, 130), (30, 110, 120), (10, 50, 90), (60, 130, 140))
    t = (s.u(0.3, 0.8) + 0.3 * s.noise(3.8, 1, 1))[..., None]
    s.rgb = np.clip(s.rgb * (1 - t) + haze * t, 0, 1)
    s.light_tint = 0.4 + haze
    for _ in range(int(s.u(1, 7))):
        h = s.u(0.08, 0.45)
        s.paste(["fish"], s.u(0.1, 0.9), s.u(0.2, 0.9) + h / 2, h, 0.6, s.u(-0.4, 0.4), False) if s.real("fish") else s.boat(0.3)


def scene_cloth(s):
    if s.chance(0.6):
        s.sky(horizon=s.u(0.6, 1.2))
        if s.chance(0.6):
            s.town(s.u(0.8, 1.05))
    else:
        s.static_texture()
    s.cloth()


def scene_fire(s):
    if s.chance(0.5):
        s.sky("night", horizon=0.6)
        s.land(s.u(0.5, 0.75), s.pick(["soil", "sand", "rock"]))
        if s.chance(0.5):
            s.treeline(0.65, s.u(0.1, 0.3))
    else:
        s.static_texture()
        s.rgb *= s.u(0.1, 0.6)
    s.fire() if s.chance(0.75) else s.candle()
    if s.chance(0.3):
        s.smoke()


def scene_balloons(s):
    h = s.u(0.5, 1.0)
    s.sky(horizon=h)
    s.mountains(h)
    if s.chance(0.5):
        s.land(h)
    s.balloons() if s.chance(0.6) else s.birds()


def scene_static(s):
    s.static_texture()
    for _ in range(int(s.r.integers(0, 5))):
        s.thing()


def scene_night(s):
    s.static_texture()
    s.rgb *= s.u(0.05, 0.5)
    if s.chance(0.4):
        s.town(1.05)
    s.lights() if s.chance(0.5) else s.window_lights()


def scene_night_city(s):
    """Lit towns under a dark sky, mirrored in water or along a street; traffic and lamps."""
    h = s.u(0.3, 0.75)
    s.sky(s.pick(["night", "night", "sunset", "storm"]), horizon=h)
    for _ in range(int(s.u(1, 4))):
        s.town(h + s.u(0, 0.1))
    s.rgb *= s.u(0.3, 0.9)
    s.window_lights()
    what = s.u()
    if what < 0.45:
        s.water(h + 0.08, kind=s.pick(["lake", "mirror", "deep"]))
    elif what < 0.8:
        s.land(h + 0.1, s.pick(["road", "soil", "gravel"]))
        for _ in range(int(s.u(0, 4))):
            s.lamp()
    if s.chance(0.3):
        s.lights()
    if s.chance(0.15):
        s.bridge(h + s.u(-0.1, 0.1))
    if s.chance(0.2):
        s.people()


def scene_harbour(s):
    """Boats near and far on calm or rough water."""
    h = s.u(0.1, 0.55)
    s.sky(horizon=h)
    if s.chance(0.6):
        s.pick([lambda: s.town(h + 0.04), lambda: s.mountains(h, 1), lambda: s.treeline(h + 0.01, s.u(0.05, 0.25))])()
    s.water(h, kind=s.pick(["sea", "lake", "mirror", "rough", "deep"]))
    for _ in range(int(s.u(1, 7))):
        s.boat(h)
    if s.chance(0.25):
        s.masts()
    if s.chance(0.2):
        s.beach(h)
    if s.chance(0.2):
        s.figure()


def scene_misty(s):
    """Water, woods or hills that fade into haze."""
    s.pick([scene_lake, scene_mountains, scene_lake, scene_trees, scene_meadow])(s)
    s.haze()
    s.haze()
    if s.chance(0.5):
        s.smoke()


TEMPLATES = [
    ("sky", scene_sky, 8), ("mountains", scene_mountains, 12), ("sea", scene_sea, 13), ("waterClose", scene_water_close, 4), ("lake", scene_lake, 9),
    ("meadow", scene_meadow, 11), ("trees", scene_trees, 8), ("forest", Scene.forest, 6), ("stream", scene_stream, 7), ("waterfall", scene_waterfall, 4),
    ("city", scene_city, 6), ("indoor", scene_indoor, 6), ("portrait", scene_portrait, 9), ("people", scene_people, 6), ("animal", scene_animal, 14), ("flowers", Scene.flowers, 7),
    ("leavesClose", Scene.leaves_close, 3), ("cloth", scene_cloth, 9), ("fire", scene_fire, 4), ("balloons", scene_balloons, 3), ("static", scene_static, 6), ("night", scene_night, 3), ("nightCity", scene_night_city, 3), ("harbour", scene_harbour, 5), ("misty", scene_misty, 3),
    ("stillLife", scene_still_life, 6), ("street", scene_street, 6), ("landmark", scene_landmark, 9), ("snow", scene_snow, 4), ("autumn", scene_autumn, 5), ("thin", scene_thin, 5), ("flying", scene_flying, 3), ("underwater", scene_underwater, 2),
]
WEIGHTS = np.array([t[2] for t in TEMPLATES], float)
WEIGHTS /= WEIGHTS.sum()
