"""The renderer of the motion engine as torch modules: `Prepare` (once per clip) and `Frame` (once per frame).

Coordinates are those of GridSample with align_corners=False: x and y run from -1 to 1 over the picture's edges.
Displacements are kept in these units; motion fields arrive in units of sqrt(width * height).
Two sheets are moved separately and composed, so that a skyline never smears and a mast stays whole:
  still  the photo, moved by the camera and by the sway of anchored things
  layer  sky, water, smoke and fire, F; continued behind what stands in front of them, moved by their own flow and waves
A pixel is Y(s) + M(s) * (F(r) - F(s)) at the still position s and the layer's position r: exactly the photo where they agree.
`Frame` puts out positions on a coarse grid; worker/vision/compose.ts moves the pixels.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from afloat import afloat
from lines import ALL_ALONG, FAINT, LYING, UPRIGHT, along_lines, crispness, level_lines, masts, right_angles, straight_edges
from maps import box, gaussian, guided, pull_push, ramps, resize, sample, smooth_step, widest
from rest import at_borders
from strain import limit_strain, unfolded
from thin import thin_things
from waves import LEVEL_GAIN, LEVEL_GAIN_ALL, TYPICAL_BREATH, breathing, evened, in_phase, leveled, liveliness, ripples, sized

CLASSES = ["static", "sky", "sea", "river", "foliage", "grass", "cloth", "fire", "smoke", "hair", "body", "floating", "light"]
AIR = [CLASSES.index(c) for c in ("sky", "smoke")]
WATER = [CLASSES.index(c) for c in ("sea", "river")]
FIRE = [CLASSES.index("fire")]
TALL = [CLASSES.index(c) for c in ("foliage",)]
SWAYING = [CLASSES.index(c) for c in ("grass", "cloth", "hair")]
HAIR = CLASSES.index("hair")
CLOTH = CLASSES.index("cloth")
FLOATING = [CLASSES.index("floating")]
BODY = CLASSES.index("body")
LIGHT = CLASSES.index("light")
RIVER = CLASSES.index("river")
SMOKE = CLASSES.index("smoke")
FREQUENCIES = 3
TYPICAL_FLOW, TYPICAL_WAVE, TYPICAL_SWAY = 0.045, 0.0055, 0.0075  # shares of the frame for a strength of 1, before the swing's own factor
PLEATED, AFLOAT = 0.5, 0.7  # share of the straight edges of cloth, and of boats, that need not rest
AT_ONCE = 0.25  # share of its swing that a boat loses: what moves as a whole is seen sooner than what bends
CLOSE_UP = 0.3  # share of its breathing that a body loses by filling the picture
CREST_LIGHT = 3.0  # change of brightness per displacement of the water's surface, in half heights of the picture
# shares of the frame: a copy of the layer that went further is faded out and starts anew; clouds are whole pictures, falling water is texture
MAX_TRAVEL_AIR, MAX_TRAVEL_WATER = 0.22, 0.1
# limits of the norm of the displacement's gradient, of each swing by itself: above them, stems and trunks look like jelly
FOLD_LAYER, FOLD_STILL = (0.36, 0.24, 0.18), (0.45, 0.33, 0.24)
MAX_STRAIN_FLOW = 0.5  # ... of the way that a copy of the layer goes before it starts anew
SPARKLE, SPARKS = 0.35, (31.0, 47.0)  # change of brightness of glints on water, and how it differs from place to place, radians per half of the picture
FELT, FELT_FLOW = 0.65, 0.65  # powers of the strength that was said: what is gentle is still seen, what is strong stays within its limits
SHORE = 6  # proxy pixels
MOST_GLITTER = 0.02  # mean over the picture of how much lamps flicker: a wall of lights that all go on and off is a flashlight
BLOWN_OUT = 0.7  # share of its flicker that a wide white patch loses: darkened, it would be seen to be empty
FILL_LEVELS = 6  # the layer is continued from what is within 2 to this power pixels, further away from what the proxy shows
HARD = (0.03, 0.08)  # brightness against its surroundings
CALMING = 4.0  # proxy pixels over which a current comes to rest before such water
WATERISH, ALIKE = (0.1, 0.3), (16.0, 40.0)  # probability of water, and levels of brightness and colours together, for what may be more of it
GROUND = 0.2  # share of the depth that is just the height in the picture: most stand on ground, and no picture is flat
RELIEF_BLUR = 14.0  # proxy pixels: what bends over a shorter way bends straight edges
MOST_NAMED = 5


def above_horizon(air):
    """How fast clouds go, which are all about equally high: 1 at the top of the picture, little where the air [1, 1, h, w] ends below."""
    rows = (ramps(air)[1] + 1) / 2
    lowest = (rows * (air.amax(3, keepdim=True) > 0.5)).amax(2, keepdim=True).clamp(min=0.15)
    return 0.25 + 0.85 * ((lowest - rows) / lowest).clamp(0, 1).expand_as(air)


def limited(red, luma, blue):
    """Y, U, V of BT.709 in limited range (16..235, 16..240), not rounded."""
    return torch.cat([16 + 219 * luma, 128 + (224 / 1.8556) * (blue - luma), 128 + (224 / 1.5748) * (red - luma)], 1)


class Prepare(nn.Module):
    """Photo and networks' output → everything a frame needs; see the module's docstring."""

    def forward(self, photo, proxy, field, segmentation, depth, sway, decode, strength, swing, reach, drift):
        # photo u8 [H, W, 3]; proxy f32 [1, 3, h, w]; field f32 [1, 15, 32, 32]; segmentation [1, 13, 64, 64]; depth, sway [1, 1, 64, 64]
        # decode f32 [4]: velocity scale, oscillation scale, flicker scale, dead zone; strength f32 [13]: how much each class was asked to move, 1 normally
        # swing f32 [1]: amplitude of the oscillation; reach f32 [1]: how many times the field's flow the clip covers
        # drift f32 [2]: direction that was said, x right and y down, or zero
        rgb = photo.permute(2, 0, 1).unsqueeze(0).float() * (1 / 255)
        r, g, b = rgb[:, 0:1], rgb[:, 1:2], rgb[:, 2:3]
        luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
        yuv = limited(r, luma, b)
        height, width = luma.shape[-2], luma.shape[-1]
        h_f, w_f = torch.as_tensor(height).float(), torch.as_tensor(width).float()
        side = (h_f * w_f).sqrt()
        unit = torch.stack([side / w_f, side / h_f]).view(1, 2, 1, 1) * 2  # picture units → grid units

        # 1 fields: from companded to grid units
        scale = torch.cat([decode[0:1].expand(2), decode[1:2].expand(4 * FREQUENCIES), decode[2:3]]).view(1, -1, 1, 1)
        magnitude = (field.abs() - decode[3]).clamp(min=0)
        field = scale * field.sign() * magnitude * magnitude
        field = resize(field, segmentation)
        velocity = field[:, 0:2] * reach
        waves = in_phase(field[:, 2:2 + 4 * FREQUENCIES], segmentation) * swing
        flicker = field[:, -1:]
        allowed = segmentation * smooth_step(strength, 0.05, 0.3).view(1, -1, 1, 1)
        most = torch.where((strength > 0.05).float().sum() > MOST_NAMED + 0.5, LEVEL_GAIN_ALL, LEVEL_GAIN[1])
        strength = (strength + 1e-6) ** FELT

        # 2 who is where, on the proxy: probabilities follow the picture's edges
        groups = [segmentation[:, AIR].sum(1, keepdim=True), segmentation[:, WATER].sum(1, keepdim=True), segmentation[:, FIRE].sum(1, keepdim=True)]
        smoke = segmentation[:, SMOKE:SMOKE + 1] / (groups[0] + 1e-4)
        inert = segmentation[:, 0:1] + segmentation[:, LIGHT:LIGHT + 1]
        p_luma = 0.2126 * proxy[:, 0:1] + 0.7152 * proxy[:, 1:2] + 0.0722 * proxy[:, 2:3]
        guide = torch.cat([p_luma, 0.7 * (proxy[:, 2:3] - proxy[:, 0:1])], 1)
        anchored = allowed[:, [*TALL, *SWAYING, *FLOATING, BODY]].sum(1, keepdim=True)
        probabilities = resize(torch.cat([*groups, inert, anchored], 1), proxy)
        a0, a1, b0 = guided(probabilities, guide, 7, 1e-3)
        sharp = (a0 * guide[:, 0:1] + a1 * guide[:, 1:2] + b0).clamp(0, 1)
        air, water, fire, fixed, anchored = (sharp[:, k:k + 1] for k in range(5))

        # 3 the layer's mask at full resolution, without thin things that stand in front of the air
        full_guide = torch.cat([luma, 0.7 * (b - r)], 1)
        mask = (resize(a0[:, 0:3], luma) * full_guide[:, 0:1] + resize(a1[:, 0:3], luma) * full_guide[:, 1:2] + resize(b0[:, 0:3], luma))
        air_full = mask[:, 0:1]
        # a sharp border where the photo has an edge; haze that merely thins out ends as softly as it looks
        steps = widest((p_luma - box(p_luma, 2)).abs(), 3)
        soft = resize(gaussian(1 - smooth_step(steps, 0.012, 0.035), 2.0, 2.0), luma)
        mask = smooth_step(mask.sum(1, keepdim=True), 0.38 - 0.3 * soft, 0.58 + 0.3 * soft)
        middles, straight = straight_edges(p_luma)
        faint_middles, faint = straight_edges(p_luma, FAINT, (0.4, 0.6))
        # waves are full of faint lines, and made of bends; so are skirts, manes and boats that were asked to move
        bending = resize(allowed[:, [*SWAYING, *FLOATING, BODY]].sum(1, keepdim=True), proxy)
        firm_ground = torch.minimum(widest(1 - smooth_step(water, 0.6, 0.9), SHORE), 1 - smooth_step(bending, 0.3, 0.6))
        shown = (air + water + fire).clamp(0, 1)
        # masts and ropes before the layer hardly have a step
        open_layer = smooth_step(shown, 0.4, 0.7)
        faint = torch.maximum(straight, torch.maximum(faint * F.max_pool2d(firm_ground, 2, 2), masts(p_luma) * F.max_pool2d(open_layer, 2, 2)))
        slender = thin_things(proxy, air, 1 - smooth_step(shown, 0.3, 0.5), resize(smoke, proxy))
        # where they are is known on the proxy, their exact outline from how far a pixel is from the air behind it
        p_sure = smooth_step(shown, 0.6, 0.8)
        p_sure = -widest(-p_sure, 2) * (1 - smooth_step(widest(slender, 2), 0.2, 0.5)) + 1e-3 * shown + 1e-5  # never nothing to go by
        p_yuv = limited(proxy[:, 0:1], p_luma, proxy[:, 2:3])
        behind = pull_push(p_yuv, p_sure, 7)
        away = (yuv - resize(behind, yuv)).abs()
        away = away[:, 0:1] + away[:, 1:2] + away[:, 2:3]
        thin = smooth_step(resize(widest(slender, 1), luma), 0.15, 0.5) * smooth_step(away, 8.0, 24.0) * smooth_step(air_full, 0.1, 0.3)
        thin = F.max_pool2d(thin, 3, 1, 1)
        mask = mask * (1 - thin)

        # 4 the layer, continued behind what stands in front of it
        sure = smooth_step(mask, 0.5, 0.9)
        sure = -F.max_pool2d(-sure, 5, 1, 2)
        filled = pull_push(yuv, sure, FILL_LEVELS, floor=behind)
        # water goes on as itself where the networks saw less of it than there is
        coarse = lambda x: F.avg_pool2d(x, 4, 4, ceil_mode=True, count_include_pad=False)
        unlike = (gaussian(coarse(yuv), 2.0, 2.0) - coarse(filled)).abs().sum(1, keepdim=True)
        # a branch or an oar before it is none of it
        bare = gaussian(1 - widest(straight.amax(1, keepdim=True), 3), 1.0, 1.0)
        more = (1 - smooth_step(unlike, *ALIKE)) * resize(smooth_step(water, *WATERISH), unlike) * resize(bare, unlike)
        more = resize(more, luma) * (1 - sure)
        filled = filled + more * (yuv - filled)
        # ... and comes to rest before it: foam that moves over foam that rests is seen twice
        open_water = box(resize(coarse(more * (1 - mask)), proxy), 2)
        at_rest = gaussian(widest(smooth_step(open_water, 0.2, 0.5), 2), CALMING, CALMING) * smooth_step(water, 0.05, 0.1)

        # 5 words win over what was sampled: flows go where they were told to
        told = (drift * drift).sum() > 0.25
        speed = velocity.square().sum(1, keepdim=True).sqrt()
        velocity = torch.where(told, 0.9 * speed * drift.view(1, 2, 1, 1) + 0.1 * velocity, velocity)

        # 6 the layer's own motion: each group's continued over the others, then chosen by the sharp masks
        flow, wave_layer, total, usual_layer, lively, waving = 0, 0, 1e-4, 0, 0, 0 * air
        near = 0.5 + 0.8 * depth
        pace = smoke + (1 - smoke) * above_horizon(groups[0])
        river = segmentation[:, RIVER:RIVER + 1] / (groups[1] + 1e-4)
        river = torch.maximum(river, 0.9 * told.float())  # water that is told where to go goes there, whatever it is
        # waves come to rest before what stands in them, and before the horizon: a hull or a quay is straight
        offshore = gaussian(-widest(-smooth_step(water, 0.4, 0.8), SHORE), 0.5 * SHORE, 0.5 * SHORE)
        for members, group, where, blur, typical_flow, typical_wave in (
            (AIR, groups[0], air, 3.0, TYPICAL_FLOW * pace, 0.55 * TYPICAL_WAVE * smoke),
            (WATER, groups[1], water, 1.0, TYPICAL_FLOW * near * river, TYPICAL_WAVE * near * (1 - river * (0.4 + 0.4 * told.float()))),  # ripples must not hide which way a river runs
            (FIRE, groups[2], fire, 1.0, torch.full_like(depth, 0.3 * TYPICAL_FLOW), torch.full_like(depth, TYPICAL_WAVE)),
        ):
            asked = strength[members].amax()
            known = smooth_step(group, 0.35, 0.8)
            free = allowed[:, members].sum(1, keepdim=True) / (group + 1e-4)
            drawn = velocity * pace if members is AIR else velocity
            moving = torch.cat([evened(drawn, known, typical_flow * asked ** (FELT_FLOW / FELT) * reach), evened(waves, known, typical_wave * asked * swing), free], 1)
            extended = gaussian(pull_push(moving, known, 6), blur, blur)
            extended = resize(extended, proxy)
            if members is WATER:
                extended = torch.cat([extended[:, 0:2], ripples(extended[:, 2:-1], groups[1]) * offshore, extended[:, -1:]], 1)
            share = where + 0.002 * resize(gaussian(group, 3.0, 3.0), proxy)
            typical = resize(typical_wave + 0.05 * TYPICAL_WAVE, proxy) * asked * swing + 1e-5
            free = extended[:, -1:]
            level = leveled(extended[:, 2:-1] / typical, where * free, most)
            usual_layer, waving = usual_layer + typical * share, torch.maximum(waving, where * free)
            # far water moves less, but its waves are shorter: it may bend as much as near water
            lively = lively + share * liveliness(resize(typical_wave / (near.clamp(max=1) if members is WATER else 1), proxy) * asked * swing, TYPICAL_WAVE)
            extended = torch.cat([extended[:, 0:2], extended[:, 2:-1] * level], 1) * (free * share)
            flow = flow + extended[:, 0:2]
            wave_layer = wave_layer + extended[:, 2:]
            total = total + share
        flow, wave_layer = flow / total, wave_layer / total

        # 7 sway of anchored things: coherent along trunks, zero at anchors, none on what is inert or built
        anchor = (0.3 + sway * 1.4).clamp(0, 1)
        swaying, mix, usual, rocking, adrift = 0, 0.02, 1e-6, 0, 0
        for members, blur, leaves, lift in ((TALL, (12.0, 3.5), 0.2, 0.5), (FLOATING, (4.0, 4.0), 0.5, 1.0), (SWAYING, (2.0, 2.0), 0.6, 1.0)):
            known = segmentation[:, members].sum(1, keepdim=True)
            free = allowed[:, members].sum(1, keepdim=True)
            typical = TYPICAL_SWAY * strength[members].amax() * swing
            # the two slow swings bend a whole trunk in one phase, the quick one is that of twigs and blades
            slow = gaussian(waves[:, 0:8] * free, *blur) / (gaussian(known, *blur) + 0.05)
            quick = gaussian(waves[:, 8:12] * free, 2.5, 1.8) / (gaussian(known, 2.5, 1.8) + 0.05)
            slow = evened(slow, known, typical + 0 * known)
            rooted = gaussian(anchor * known, 3.0, 3.0) / (gaussian(known, 3.0, 3.0) + 0.02)
            quick = quick * (leaves * typical / (quick.square().sum(1, keepdim=True).sqrt() + 1e-5)).clamp(max=1)
            upright = torch.tensor([1.0, lift]).repeat(2 * FREQUENCIES).view(1, -1, 1, 1)
            asked_for = gaussian(free, 1.5, 1.5) / (gaussian(known, 1.5, 1.5) + 0.05)
            coherent = torch.cat([slow, quick], 1) * upright * rooted * asked_for
            weight = gaussian(known, 1.0, 1.0)
            swaying = swaying + coherent * weight
            mix = mix + weight
            usual = usual + typical * gaussian(free, 1.0, 1.0)
            rocking, adrift = (coherent, free) if members is FLOATING else (rocking, adrift)
        body, free = segmentation[:, BODY:BODY + 1], allowed[:, BODY:BODY + 1]
        weight = gaussian(body, 2.0, 2.0)
        # who fills the picture breathes less: it would look like a camera that moves
        breaths = strength[BODY] * (1 - CLOSE_UP * smooth_step(body.mean(), 0.6, 0.85)) * swing
        breath = breathing(waves, body, (0.35 + 0.65 * sway) * breaths) * gaussian(free, 2.0, 2.0) / (weight + 0.05)
        swaying, mix = swaying + breath * weight, mix + weight
        built = resize(right_angles(middles), proxy)
        # a mast, a leg or a stick stays straight, whatever moves behind it; so do a far shore, and a hull or a quay beside the water
        upright = widest(straight[:, UPRIGHT].amax(1, keepdim=True), 2)
        ashore = F.max_pool2d(widest(1 - shown, SHORE + 4), 2, 2) > 0.5
        hulls = widest(straight[:, LYING].amax(1, keepdim=True) * ashore.float(), 2)
        # what lies in the midst of water is a ripple, not a shore
        shores = F.max_pool2d(widest(1 - smooth_step(water, 0.4, 0.8), SHORE + 4), 2, 2)
        # ... unless it goes on all along: the rim of a basin; and what goes straight on through steam is a railing
        hard = F.max_pool2d(smooth_step(steps, *HARD), 2, 2)
        rims = level_lines(middles, ALL_ALONG) * hard
        level = torch.maximum(level_lines(faint_middles) * shores, rims)
        rims = torch.maximum(rims, level_lines(middles) * hard)
        hard = straight.amax(1, keepdim=True) * torch.maximum(hard, F.max_pool2d(crispness(p_luma), 2, 2))
        rims, hard = resize(rims, proxy), resize(hard, proxy)
        standing = resize(gaussian(torch.maximum(torch.maximum(upright, hulls), level), 1.0, 1.0), proxy)
        usual = usual + TYPICAL_BREATH * breaths * gaussian(free, 1.0, 1.0)
        usual = resize(usual / (gaussian(allowed[:, [*TALL, *SWAYING, *FLOATING, BODY]].sum(1, keepdim=True), 1.0, 1.0) + 0.02), proxy)
        # what was not asked to move, and is no layer with a motion of its own, holds still
        held = torch.maximum(1 - anchored - shown, fixed).clamp(0, 1)
        # strands of hair are straight edges too, and nobody means those; so are many pleats, and a boat rocks with all its edges
        pleats = allowed[:, HAIR:HAIR + 1] + PLEATED * allowed[:, CLOTH:CLOTH + 1] + AFLOAT * allowed[:, FLOATING].sum(1, keepdim=True)
        firm = 1 - resize(gaussian(smooth_step(pleats, 0.2, 0.5) * pleats.clamp(max=1), 1.0, 1.0), proxy)
        stiff = resize(gaussian(torch.maximum(0.9 * upright, level), 1.0, 1.0), proxy)
        loose = (1 - smooth_step(held, 0.35, 0.7)) * (1 - built * firm) * (1 - stiff * firm)
        wave_still = resize(swaying / mix, proxy) * gaussian(-widest(-gaussian(loose, 1.0, 1.0), 3), 2.0, 2.0)
        every = allowed[:, [*TALL, *SWAYING, *FLOATING, BODY]].sum(1, keepdim=True)
        wave_still, hulls = afloat(wave_still, rocking, torch.cat([adrift, every], 1), anchored, held)

        # 8 limits: no folds, no jelly, nothing moves at the border; picture units → grid units
        unit_waves = unit.repeat(1, 2 * FREQUENCIES, 1, 1)
        nx, ny = ramps(proxy)
        border = smooth_step(torch.maximum(nx.abs(), ny.abs()), 0.9, 0.995)
        asked = torch.stack([strength[AIR].amax(), strength[WATER].amax()])
        flow, wave_layer = at_borders(flow, wave_layer, resize(coarse(mask), proxy), resize(coarse(soft), proxy), air * resize(smoke, proxy), water, asked, hard, rims)
        flow = gaussian(flow * (1 - at_rest), 2.0, 2.0) * unit
        # a dock stays straight, whatever it was taken for
        wave_layer = wave_layer * (1 - torch.maximum(built, standing)) * (1 - border) * unit_waves
        wave_layer = sized(wave_layer, unit_waves * (usual_layer / total + 1e-5), lively / total, smooth_step(waving, 0.3, 0.6), most, FOLD_LAYER, 4, 4)
        wave_still = gaussian(wave_still, 2.0, 2.0) * (1 - border) * unit_waves
        wave_still = sized(wave_still, unit_waves * (usual * (1 - AT_ONCE * hulls) + 1e-5), liveliness(usual, TYPICAL_SWAY), torch.maximum(smooth_step(anchored * loose, 0.3, 0.6), hulls), most, FOLD_STILL, 8, 6)

        # 9 light: fire everywhere, lamps and glints on water where they are bright
        white = smooth_step(p_luma, 0.75, 0.95)
        bright = (smooth_step(p_luma - box(p_luma, 12), 0.02, 0.2) + white).clamp(max=1)
        lamps = bright * (1 - BLOWN_OUT * smooth_step(box(white, 6), 0.4, 0.8))
        lit = resize(flicker * allowed[:, FIRE].sum(1, keepdim=True), proxy) * fire
        glitter = (2.5 * resize(flicker * allowed[:, LIGHT:LIGHT + 1], proxy)).clamp(-0.45, 0.45) * lamps
        lit = lit + glitter * (MOST_GLITTER / (glitter.abs().mean() + 1e-6)).clamp(max=1)
        lit = lit + (1.5 * resize(flicker * allowed[:, WATER].sum(1, keepdim=True), proxy)).clamp(-0.35, 0.35) * bright
        # who asks for sparkling gets lights that come and go out of step
        nx, ny = ramps(proxy)
        # glints hide what they lie on: water all around is enough
        glinting = smooth_step(widest(allowed[:, WATER].sum(1, keepdim=True), 4), 0.2, 0.5)
        sparkle = SPARKLE * strength[LIGHT] * resize(glinting, proxy) * torch.sin(SPARKS[0] * nx + SPARKS[1] * ny)
        lit = lit + sparkle.clamp(-0.3, 0.3) * torch.maximum(bright, smooth_step(p_luma - box(p_luma, 4), 0.02, 0.1))
        lit = gaussian(lit, 1.5, 1.5)
        # the sides of waves turned to the light: what shows on water too smooth for its displacement to be seen
        crests = gaussian(-widest(-resize(mask, proxy) * water, 3), 1.5, 1.5) * offshore

        # 10 depth without steps, so that parallax bends and never tears
        d0, d1, db = guided(resize(depth, proxy), guide, 10, 4e-3)
        relief = gaussian((d0 * guide[:, 0:1] + d1 * guide[:, 1:2] + db).clamp(0, 1), RELIEF_BLUR, RELIEF_BLUR)
        relief = (1 - GROUND) * relief + GROUND * 0.5 * (ny + 1)

        # 11 how much moves, in picture units, for the caller to judge
        travels = torch.maximum(peak(flow / unit, air) / MAX_TRAVEL_AIR, peak(flow / unit, (water + fire).clamp(0, 1)) / MAX_TRAVEL_WATER)
        cycles = travels.ceil().clamp(min=1)
        flow = limit_strain(flow, MAX_STRAIN_FLOW * cycles)
        flow_peak = peak(flow / unit, shown)
        activity = torch.stack([cycles, flow_peak, peak(wave_layer / unit_waves, shown), peak(wave_still / unit_waves, torch.ones_like(shown)), box(lit, 2).amax()])
        lit = torch.cat([lit, CREST_LIGHT * crests], 1)

        # 12 what two copies of the layer, one flow apart, have in common: fixes their contrast when cross-faded
        low = gaussian(behind[:, 0:1], 4.0, 4.0)
        detail = behind[:, 0:1] - low
        there = torch.cat([nx.expand_as(ny + nx), ny.expand_as(ny + nx)], 1)
        shifted = F.grid_sample(detail, (there - flow / cycles).permute(0, 2, 3, 1), mode="bilinear", padding_mode="border", align_corners=False)
        energy = box(detail * detail, 8)
        common = (box(detail * shifted, 8) / (0.5 * (energy + box(shifted * shifted, 8)) + 0.5)).clamp(0, 1)

        # 13 planes as bytes, fields on a coarser grid: they are smooth
        half = lambda x: F.avg_pool2d(x, 2, 2)
        even = along_lines(torch.cat([half(wave_layer), half(wave_still), half(relief)], 1), faint)
        wave_layer, wave_still, relief = even.split([4 * FREQUENCIES, 4 * FREQUENCIES, 1], 1)
        # straight edges are stiff, and what is beside them must not be squeezed against them
        wave_layer, wave_still = unfolded(wave_layer, 2, 2, half(flow / cycles)), unfolded(wave_still, 4, 3)
        relief = gaussian(relief, 2.0, 2.0)  # no step beside a straightened edge either
        return (as_bytes(yuv[:, 0:1]), as_bytes(half(yuv[:, 1:3])), as_bytes(mask * 255), as_bytes(half(mask * 255)),
                as_bytes(filled[:, 0:1]), as_bytes(half(filled[:, 1:3])),
                half(low), half(flow), wave_layer, wave_still, half(lit), relief, half(common), activity)


def as_bytes(x):
    return (x + 0.5).clamp(0, 255.4).to(torch.uint8)


def peak(displacement, where):
    """The greatest joint length of all components, averaged over a small window so that one cell does not decide."""
    return box((displacement * displacement).sum(1, keepdim=True).sqrt() * where, 4).amax()


def reflected(position):
    """What lies beyond the picture's edge shows the picture mirrored there: it flows in as it flows inside, and has no seam."""
    return position - 2 * (position - 1).clamp(min=0) + 2 * (-1 - position).clamp(min=0)


class Frame(nn.Module):
    """Where every part of the photo is at one time: positions and shading on the fields' grid."""

    def wave(self, field, phase):
        h, w = field.shape[-2], field.shape[-1]
        return (field.view(FREQUENCIES, 2, 2, h, w) * phase.view(FREQUENCIES, 2, 1, 1, 1)).sum((0, 1)).unsqueeze(0)

    def forward(self, low, flow, wave_layer, wave_still, lit, relief, common, pose, parallax, phase, glow, travel, weight):
        # pose [6]: where the camera looks, a 2x3 matrix; parallax [3]: x, y and zoom per unit of depth
        # phase [3, 2]: cosine and sine parts of 1, 2 and 4 cycles; glow [2]: those of the flicker
        # travel, weight [2]: times and weights of the layer's two copies
        x, y = ramps(relief)
        at = torch.cat([pose[0] * x + (pose[1] * y + pose[2]), pose[3] * x + (pose[4] * y + pose[5])], 1)

        # 1 parallax: the depth that matters is the one at the place looked at, found by one repetition
        towards = parallax[0:2].view(1, 2, 1, 1) + parallax[2] * at
        shift = sample(relief, at) * towards
        shift = sample(relief, at + shift) * towards
        fields = sample(torch.cat([self.wave(wave_still, phase), self.wave(wave_layer, phase), flow, lit, common], 1), at + shift)
        still = shift - fields[:, 0:2]
        copies = [reflected(at + shift - fields[:, 2:4] - fields[:, 4:6] * travel[k]) - at for k in range(2)]

        # 2 two copies average each other's detail away: raise the contrast about the local mean by what they do not share
        w0, w1 = weight[0], weight[1]
        contrast = (w0 * w0 + w1 * w1 + 2 * w0 * w1 * fields[:, 8:9] + 1e-6).rsqrt().clamp(1, 1.42)
        mean = w0 * sample(low, at + copies[0]) + w1 * sample(low, at + copies[1])

        # 3 flicker: patches of light breathe out of step; nothing at time 0
        angle = at[:, 0:1] * 9 + at[:, 1:2] * 13
        shine = 1 + fields[:, 6:7] * (glow[0] * torch.cos(angle) + glow[1] * torch.sin(angle)) + fields[:, 7:8] * fields[:, 3:4]
        return torch.cat([still, *copies], 1), torch.cat([shine, contrast, (contrast - 1) * mean], 1)
