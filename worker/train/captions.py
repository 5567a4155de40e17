"""The caption grammar: random prompts together with the motion program that they ask for.

A program is 24 numbers: 0-11 amplitude of classes 1-12 (0 still, 1 normal, 2 strong); 12-13 drift
direction (x right, y down, unit vector or zero); 14-21 camera (see `CAMERA`); 22 = 1 when any
object is asked to move; 23 spare.
"""

import random

CLASSES = ["static", "sky", "sea", "river", "foliage", "grass", "cloth", "fire", "smoke", "hair", "body", "floating", "light"]
CAMERA = ["panX", "panY", "zoom", "roll", "dolly", "orbit", "crane", "handheld"]
PROGRAM_SIZE = 24
EVERYTHING = 0.6  # amplitude of every class when the words do not choose
SMALL_PUSH_IN = 0.35  # dolly of the empty prompt
GENTLE = 0.6  # how much of "less than normal" is meant: what is gentle must still be seen

INDEX = {name: i - 1 for i, name in enumerate(CLASSES) if i}


def words(text):
    return [w.replace("_", " ") for w in text.split()]


# nouns: group -> (nouns, amplitudes per class)
NOUNS = {
    "sky": (words("wisps_of_cloud cloud clouds sky skies cloudscape heavens overcast cumulus cirrus thunderhead thunderclouds storm_clouds rain_clouds white_clouds dark_clouds cloudy_sky night_sky evening_sky aurora northern_lights milky_way sky_above cloud_cover stratus horizon_clouds fluffy_clouds atmosphere"), {"sky": 1}),
    "sea": (words("sea ocean wave waves surf tide swell shore seashore shoreline coast bay lake lagoon harbor harbour pond seawater breaker breakers whitecaps foam coastline seaside sea_water ocean_waves lake_water waves_on_the_shore waves_on_the_beach sea_surface beach_waves pool loch fjord gulf marina reservoir sea_foam seascape surface_of_the_lake ocean_surface inlet cove puddle puddles spray sea_spray"), {"sea": 1, "river": 0.6}),
    "river": (words("river stream creek brook waterfall waterfalls cascade rapids torrent falls fountain current canal rivulet streamlet falling_water running_water white_water river_water water_in_the_river stream_of_water tributary spring_water flood geyser_water ditch spillway brooklet"), {"river": 1, "sea": 0.6}),
    "water": (words("water waters water_surface surface_of_the_water ripples ripple water_ripples clear_water the_water's_surface reflections_in_the_water blue_water liquid"), {"sea": 1, "river": 1}),
    "foliage": (words("tree trees leaf leaves branch branches foliage forest woods pine pines palm palms palm_tree palm_trees bush bushes shrub shrubs oak birch willow jungle hedge twig twigs vine ivy fern ferns bamboo maple blossoms cherry_blossom fir spruce orchard treetop treetops tree_crown vegetation greenery cypress cedar fronds needles pine_tree leafs rainforest thicket autumn_leaves woodland acacia elm poplar beech olive_tree magnolia sapling undergrowth mangrove eucalyptus conifers evergreens willows grove boughs"), {"foliage": 1}),
    "grass": (words("grass meadow field fields reed reeds wheat crops lawn barley rye prairie weeds stalks corn hay heather grassland tall_grass dune_grass blades_of_grass grasses wheat_field rice cornfield pasture savanna cattails bulrushes lawn_grass steppe rushes oats straw"), {"grass": 1}),
    "flower": (words("flower flowers petal petals rose roses tulip tulips lavender sunflower sunflowers daisy daisies poppy poppies wildflowers bluebells dandelion dandelions blossom bloom blooms orchid lily lilies iris bouquet daffodils crocus hydrangea clover carnation peony"), {"grass": 1, "foliage": 0.7}),
    "plant": (words("plant plants seaweed seaweed kelp algae coral corals anemone sea_anemone sea_anemone sea_anemones tentacle tentacles tentacles water_plants kelp_forest nature landscape_plants potted_plant garden flora houseplant seedlings stems succulent"), {"grass": 1, "foliage": 1}),
    "cloth": (words("flag flags banner banners curtain curtains dress skirt cloth fabric sail sails laundry cape scarf shirt clothes clothing tent drape drapes veil robe gown jacket coat pennant tablecloth blanket ribbon ribbons silk linen cloak kimono textile sheets prayer_flags streamers tie sari shawl apron towel tarp canvas awning garment sleeves hood robes umbrella umbrellas tassel tassels tassels fringes_of_the_shawl pennants towels bedding_sheets parasol parasols sun_umbrella sun_umbrellas beach_umbrella sunshade costume uniform pants trousers"), {"cloth": 1}),
    "fire": (words("fire flame flames campfire bonfire candle candles torch fireplace lava embers ember sparks blaze hearth inferno wildfire candle_flame torches magma bonfires burner firewood firepit"), {"fire": 1}),
    "smoke": (words("breath frosty_breath smoke steam fog mist haze vapor vapour dust exhaust fumes incense plume smog geyser smoke_plume chimney_smoke mists low_fog steam_from_the_cup dust_cloud vapors wisps cigarette_smoke ash"), {"smoke": 1, "sky": 0}),
    "hair": (words("hair fur tail tails tail bristles beard mane ponytail curls braid braids feathers whiskers bangs hairs tresses plumage locks_of_hair long_hair moustache mustache fringe pelt strands_of_hair hairdo wool fleece eyelashes"), {"hair": 1}),
    "body": (words("man woman person people girl boy child baby face portrait body dog cat horse animal chest shoulders head model lady guy kid human dancer couple bride groom figure astronaut kitten puppy cow sheep lion tiger wolf bear fox elephant deer owl subject mother father soldier singer musician character family crowd children men women torso hand hands arms monkey rabbit goat fisherman grandmother statue_man skin pet parrot squirrel cyclist skater skier rider runner jogger violinist dancers player swimmer bears horses cows dogs cats puppies kittens bison buffalo pheasant peacock camels herd friend sea_lion sea_otter water_buffalo"), {"body": 1}),
    "floating": (words("boat boats ship ships balloon balloons kite canoe kayak yacht raft duck ducks swan swans buoy bubble bubbles sailboat sailboats gondola dinghy ferry bird birds seagull seagulls airplane plane jellyfish fish hot_air_balloon hot_air_balloons rowboat fishing_boat fishes whale whales shark octopus lily_pad lily_pads water_lilies ice_floe ice_floes floes sea_turtle sky_lanterns vessel airship zeppelin drone butterfly butterflies gulls geese goose turtle driftwood barge goldfish"), {"floating": 1}),
    "light": (words("light lights lamp lamps neon neon_sign neon_lights bulb bulbs city_lights street_lights star stars sunlight sunbeams rays sun_rays sparkles glitter glow bokeh headlights sun moon moonlight lantern lanterns paper_lanterns headlights string_lights fairy_lights streetlamp candlelight christmas_lights beacon laser lighthouse_beam lightning fireflies reflection reflections gleam window_lights spotlights streetlights lamplight"), {"light": 1}),
    "all": (words("everything scene picture photo image whole_scene whole_picture entire_scene it all all_things the_whole_image"), {c: 1 for c in CLASSES[1:]}),
}
NEUTRAL = words("house houses mountain mountains building buildings car cars road street rock rocks stone stones hill hills bridge wall walls roof window windows door tower castle church temple city town village beach sand snow table chair cup coffee glass bottle book phone camera_bag desk bed room kitchen sofa shelf fence path trail cliff cliffs desert canyon valley island peak ice glacier ground floor ceiling background foreground skyline skyscraper skyscrapers pier dock lighthouse barn farm cabin statue monument train bus bicycle bike truck motorcycle board chart horizon volcano ruins painting mirror clock food plate bread cake fruit apple toy guitar piano laptop computer screen keyboard sidewalk pavement gravel shadow architecture arch pyramid stadium rocket crater planet earth brick wood log stump bench park downtown alley market shop store hotel airport station tunnel stairs column dune dunes sandcastle hat shoe bag box vase lamp_post rails track object objects things rest trunk trunks face_paint logo letter sweater necklace ring armor helmet sea_wall water_tower water_bottle fire_escape fire_hydrant tree_house flower_pot sun_hat reef lane aquarium altar alcove")
SCENE_WORDS = words("sunset sunrise dawn dusk night day morning evening afternoon summer winter autumn spring_day golden_hour noon midnight twilight season")

# verbs: (base, amplitude factor); inflected on use
VERBS = {
    "any": [("move", 1), ("animate", 1), ("shift", 1), ("stir", 0.7), ("flow", 1), ("shake", 1.2), ("tremble", 0.6), ("come_alive", 1), ("come_to_life", 1), ("be_in_motion", 1), ("dance", 1.1)],
    "sky": [("drift", 1), ("move", 1), ("float", 0.9), ("roll", 1), ("sail", 1), ("race", 1.7), ("rush", 1.7), ("scud", 1.5), ("glide", 1), ("pass", 1), ("travel", 1), ("swirl", 1), ("fly", 1.2), ("crawl", 0.5), ("creep", 0.5), ("churn", 1.4), ("wander", 0.8), ("slide", 1), ("speed", 1.7), ("billow", 1.2), ("evolve", 0.8), ("stream", 1.3), ("hurry", 1.6), ("cross_the_sky", 1), ("blow", 1.1), ("go", 1), ("gather", 1), ("timelapse", 1.5), ("head", 1), ("dance", 1.1)],
    "sea": [("roll", 1), ("roll_in", 1), ("roll", 1), ("roll", 1), ("roll_onto_the_shore", 1), ("crash", 1.4), ("lap", 0.6), ("ripple", 0.7), ("swell", 1.1), ("surge", 1.5), ("churn", 1.5), ("rage", 1.9), ("break", 1.3), ("rock", 1), ("undulate", 1), ("wash", 1), ("splash", 1.3), ("shimmer", 0.6), ("pound", 1.6), ("heave", 1.4), ("foam", 1.2), ("move", 1), ("slosh", 1), ("glisten", 0.5), ("rise_and_fall", 1), ("come_in", 1), ("hit_the_shore", 1.3), ("wave", 1), ("pulse", 1), ("toss", 1.4), ("roar", 1.6), ("crest", 1.2), ("sway", 1), ("flow", 1), ("wobble", 0.8), ("tumble", 1.3), ("run_ashore", 1), ("curl", 1), ("curl_over", 1), ("glitter", 0.7), ("sparkle", 0.7)],
    "river": [("flow", 1), ("run", 1), ("rush", 1.6), ("stream", 1), ("cascade", 1.2), ("fall", 1), ("pour", 1.2), ("trickle", 0.5), ("gush", 1.5), ("tumble", 1.2), ("plunge", 1.4), ("roar", 1.6), ("babble", 0.7), ("meander", 0.7), ("splash", 1.2), ("drop", 1), ("move", 1), ("race", 1.7), ("swirl", 1), ("ripple", 0.7), ("spill", 1), ("murmur", 0.6), ("spray", 1.2), ("surge", 1.5), ("wind", 0.8), ("rumble", 1.4)],
    "foliage": [("sway", 1), ("rustle", 0.8), ("tremble", 0.6), ("quiver", 0.6), ("shake", 1.3), ("bend", 1.1), ("wave", 1), ("flutter", 0.9), ("shiver", 0.6), ("swing", 1.1), ("toss", 1.5), ("move", 1), ("dance", 1.1), ("rock", 1), ("stir", 0.6), ("blow", 1.1), ("whip", 1.8), ("thrash", 1.9), ("bob", 0.8), ("nod", 0.7), ("bow", 1), ("whisper", 0.5), ("vibrate", 0.6), ("swish", 1), ("undulate", 1), ("ripple", 0.8), ("lean", 0.9), ("jiggle", 0.8), ("fall", 1), ("fall", 1), ("fall_down", 1), ("dangle", 0.9), ("drop", 1)],
    "cloth": [("wave", 1), ("flutter", 1), ("flap", 1.3), ("billow", 1.2), ("blow", 1.1), ("ripple", 0.8), ("sway", 0.9), ("fly", 1.1), ("swing", 1), ("move", 1), ("flow", 1), ("stream", 1.2), ("whip", 1.7), ("undulate", 1), ("swirl", 1.1), ("shake", 1.2), ("dance", 1), ("flicker", 0.8), ("snap", 1.4), ("inflate", 1), ("dangle", 0.9), ("hang", 0.6)],
    "fire": [("burn", 1), ("flicker", 0.9), ("blaze", 1.5), ("dance", 1), ("crackle", 0.9), ("roar", 1.7), ("glow", 0.6), ("flare", 1.4), ("smolder", 0.4), ("waver", 0.7), ("lick", 1), ("rage", 1.9), ("leap", 1.4), ("move", 1), ("flame", 1), ("spark", 1), ("erupt", 1.7), ("shimmer", 0.6)],
    "smoke": [("rise", 1), ("drift", 1), ("swirl", 1), ("curl", 0.8), ("billow", 1.4), ("waft", 0.7), ("float", 0.8), ("roll", 1.1), ("creep", 0.5), ("spread", 1), ("pour", 1.5), ("linger", 0.4), ("blow", 1.2), ("move", 1), ("ascend", 1), ("wisp", 0.6), ("steam", 1), ("hover", 0.5), ("spiral", 1), ("flow", 1), ("come_out", 1), ("hang", 0.4), ("dissipate", 0.8), ("evaporate", 0.7)],
    "hair": [("blow", 1.1), ("flow", 1), ("wave", 1), ("flutter", 1), ("sway", 1), ("move", 1), ("stream", 1.3), ("ruffle", 0.8), ("stir", 0.6), ("whip", 1.7), ("swing", 1), ("fly", 1.3), ("toss", 1.3), ("tousle", 0.8), ("bounce", 1), ("ripple", 0.8), ("shiver", 0.6), ("bristle", 0.7), ("twitch", 0.6), ("wag", 1.1), ("quiver", 0.6), ("wiggle", 1), ("dangle", 0.9)],
    "body": [("breathe", 1), ("move", 1), ("sway", 1), ("inhale", 1), ("exhale", 1), ("pose", 0.6), ("shift", 0.8), ("sigh", 0.9), ("nod", 1), ("smile", 0.7), ("blink", 0.5), ("talk", 0.8), ("dance", 1.2), ("walk", 1), ("run", 1.2), ("turn", 1), ("look_around", 0.8), ("laugh", 1), ("sleep", 0.5), ("rest", 0.5), ("stand", 0.4), ("relax", 0.5), ("sing", 0.9), ("purr", 0.6), ("stretch", 1), ("wake", 0.8), ("fidget", 0.9), ("wave", 0.8), ("wave_at_us", 0.8)],
    "floating": [("float", 1), ("bob", 1), ("drift", 1), ("rock", 1.1), ("sail", 1.1), ("fly", 1.2), ("glide", 1), ("hover", 0.8), ("move", 1), ("sway", 0.9), ("rise", 1), ("swim", 1), ("soar", 1.2), ("pass", 1), ("cruise", 1.1), ("row", 1), ("bounce", 1), ("paddle", 1), ("levitate", 0.8), ("travel", 1)],
    "light": [("twinkle", 1), ("flicker", 1), ("shimmer", 0.8), ("sparkle", 1), ("glow", 0.7), ("blink", 1.1), ("pulse", 1), ("flash", 1.5), ("glitter", 1), ("gleam", 0.7), ("shine", 0.7), ("strobe", 1.7), ("glisten", 0.7), ("glint", 0.8), ("dance", 1), ("fade", 0.8), ("dim", 0.7), ("flare", 1.2), ("waver", 0.8), ("scintillate", 1), ("beam", 0.8), ("radiate", 0.8)],
}
for name, like in (("water", "sea"), ("grass", "foliage"), ("flower", "foliage"), ("plant", "foliage")):
    VERBS[name] = VERBS[like]
VERBS["all"] = VERBS["any"]

WEAK = [("gently", .5), ("softly", .5), ("slowly", .5), ("slightly", .4), ("subtly", .4), ("faintly", .35), ("barely", .3), ("lazily", .5), ("calmly", .5), ("peacefully", .5), ("a little", .5), ("a bit", .5), ("mildly", .5), ("delicately", .45), ("quietly", .5), ("lightly", .5), ("very slowly", .35), ("very gently", .35), ("really slowly", .35), ("just a little", .4), ("ever so slightly", .3), ("almost imperceptibly", .3), ("extremely slowly", .3), ("tenderly", .5), ("slow", .5), ("weakly", .5), ("minimally", .35), ("leisurely", .5), ("gradually", .6), ("somewhat", .7), ("moderately", .8)]
STRONG = [("strongly", 1.7), ("wildly", 1.9), ("violently", 2), ("fast", 1.7), ("quickly", 1.6), ("heavily", 1.7), ("furiously", 2), ("rapidly", 1.7), ("intensely", 1.8), ("dramatically", 1.7), ("a lot", 1.6), ("hard", 1.6), ("vigorously", 1.8), ("powerfully", 1.8), ("very fast", 2), ("very strongly", 2), ("really fast", 2), ("extremely fast", 2), ("like crazy", 1.9), ("fiercely", 1.9), ("forcefully", 1.8), ("swiftly", 1.6), ("energetically", 1.6), ("greatly", 1.6), ("briskly", 1.4), ("more", 1.4), ("super fast", 2), ("so much", 1.7), ("aggressively", 1.8), ("madly", 1.9), ("like in a storm", 1.8), ("as in a storm", 1.8), ("as if in a storm", 1.8)]
PLAIN = [("smoothly", 1), ("steadily", 1), ("naturally", 1), ("continuously", 1), ("freely", 1), ("rhythmically", 1), ("normally", 1), ("realistically", 1), ("nicely", 1), ("beautifully", 1), ("constantly", 1), ("gracefully", .8)]
WEAK_ADJECTIVE = [("gentle", .5), ("soft", .5), ("slow", .5), ("slight", .4), ("subtle", .4), ("faint", .35), ("lazy", .5), ("calm", .5), ("peaceful", .5), ("light", .5), ("mild", .5), ("delicate", .5), ("quiet", .5), ("small", .5), ("tiny", .4), ("minimal", .35), ("little", .5), ("very slow", .35), ("very gentle", .35), ("weak", .5), ("tranquil", .5), ("serene", .5), ("placid", .4), ("low", .6)]
STRONG_ADJECTIVE = [("strong", 1.7), ("wild", 1.9), ("violent", 2), ("fast", 1.7), ("quick", 1.6), ("heavy", 1.7), ("furious", 2), ("rapid", 1.7), ("intense", 1.8), ("dramatic", 1.7), ("vigorous", 1.8), ("powerful", 1.8), ("rough", 1.8), ("raging", 2), ("huge", 1.8), ("massive", 1.8), ("big", 1.6), ("fierce", 1.9), ("very fast", 2), ("very strong", 2), ("stormy", 1.8), ("turbulent", 1.8), ("mighty", 1.8), ("giant", 1.7), ("enormous", 1.8), ("swift", 1.6), ("hectic", 1.7), ("extreme", 2), ("choppy", 1.4)]

DIRECTIONS = {
    (-1, 0): ["to the left", "left", "leftwards", "leftward", "towards the left", "toward the left", "from right to left", "right to left", "to the left side", "in the left direction", "to left", "across from the right", "from the right"],
    (1, 0): ["to the right", "right", "rightwards", "rightward", "towards the right", "toward the right", "from left to right", "left to right", "to the right side", "in the right direction", "to right", "across from the left", "from the left"],
    (0, -1): ["up", "upwards", "upward", "to the top", "skyward", "from bottom to top", "towards the top"],
    (0, 1): ["down", "downwards", "downward", "to the bottom", "from top to bottom", "downhill", "towards the bottom"],
}
# A direction said after the thing, as an afterthought: still the thing's.
AFTERTHOUGHTS = [", and that {D}", ", {D}", ", {D}", ", but {D}", ", {D} that is", ", and {D}", ", always {D}", ", only {D}", ", going {D}", ", all of it {D}", ". {D}", ", and it goes {D}", ", and only {D}", ", {D} please"]
# Verbs whose direction is up, for what can rise (smoke, balloons).
RISING = ("rise", "ascend")
DRIFTERS = ["sky", "sea", "river", "water", "smoke", "floating"]

PREPOSITIONS = ["across the sky", "in the sky", "overhead", "above the mountains", "on the shore", "on the beach", "in the wind", "in the breeze", "against the rocks", "over the rocks", "by the house", "behind the building", "in the background", "in the foreground", "near the bridge", "on the hill", "through the valley", "at sunset", "at night", "in the morning", "from the chimney", "from the cup", "on the table", "under the bridge", "around the island", "along the road", "in the distance", "between the rocks", "over the city", "through the canyon", "above the hills", "from the window", "on the wall", "in winter", "on the left", "on the right", "on the left side", "on the right side", "at the top", "at the bottom", "in the middle", "at the back", "on a pole", "of the castle", "near the cliff", "under the stars_", "outside", "in slow motion", "past the tower", "onto the sand", "beneath the cliffs", "over the dam", "into the pier", "into the rocks", "against the pier", "onto the rocks", "towards the house", "toward the shore", "into the distance", "towards the horizon", "into the valley", "into the harbor wall", "against the cliff", "into the night", "towards us", "towards the camera", "out of the chimney", "out of the window", "out of the cave", "in front of the house", "away from the shore", "under water", "under water", "underwater", "under the water", "below the surface", "in the water", "on the water", "in the current", "in the deep sea", "on the sea floor", "at the bottom of the sea", "in the sun", "over the street", "above the road", "on the line"]
PREPOSITIONS = [p for p in PREPOSITIONS if not p.endswith("_")]
FILLER_BEFORE = ["please", "make", "a photo where", "i want", "let", "can you", "animate", "show", "a video of", "cinematic", "beautiful", "realistic", "could you make", "i would like", "have", "we see", "there is", "a cinemagraph of", "a clip of", "add", "give me", "nice", "4k", "try to make", "create", "you can see", "hey", "just", "underwater shot", "hey can you make", "pls", "pls animate", "can u make", "hi can you let", "could u"]
FILLER_AFTER = ["please", "thanks", "cinematic", "high quality", "4k", "very realistic", "beautiful", "in a loop", "like in a movie", "seamless loop", "smooth", "with nice colors", "detailed", "hd", "masterpiece", "moody", "in the style of a film", "for a video", "thank you", "epic", "film look", "it should look natural", "sharp", "would be great", "perfect loop", "looks real", "like a postcard", "8k", "ultra hd", "aesthetic", "dreamy", "nice and easy", "steady", "loop it", "loop", "as a loop", "looping", "endless loop", "make it loop", "underwater", "underwater shot", "pls", "plz", "thx", "for my phone", "for instagram"]
JOINERS = [" while ", " and ", ", ", " as ", " with ", ", and ", "; ", ". ", " plus ", " meanwhile ", ", while ", " when ", " + ", " then ", " also ", "! ", " together with ", " at the same time "]

IRREGULAR_DOUBLE = {"drip", "rip", "flap", "lap", "run", "spin", "hum", "swim", "bob", "whip", "tug", "pan", "zip", "dim", "nod", "snap", "scud", "drop", "stir", "purr", "spot", "trim", "step", "get", "flip", "wisp_"}


def inflect(verb, form):
    """verb in base form ('drift', 'come_alive') -> 's' or 'ing' form of its first word."""
    first, *rest = verb.split("_")
    if first == "be":
        first = {"s": "is", "ing": "being", "": "be"}[form]
    elif form == "s":
        first += "es" if first[-1] in "sxz" or first[-2:] in ("sh", "ch") or first == "go" else "s"
        if first.endswith("ys") and first[-3] not in "aeou":
            first = first[:-2] + "ies"
    elif form == "ing":
        if first in IRREGULAR_DOUBLE:
            first += first[-1] + "ing"
        elif first.endswith("e") and not first.endswith("ee"):
            first = first[:-1] + "ing"
        else:
            first += "ing"
    return " ".join([first, *rest])


# ---- camera -----------------------------------------------------------------------------------

I, O, L, R, U, D = "in", "out", "left", "right", "up", "down"
# family: (camera vector, noun phrases "a slow X", verb phrases "the camera slowly Xs")
CAMERA_FAMILIES = [
    ({"zoom": 1}, ["zoom in", "zoom", "zoom-in", "zoom inwards", "zoom in shot", "zooming in", "close in", "zoom into {T}", "zoom in on {T}", "zoom on {T}", "zoom in to {T}", "zoom to {T}", "zoom towards {T}", "punch in", "zoom closer", "crash zoom", "inward zoom", "zoom forward", "zoom in towards {T}", "magnification", "in-zoom", "zoomin"],
     ["zoom in", "zoom in on {T}", "zoom into {T}", "zoom", "magnify {T}", "enlarge {T}", "close in on {T}", "zoom closer", "tighten on {T}", "zoom inwards", "punch in", "zoom right in", "zoom to {T}"]),
    ({"zoom": -1}, ["zoom out", "zoom-out", "zooming out", "zoom outwards", "zoom out shot", "zoom out from {T}", "zoom away", "outward zoom", "zoom back", "zoom out to a wide shot", "zoom away from {T}", "zoomout", "zoom backwards", "zoom out revealing {T}", "reverse zoom", "widening", "out-zoom", "zoom wide", "wide zoom out"],
     ["zoom out", "zoom out from {T}", "zoom away", "zoom outwards", "zoom back", "widen", "zoom away from {T}", "zoom out to reveal {T}", "zoom all the way out", "zoom out of {T}"]),
    ({"dolly": 1}, ["dolly in", "push in", "push-in", "dolly forward", "forward motion", "move forward", "dolly shot", "dolly", "fly-through", "push towards {T}", "move closer", "forward movement", "camera push in", "camera push", "approach to {T}", "track in", "truck in", "dolly towards {T}", "creep in", "dolly-in", "forward dolly", "forward glide", "tracking shot forward", "move towards {T}", "push in on {T}", "push into {T}", "dive in"],
     ["dolly in", "push in", "move forward", "move forwards", "move closer", "get closer", "get closer to {T}", "come closer", "go forward", "approach {T}", "push in on {T}", "advance", "fly forward", "move towards {T}", "move toward {T}", "fly through {T}", "track in", "dolly forward", "glide forward", "creep in", "walk forward", "travel forward", "go closer", "push towards {T}", "enter {T}", "move in", "move into {T}", "fly into {T}", "fly towards {T}", "drive forward", "ease in", "go towards {T}", "drift forward", "float forward", "inch closer"]),
    ({"dolly": -1}, ["dolly out", "pull out", "pull back", "pull-back", "pull-out", "dolly back", "backward motion", "move backward", "dolly backwards", "camera pull back", "reveal shot", "retreat", "track out", "pull away from {T}", "dolly away from {T}", "backwards movement", "dolly-out", "backward dolly", "tracking shot backwards", "move away", "pull back from {T}", "pullback", "reveal", "backing away"],
     ["dolly out", "pull out", "pull back", "move back", "move backward", "move backwards", "go back", "back away", "back up", "retreat", "move away from {T}", "get farther", "get further away", "step back", "pull away", "fly backward", "fly backwards", "withdraw", "dolly back", "go backwards", "move away", "glide backwards", "walk backwards", "recede", "track back", "fly away from {T}", "back off", "ease out", "fly out of {T}", "drift backwards"]),
    ({"panX": -1}, ["pan left", "pan to the left", "left pan", "leftward pan", "slide left", "truck left", "track left", "pan from right to left", "swing to the left", "panning left", "pan leftwards", "left truck", "sweep left", "slide to the left", "tracking shot to the left", "pan right to left", "sideways move to the left", "camera move to the left", "turn to the left", "whip pan left", "lateral move left", "leftward slide", "look to the left"],
     ["pan left", "pan to the left", "move left", "move to the left", "slide left", "turn left", "look left", "track left", "truck left", "go left", "sweep left", "pan leftwards", "shift left", "swing left", "travel left", "pan from right to left", "slide to the left", "glide left", "go to the left", "pan over to the left", "drift left", "drift to the left", "pan leftward", "turn to the left", "sweep from right to left", "fly left"]),
    ({"panX": 1}, ["pan right", "pan to the right", "right pan", "rightward pan", "slide right", "truck right", "track right", "pan from left to right", "swing to the right", "panning right", "pan rightwards", "right truck", "sweep right", "slide to the right", "tracking shot to the right", "pan left to right", "sideways move to the right", "camera move to the right", "turn to the right", "whip pan right", "lateral move right", "rightward slide", "look to the right", "pan", "pan across {T}", "panning shot", "sideways slide", "panorama", "pan over {T}", "horizontal pan", "panoramic shot"],
     ["pan right", "pan to the right", "move right", "move to the right", "slide right", "turn right", "look right", "track right", "truck right", "go right", "sweep right", "pan rightwards", "shift right", "swing right", "travel right", "pan from left to right", "slide to the right", "glide right", "go to the right", "pan over to the right", "drift right", "drift to the right", "pan", "pan across {T}", "pan sideways", "pan rightward", "turn to the right", "sweep from left to right", "fly right", "pan over {T}", "pan along {T}", "sweep across {T}"]),
    ({"panY": 1}, ["tilt up", "tilt upwards", "pan up", "upward tilt", "tilt", "pan upwards", "tilt-up", "tilting up", "tilt from bottom to top", "vertical pan up", "upward pan", "tilt up to {T}", "look up", "tilt up towards {T}"],
     ["tilt up", "pan up", "look up", "tilt upwards", "tilt upward", "pan upwards", "tilt", "look upwards", "tilt up to {T}", "look up at {T}", "pan up to {T}", "slide up", "pan upward", "gaze up"]),
    ({"panY": -1}, ["tilt down", "tilt downwards", "pan down", "downward tilt", "pan downwards", "tilt-down", "tilting down", "tilt from top to bottom", "vertical pan down", "downward pan", "tilt down to {T}", "look down", "tilt down towards {T}"],
     ["tilt down", "pan down", "look down", "tilt downwards", "tilt downward", "pan downwards", "look downwards", "tilt down to {T}", "look down at {T}", "pan down to {T}", "slide down", "pan downward", "gaze down"]),
    ({"roll": 1}, ["roll", "roll right", "clockwise roll", "rotation", "clockwise rotation", "dutch angle", "dutch tilt", "rotate clockwise", "roll clockwise", "spin", "twist", "spin clockwise", "roll to the right", "barrel roll", "turn clockwise", "camera roll", "dutch roll", "rotate", "rotation to the right", "clockwise spin", "clockwise twist", "tilt sideways", "rotate right"],
     ["roll", "rotate", "rotate clockwise", "roll clockwise", "roll right", "spin", "twist", "spin clockwise", "turn clockwise", "rotate right", "roll to the right", "rotate to the right", "twist clockwise", "tilt sideways"]),
    ({"roll": -1}, ["roll left", "counter-clockwise roll", "counterclockwise roll", "anticlockwise rotation", "anti-clockwise rotation", "counterclockwise rotation", "rotate counterclockwise", "roll counter-clockwise", "rotate anticlockwise", "spin counterclockwise", "roll to the left", "rotation to the left", "rotate left", "anticlockwise roll", "counterclockwise spin", "counter clockwise rotation", "spin anticlockwise"],
     ["rotate counterclockwise", "rotate counter-clockwise", "roll counterclockwise", "roll left", "spin counterclockwise", "turn anticlockwise", "rotate anticlockwise", "rotate anti-clockwise", "rotate left", "roll to the left", "rotate to the left", "turn counter clockwise", "roll anticlockwise", "twist counterclockwise"]),
    ({"orbit": 1}, ["orbit", "orbit right", "arc shot", "arc right", "orbit to the right", "orbit around {T}", "circle around {T}", "360", "arc around {T}", "orbiting shot", "revolve around {T}", "parallax", "3d effect", "parallax effect", "circular motion", "circling shot", "rotation around {T}", "orbital move", "360 degree shot", "parallax motion", "3d parallax", "arc to the right"],
     ["orbit", "orbit right", "orbit around {T}", "circle around {T}", "arc around {T}", "revolve around {T}", "go around {T}", "move around {T}", "orbit to the right", "arc right", "circle {T}", "rotate around {T}", "swing around {T}", "fly around {T}", "circle right", "walk around {T}", "encircle {T}", "spin around {T}", "arc to the right"]),
    ({"orbit": -1}, ["orbit left", "arc left", "orbit to the left", "left orbit", "arc to the left", "orbit left around {T}", "circle to the left", "orbit around {T} to the left", "leftward arc", "parallax to the left"],
     ["orbit left", "orbit to the left", "arc left", "circle left", "orbit left around {T}", "circle around {T} to the left", "arc to the left", "swing around {T} to the left", "rotate around {T} to the left", "revolve left"]),
    ({"crane": 1}, ["crane up", "crane shot", "boom up", "jib up", "pedestal up", "ascending shot", "rise", "lift", "drone rise", "crane", "rising shot", "elevation", "upward crane", "camera rise", "vertical rise", "ascent", "jib shot", "drone shot", "drone ascent", "aerial rise", "lift off", "upward movement", "pedestal shot"],
     ["crane up", "rise", "boom up", "jib up", "pedestal up", "ascend", "lift up", "move up", "go up", "fly up", "rise above {T}", "rise up", "move upwards", "elevate", "float up", "raise", "lift", "climb", "fly over {T}", "soar", "move upward", "rise over {T}", "go higher", "climb above {T}", "travel up", "ascend above {T}"]),
    ({"crane": -1}, ["crane down", "boom down", "jib down", "pedestal down", "descending shot", "descent", "drop", "lowering shot", "downward crane", "camera descent", "drone descent", "vertical drop", "downward movement", "sinking shot"],
     ["crane down", "descend", "boom down", "jib down", "pedestal down", "lower", "move down", "go down", "drop", "sink", "fly down", "come down", "move downwards", "descend to {T}", "land", "float down", "move downward", "go lower", "dive down", "lower down to {T}", "sink down", "travel down"]),
    ({"handheld": 1}, ["handheld", "handheld camera", "handheld shot", "handheld shake", "camera shake", "shaky camera", "shaky cam", "handheld look", "hand-held feel", "wobbly camera", "handycam", "documentary camera", "shaking camera", "camera wobble", "handheld movement", "shake", "vibrating camera", "hand held camera", "jittery camera", "camera jitter", "unsteady camera", "found footage camera", "handheld motion", "found footage", "vlog style camera", "trembling camera", "bumpy camera"],
     ["shake", "wobble", "be handheld", "be shaky", "jitter", "tremble", "vibrate", "shake like handheld", "be hand held", "sway like handheld", "be unsteady", "bounce"]),
    ({"zoom": 0.7, "panX": 0.4}, ["ken burns", "ken burns effect", "ken burns zoom", "ken burns move", "ken burns style"], ["do a ken burns", "ken burns"]),
    ({"dolly": 1, "zoom": -1}, ["dolly zoom", "vertigo effect", "hitchcock zoom", "vertigo shot", "zolly", "hitchcock effect", "contra zoom"], ["do a dolly zoom", "do a vertigo effect"]),
    ({"crane": 0.6, "dolly": 0.6}, ["flyover", "aerial flight", "drone flight", "fly-over", "aerial shot", "drone flyover", "aerial view flight", "bird's eye flight"], ["fly over", "fly", "fly like a drone", "fly like a bird"]),
]
STATIC_CAMERA = ["static camera", "the camera does not move", "no camera motion", "no camera movement", "without camera movement", "fixed camera", "the camera stays still", "locked camera", "tripod shot", "camera stays fixed", "keep the camera still", "still camera", "camera is static", "don't move the camera", "locked-off shot", "no zoom", "without zooming", "no panning", "camera fixed", "the camera remains steady", "steady camera on a tripod", "camera doesn't move", "without moving the camera", "camera remains static", "do not move the camera", "motionless camera", "no camera shake", "stationary camera", "the camera holds still", "tripod", "no zoom or pan", "camera not moving", "unmoving camera", "frozen camera", "never move the camera", "do not zoom", "don't zoom", "locked off camera", "keep camera steady", "camera: none", "camera static", "no zooming", "no camera"]
STILL_PHRASES = ["{N} stays still", "{N} stay still", "{N} do not move", "{N} does not move", "no motion in {N}", "keep {N} still", "freeze {N}", "{N} remains static", "{N} remain still", "{N} frozen", "not {N}", "without {N} moving", "{N} don't move", "don't move {N}", "{N} stays frozen", "leave {N} still", "{N} is still", "{N} are static", "{N} hold still", "keep {N} static", "{N} shouldn't move", "no movement of {N}", "{N} must not move", "do not animate {N}", "no moving {N}", "{N} stay motionless", "{N} doesn't move", "{N} isn't moving", "{N} aren't moving", "{N} never moves", "stop {N}", "hold {N} still", "{N} should not move", "{N} is not moving", "never move {N}", "without moving {N}", "{N} unmoving", "{N} fixed", "{N} remains motionless", "do not move {N}", "{N} stay the same", "{N} stand still", "without {N}", "no {N}", "don't touch {N}", "dont touch {N}", "without touching {N}", "leave {N} alone", "{N} should stay put", "{N} dont move", "{N} doesnt move", "{N} shouldnt move", "{N} stays exactly as it is", "but not {N}"]
ALL_STILL = ["nothing moves", "no motion", "no movement", "everything is still", "freeze everything", "still image", "keep everything still", "everything stays still", "do not move anything", "nothing else moves and everything is frozen", "completely static", "no animation", "everything frozen", "stay still", "don't animate anything"]
NOTHING_ELSE = ["nothing else moves", "everything else stays still", "the rest is still", "everything else frozen", "and nothing else", "nothing else", "the rest stays frozen", "all else is still", "keep everything else still", "the rest does not move", "everything else static", "nothing more", "leave the rest alone", "keep the background still", "the background stays static", "the rest remains static", "thats it", "that's it", "that's all", "thats all", "and thats all", "the rest stays put", "all the rest stays", "everything else stays put", "nothing but that"]
ALIVE = ["make it alive", "bring it to life", "bring this photo to life", "animate this picture", "animate the photo", "animate it", "make it move", "make this come alive", "bring the scene to life", "add some motion", "add life", "make a video", "cinemagraph", "animate", "living photo", "make it feel alive", "come alive", "surprise me", "do something nice", "whatever you like", "moving picture", "alive", "living picture", "photo to video", "subtle motion everywhere", "ambient motion", "make the picture move", "natural motion", "turn it into a video", "make it live", "gentle ambient motion", "add movement"]
UNABLE = ["rain", "snow", "it rains", "it is snowing", "snowflakes", "raindrops", "snowfall", "raining", "thunder", "rain and snow", "magic", "love", "add music", "the bread", "make it winter", "a rainbow", "turn it into a painting", "change the color", "make it night"]
WIND = [("wind", 1), ("breeze", .6), ("gust", 1.6), ("gusts", 1.6), ("windy weather", 1.2), ("breath of wind", .4), ("gale", 1.9), ("gusts of wind", 1.6), ("draft", .5), ("air", .6), ("wind gusts", 1.6), ("airflow", .7), ("puff of wind", .6)]
WIND_ADJECTIVES = WEAK_ADJECTIVE[:14] + STRONG_ADJECTIVE[:12] + [("summer", .8), ("fresh", 1), ("cold", 1), ("warm", 1), ("cool", 1), ("sea", .8), ("howling", 1.9), ("evening", .8), ("blowing", 1), ("steady", 1), ("blustery", 1.6), ("desert", 1)]
WIND_PROGRAM = {"foliage": 1, "grass": 1, "hair": 1, "cloth": 1, "sky": .6, "sea": .6, "smoke": .6}
WIND_ALONE = ["{W}", "a {W}", "{W} blowing", "the {W} blows", "there is {W}", "{W} is blowing", "{W} through the scene", "{W} everywhere", "feel the {W}", "{W} effect", "blowing {W}", "add {W}", "with {W}"]
WIND_IN = ["{W} in {N}", "{W} through {N}", "{W} blows through {N}", "{W} moves {N}", "{W} blowing {N}", "{W} shaking {N}", "{W} rustles {N}", "{N} in the {W}", "{N} moved by {W}", "{N} blown by the {W}", "{W} swaying {N}", "{W} stirs {N}", "{W} ruffling {N}", "{W} across {N}", "{W} over {N}", "{N} touched by a {W}"]
STORM = ["storm", "stormy weather", "thunderstorm", "hurricane", "tempest", "a storm is coming", "storm raging", "tornado", "raging storm", "cyclone", "wild storm"]
STORM_PROGRAM = {"foliage": 1.7, "grass": 1.7, "hair": 1.7, "cloth": 1.7, "sky": 1.5, "sea": 1.8, "river": 1.5, "smoke": 1.3}


class Caption:
    """Builds one prompt and its program with a seeded generator."""

    def __init__(self, rng):
        self.rng = rng
        self.amplitude = {}
        self.zeroed = set()
        self.direction = (0.0, 0.0)
        self.camera = None

    def pick(self, items):
        return self.rng.choice(items)

    def ask(self, group_amplitudes, factor=1.0):
        factor = factor if factor >= 1 else 1 - GENTLE * (1 - factor)
        for name, value in group_amplitudes.items():
            self.amplitude[name] = max(self.amplitude.get(name, 0.0), min(2.0, value * factor))

    def article(self, noun):
        roll = self.rng.random()
        if " the " in f" {noun} " or noun in ("it", "everything", "all"):
            return noun
        return ("the " if roll < 0.55 else "" if roll < 0.85 else "a " if roll < 0.9 else self.pick(["his ", "her ", "this ", "these ", "my ", "those ", "their ", "some ", "all the "])) + noun

    def adjective(self):
        """A describing word without influence, sometimes."""
        return self.pick(["green", "blue", "white", "dark", "old", "tall", "distant", "beautiful", "colorful", "red", "golden", "orange", "black", "bright", "wet", "autumn", "misty_", "pink", "gray", "foamy", "long", "deep", "clear", "wide", "fluffy", "lush", "yellow", "grey", "pretty", "lovely", "sandy", "sunny", "brown", "purple", "young", "wispy", "thin", "puffy", "dry", "striped", "fallen", "evening", "morning", "silver", "wooden", "narrow", "lonely", "ancient", "snowy"]).replace("_", "") + " " if self.rng.random() < 0.12 else ""

    def noun(self, group=None):
        group = group or self.pick([g for g in NOUNS if g != "all"] + ["sky", "sea", "water", "foliage", "river", "grass"])
        nouns, amplitudes = NOUNS[group]
        return group, self.pick(nouns), amplitudes

    def two_nouns(self):
        group, noun, amplitudes = self.noun()
        if self.rng.random() < 0.15:
            _, other, more = self.noun()
            return group, f"{noun} and {self.article(other)}", {**amplitudes, **{k: max(v, amplitudes.get(k, 0)) for k, v in more.items()}}
        return group, noun, amplitudes

    # ---- clauses: each returns words and notes its effect ----

    def object_clause(self, allow_direction=True, drifting=False):
        rng = self.rng
        roll = rng.random() if not drifting else 1.0
        if roll < 0.14:
            return self.wind_clause()
        if roll < 0.16:
            self.ask(STORM_PROGRAM)
            return self.pick(STORM)
        group, noun, amplitudes = self.noun(self.pick(DRIFTERS + ["sky", "sky"])) if drifting else self.two_nouns() if rng.random() < 0.97 else self.noun("all")
        before, after, factor, strength = "", "", 1.0, 1.0
        kind = rng.random()
        if kind < 0.22:
            after, strength = self.pick(WEAK)
        elif kind < 0.40:
            after, strength = self.pick(STRONG)
        elif kind < 0.47:
            after, strength = self.pick(PLAIN)
        elif kind < 0.55:
            before, strength = self.pick(WEAK_ADJECTIVE)
        elif kind < 0.62:
            before, strength = self.pick(STRONG_ADJECTIVE)
        verb, factor = self.pick(VERBS[group] if rng.random() < 0.85 else VERBS["any"])
        subject = self.article((before + " " if before else "") + self.adjective() + noun)
        if rng.random() < 0.12:
            subject = self.pick(["only ", "just ", "only "]) + subject
        form = rng.random()
        first = rng.random() < 0.4
        if form < 0.28:
            phrase = inflect(verb, "s")
        elif form < 0.48:
            phrase = inflect(verb, "")
        elif form < 0.78:
            phrase = inflect(verb, "ing")
        elif form < 0.84:
            phrase = self.pick(["is ", "are "]) + inflect(verb, "ing")
        elif form < 0.89:  # noun before: "drifting clouds"
            first = True
            subject = self.article(f"{after + ' ' if after else ''}{inflect(verb, 'ing')} {(before + ' ' if before else '')}{noun}")
            phrase, after = "", ""
        elif form < 0.93:  # "movement of the clouds"
            if rng.random() < 0.5:
                subject, phrase = f"{self.pick(['movement', 'motion', 'animation', 'moving', 'animate'])} {self.pick(['of', 'in', 'on', ''])} {subject}", ""
            else:
                phrase = self.pick(["in motion", "motion", "movement", "animated", "animation", "alive"])
            factor = 1.0
        elif form < 0.955 and " and " not in noun:  # "let the clouds drift"
            subject, phrase = self.pick(["make ", "let ", "have ", "i want "]) + subject, (self.pick(["", "to "])) + inflect(verb, "")
        else:  # the noun alone
            phrase, factor = "", 0.9
        direction = ""
        if allow_direction and group in DRIFTERS and self.direction == (0.0, 0.0) and rng.random() < (0.9 if drifting else 0.33):
            self.direction = self.pick([(-1, 0), (1, 0), (-1, 0), (1, 0), (-1, 0), (1, 0), (0, -1), (0, 1)])
            direction = self.pick(DIRECTIONS[self.direction])
            if phrase and rng.random() < 0.06:
                a, b = ("up", -1) if rng.random() < 0.5 else ("down", 1)
                if self.direction[1] == 0:
                    direction = f"{a} and {direction}" if rng.random() < 0.5 else f"{direction} and {a}"
                    self.direction = (self.direction[0] * 0.7071, b * 0.7071)
            if not phrase:
                phrase = self.pick(["moving", "drifting", "going", "flowing", "", "", "move", "go"])
        elif verb in RISING and group in ("smoke", "floating") and self.direction == (0.0, 0.0) and phrase:
            self.direction = (0, -1)
        late = ""
        if direction and rng.random() < 0.12:
            late, direction = self.pick(AFTERTHOUGHTS).replace("{D}", direction), ""
        place = self.pick(PREPOSITIONS) if rng.random() < 0.25 else ""
        if place and (direction or late) and any(w in place for w in ("left", "right", "top", "bottom")):
            place = ""
        if first:
            parts = [subject, after, phrase, direction, place]
        else:
            parts = [subject, phrase] + ([direction, after] if rng.random() < 0.5 else [after, direction]) + [place]
        if rng.random() < 0.05 and place:
            parts = [place] + [p for p in parts if p != place]
        self.ask(amplitudes, factor * strength)
        return " ".join(p for p in parts if p) + late

    def wind_clause(self):
        rng = self.rng
        wind, factor = self.pick(WIND)
        if rng.random() < 0.55:
            adjective, scale = self.pick(WIND_ADJECTIVES)
            wind = f"{adjective} {wind}"
            factor = min(2.0, factor * scale)
        if rng.random() < 0.35:
            self.ask(WIND_PROGRAM, factor)
            return self.pick(WIND_ALONE).replace("{W}", wind)
        group, noun, amplitudes = self.noun(self.pick(["foliage", "foliage", "grass", "flower", "plant", "hair", "cloth", "sky", "water", "smoke"]))
        self.ask(amplitudes, factor)
        return self.pick(WIND_IN).replace("{W}", self.pick(["", "a ", "the "]) + wind).replace("{N}", self.article(noun))

    def target(self):
        """What the camera looks at: any noun, without making it move."""
        noun = self.pick(NEUTRAL) if self.rng.random() < 0.5 else self.noun()[1]
        if self.rng.random() < 0.1:
            noun = f"{self.noun()[1]}'s {self.pick(['eyes', 'face', 'head', 'edge', 'center', *NEUTRAL[:40]])}"
        return self.article(noun) if self.rng.random() < 0.9 else "the " + noun

    def camera_clause(self, sideways=False):
        rng = self.rng
        vector, nouns, verbs = rng.choices(CAMERA_FAMILIES, weights=[0] * 4 + [1, 1] + [0] * 12 if sideways else [3, 3, 2, 2, 2.2, 2.2, 1.7, 1.7, 1, 1, 1.2, 1.2, 1.8, 1.8, 1.6, .25, .25, .3])[0]
        kind, strength, adverb, adjective = rng.random(), 1.0, "", ""
        use_noun = rng.random() < 0.5
        if kind < 0.3:
            adverb, strength = self.pick(WEAK)
            if use_noun:
                adjective, strength = self.pick(WEAK_ADJECTIVE)
        elif kind < 0.48:
            adverb, strength = self.pick(STRONG)
            if use_noun:
                adjective, strength = self.pick(STRONG_ADJECTIVE)
        elif kind < 0.55:
            adverb = self.pick(["smoothly", "steadily", "continuously", "cinematically", "elegantly", "nicely"])
            adjective = self.pick(["smooth", "steady", "cinematic", "elegant", "long", "continuous", "nice", "clean"])
        phrase = self.pick(nouns if use_noun else verbs)
        phrase = phrase.replace("{T}", self.target())
        if rng.random() < 0.25 and "{T}" not in phrase and " on " not in phrase:
            phrase += self.pick([" shot", " movement", " effect", " move", ""]) if use_noun else self.pick([" to reveal ", " from ", " over ", " past ", " across ", " around_"]).replace("around_", "at ") + self.target() if not any(w in phrase for w in ("around", "towards", "toward", "away")) else ""
        who = self.pick(["the camera", "camera", "the view", "the shot", "the frame", "camera", "the camera", "the cam", "the lens", "the picture", "the photographer", "the viewer", "the perspective", "the drone"])
        if use_noun:
            form = rng.random()
            text = f"{adjective} {phrase}" if adjective else phrase
            if form < 0.3:
                text = self.pick(["a ", "with a ", "do a ", "make a ", "use a ", "add a "]) + text
            elif form < 0.42:
                text = self.pick(["camera ", "camera: ", "camera movement: ", "the camera does a ", "camera motion ", "shot: "]) + text
            elif form < 0.52 and not adjective:
                text = text + " " + (adverb or "camera")
            elif form < 0.58 and adjective:
                text = f"{phrase}, {adjective}" if rng.random() < 0.6 else f"{phrase} {adjective}"
        else:
            form = rng.random()
            if form < 0.5:
                ing = rng.random()
                verb = inflect(phrase.replace(" ", "_"), "s" if ing < 0.5 else "ing" if ing < 0.85 else "")
                verb = verb.replace("_", " ")
                if ing >= 0.5 and ing < 0.85 and rng.random() < 0.4:
                    verb = "is " + verb
                text = f"{who} {adverb} {verb}" if rng.random() < 0.5 else f"{who} {verb} {adverb}"
            elif form < 0.75:
                needs_camera = vector.get("panX") or vector.get("crane") or vector.get("dolly") or vector.get("handheld")
                told = any(w in phrase.split() for w in ("pan", "dolly", "truck", "track", "crane", "boom", "jib", "pedestal", "push", "pull", "handheld"))
                if needs_camera and not told:
                    phrase = self.pick(["move the camera and ", "camera ", "make the camera ", "let the camera ", "the camera should ", "have the camera ", "i want the camera to ", "we ", "as the camera starts to "]) + phrase
                text = f"{adverb} {phrase}" if rng.random() < 0.6 else f"{phrase} {adverb}"
            else:
                text = f"{adverb} {inflect(phrase.replace(' ', '_'), 'ing')}".replace("_", " ")
                if not any(w in text for w in ("pan", "zoom", "doll", "tilt", "crane", "pedestal", "handheld", "orbit", "push", "pull", "roll")):
                    text += self.pick([" camera", " of the camera", " the camera", " with the camera"])
        camera = {k: max(-1.6, min(1.6, v * strength)) for k, v in vector.items()}
        if "handheld" in camera:
            camera["handheld"] = max(0.7, min(1.3, camera["handheld"]))
        if self.camera is None:
            self.camera = camera
        else:
            self.camera = {**camera, **self.camera}
        return " ".join(text.split())

    def still_clause(self):
        group, noun, amplitudes = self.noun()
        phrase = self.pick(STILL_PHRASES)
        if self.rng.random() < 0.2:
            noun, amplitudes = self.pick(NEUTRAL), {}
        free = [k for k, v in amplitudes.items() if v >= 0.7]
        if any(self.amplitude.get(k, 0) > 0 for k in free):
            return None  # would contradict what was asked
        self.zeroed.update(free)
        return phrase.replace("{N}", self.article(noun))

    def program(self):
        out = [0.0] * PROGRAM_SIZE
        for name, value in self.amplitude.items():
            if name not in self.zeroed:
                out[INDEX[name]] = round(min(2.0, value), 4)
        if any(out[:12]):
            out[12], out[13] = self.direction
        for name, value in (self.camera or {}).items():
            out[14 + CAMERA.index(name)] = value
        out[22] = float(any(v > 0 for v in out[:12]))
        return out


def empty_program():
    """Everything plausible moves gently, with a small push-in."""
    out = [EVERYTHING] * 12 + [0.0] * 12
    out[14 + CAMERA.index("dolly")] = SMALL_PUSH_IN
    out[22] = 1.0
    return out


def scramble(text, rng):
    """One typing mistake in one longer word."""
    pieces = text.split(" ")
    places = [i for i, w in enumerate(pieces) if len(w) >= 5 and w.isalpha()]
    if places:
        i = rng.choice(places)
        w, k, kind = pieces[i], rng.randrange(1, len(pieces[i]) - 1), rng.random()
        letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
        pieces[i] = w[:k] + w[k + 1:] if kind < 0.3 else w[:k] + w[k + 1] + w[k] + w[k + 2:] if kind < 0.6 else w[:k] + letter + w[k:] if kind < 0.8 else w[:k] + letter + w[k + 1:]
    return " ".join(pieces)


def make_caption(rng):
    """random.Random -> (prompt, program as a list of 24 floats)."""
    c = Caption(rng)
    roll = rng.random()
    if roll < 0.03:
        kind = rng.random()
        if kind < 0.35:
            return "", empty_program()
        if kind < 0.63:
            return rng.choice(ALIVE), empty_program()
        if kind < 0.75:  # ... with a restriction
            program = empty_program()
            program[14 + CAMERA.index("dolly")] = 0.0
            text = rng.choice(ALIVE) + rng.choice([" but ", ", but ", ", ", " and "]) + c.still_clause()
            for name in c.zeroed:
                program[INDEX[name]] = 0.0
            return text, program
        if kind < 0.88:
            return rng.choice(UNABLE) + rng.choice(["", "", " falling", " fall", " please", " softly", " in the scene", " starts"]), empty_program()
        filler = " ".join(rng.sample(FILLER_AFTER + SCENE_WORDS, rng.randint(1, 2)))
        return filler, empty_program()
    if roll < 0.045:
        return rng.choice(ALL_STILL), [0.0] * PROGRAM_SIZE
    if roll < 0.075:  # only a restriction: everything else moves gently
        program = empty_program()
        program[14 + CAMERA.index("dolly")] = 0.0
        if rng.random() < 0.5:
            return rng.choice(STATIC_CAMERA), program
        text = c.still_clause()
        for name in c.zeroed:
            program[INDEX[name]] = 0.0
        return text, program
    if roll < 0.10:  # everything except
        group, noun, amplitudes = c.noun()
        program = [1.0] * 12 + [0.0] * 12
        for name, value in amplitudes.items():
            if value >= 0.7:
                program[INDEX[name]] = 0.0
        program[22] = 1.0
        everything = rng.choice(["everything moves except {N}", "everything except {N} moves", "everything but {N}", "animate everything except {N}", "move everything but {N}", "all moves except {N}", "everything moves but {N} stays still", "everything moves but not {N}", "everything apart from {N} moves", "move all except {N}"])
        return everything.replace("{N}", c.article(noun)), program
    if roll < 0.12:  # nothing except
        group, noun, amplitudes = c.noun()
        c.ask(amplitudes)
        nothing = rng.choice(["nothing moves except {N}", "don't move anything except {N}", "nothing but {N} moves", "freeze everything except {N}", "freeze everything but {N}", "keep everything still except {N}", "everything stays still except {N}", "everything is frozen but {N}", "do not animate anything but {N}", "no movement except {N}", "no motion except for {N}", "animate only {N}", "only {N}", "move only {N}", "{N} only", "everything still, only {N} moves", "nothing else moves, only {N}", "all still except {N}", "animate nothing but {N}", "don't animate anything except {N}", "just {N}", "all I want is {N} moving"])
        text = nothing.lower().replace("{n}", c.article(noun))
        if group in DRIFTERS and rng.random() < 0.3:
            c.direction = rng.choice([(-1, 0), (1, 0)])
            text += rng.choice([" {D}", *AFTERTHOUGHTS]).replace("{D}", rng.choice(DIRECTIONS[c.direction]))
        return text, c.program()
    if roll < 0.31:
        clauses = ["camera"]
    elif roll < 0.54:
        clauses = ["object"]
    elif roll < 0.80:
        clauses = ["camera", "object"]
    elif roll < 0.88:
        clauses = ["object", "object"]
    elif roll < 0.94:
        clauses = ["camera", "object", "object"]
    elif roll < 0.96:
        clauses = ["object", "object", "object"]
    else:
        clauses = ["camera", "camera"]
    rng.shuffle(clauses)
    drifting = len(clauses) == 2 and "camera" in clauses and rng.random() < 0.5
    opening = None
    if "camera" not in clauses and rng.random() < 0.09:  # the restriction comes first
        still = c.still_clause()
        opening = still + rng.choice([", ", ", but ", " but ", "; ", " and ", ", only ", " while "])
    first_object = True
    parts = []
    for kind in clauses:
        if kind == "camera":
            parts.append(c.camera_clause(sideways=drifting and rng.random() < 0.5))
        else:
            parts.append(c.object_clause(drifting=drifting))
            first_object = False
    text = (opening or "") + parts[0]
    for part in parts[1:]:
        text += rng.choice(JOINERS) + part
    has_object = not first_object
    if rng.random() < 0.24:
        if has_object and rng.random() < 0.75:
            still = c.still_clause() if rng.random() < 0.7 else rng.choice(NOTHING_ELSE)
            if still:
                text += rng.choice([" but ", ", but ", ", ", " and ", ", while ", " while ", "; ", ". "]) + still
        elif "camera" not in clauses:
            extra = rng.choice(STATIC_CAMERA)
            text = f"{text}{rng.choice([', ', ' with ', ', but ', '; ', ' and '])}{extra}" if rng.random() < 0.7 else f"{extra}, {text}"
        elif not has_object and rng.random() < 0.5:
            text += rng.choice([" but ", ", but ", ", ", " and ", ", while ", "; "]) + c.still_clause()
        elif not has_object:
            text += rng.choice([", ", " and ", ", but ", "; "]) + rng.choice(["nothing else moves", "nothing moves", "everything stays still", "no object motion", "the scene is still", "the scene stays frozen", "the picture itself stays still"])
    if "camera" in clauses and not has_object and rng.random() < 0.06:
        text += rng.choice([" so we see ", " until we see ", " to show ", " so that you can see ", " and show ", " until you can see ", " revealing ", " to get a better look at "]) + c.target()
    if rng.random() < 0.1:
        text = rng.choice(FILLER_BEFORE) + " " + text
    if rng.random() < 0.12:
        text += rng.choice([", ", " ", "; "]) + rng.choice(FILLER_AFTER + SCENE_WORDS)
    if rng.random() < 0.08:
        text = scramble(text, rng)
    if rng.random() < 0.06:
        pieces = text.split(" ")
        pieces.insert(rng.randrange(len(pieces) + 1), rng.choice(IDLE))
        text = " ".join(pieces)
    return text, c.program()


# Words that carry no motion but must not be "repaired" into ones that do.
COMMON = words("a an the this that these those my your his her its our their i you he she we they me him us them is are was were be been being am do does did done doing have has had having will would shall should can could may might must of in on at to from by with without for as into onto over under above below behind between near next along around through across against during after before until since about up down out off left right back forward away there here where when while who what which how why and or but nor so yet if then than too very really quite just only also even still not no nor none never ever again always often sometimes more most less least much many few some any all both each every other another such same own great good bad nice cool best better worst pretty simple easy hard real true full empty open closed high low large small short long new old young first second third last next one two three four five six seven eight nine ten say said see seen look looks make makes made get gets got give take come go goes going went want wants like love need think know show shows put turn keep let leave start stop begin end please thanks thank hello okay yes sure maybe video clip movie film gif loop photo picture image shot frame scene style effect quality motion movement moving color colors colour warm cold hot dry wet dark bright clean dirty rough smooth sharp blurry soft loud quiet happy sad angry funny scary strange weird magic magical fantasy dream epic world life time year month week hour minute second place thing things way part side top bottom middle center centre edge corner front rear inside outside edges area point line shape size piece kind type sort name number word story idea music sound voice noise sleep eat drink play work home school office friend friends child doesn don isn aren didn won wouldn shouldn couldn wasn ll ve re hand eye eyes mouth nose ear ears arm leg legs foot feet finger lips cheek neck teeth smile rain raining snow snowing snowfall snowflakes raindrops weather thunder horses cats dogs heart paint painted draw drawing background whole around white black bread water's there's it's touch touches touching loop loops towards toward seems becomes appears beach sheet whale shark beat great grate brave crave grave slave shave cave stare stone store score flour floor clown crown brown crowd cloak flake flame flare float flood plot slow snow show grow glow blow below yellow hello fellow follow hollow pillow shallow swallow while whole white write wheel where there these those three threw through though thought tough rough cough enough house mouse horse nurse purse course source force fence dance glance chance change charge large range orange strange stage image page wage language message village damage garage manage package average board beard bored guard heard heart earth north south east west western eastern northern southern crane train brain plain plane place plate plant panel pencil sunny rainy foggy snowy cloudy windy dusty misty main sale war hat pie sing sang")
ACTING = {p for nouns, _ in NOUNS.values() for n in nouns for p in n.split()} | {p for v in VERBS.values() for verb, _ in v for p in verb.split("_")}
ACTING |= set(" ".join(a for a, _ in WEAK + STRONG + PLAIN + WEAK_ADJECTIVE + STRONG_ADJECTIVE + WIND + WIND_ADJECTIVES).split())
ACTING |= set(" ".join(p for _, nouns, verbs in CAMERA_FAMILIES for p in nouns + verbs).replace("{T}", "").replace("-", " ").split())
ACTING |= set(" ".join(sum(DIRECTIONS.values(), []) + STATIC_CAMERA + STILL_PHRASES + ALL_STILL + NOTHING_ELSE + ALIVE).replace("'", " ").split())
ACTING |= set("no not nor never none without but except all everything nothing move moving motion movement whole doesn don isn aren didn won wouldn shouldn couldn wasn stop".split())
IDLE = [w for w in COMMON if w not in ACTING and w + "s" not in ACTING]
LEMMAS = {"zom": "zoom", "zoon": "zoom", "zomm": "zoom", "soom": "zoom", "zoooom": "zoom", "pann": "pan", "cloudz": "cloud", "wavs": "waves", "leafs": "leaves", "blew": "blow", "blown": "blow", "fallen": "fall", "rose_": "rise", "rising": "rise", "ran": "run", "swam": "swim", "flew": "fly", "flown": "fly", "swung": "swing", "spun": "spin", "went": "go", "broke": "break", "broken": "break", "shook": "shake", "shaken": "shake", "burnt": "burn", "swept": "sweep", "crept": "creep", "driven": "drive", "drove": "drive", "moved": "move", "moves": "move", "dying": "fade", "lying": "rest", "came": "come", "withdrawn": "withdraw", "windblown": "wind", "windswept": "wind", "wavy": "wave", "leafy": "leaf", "breathing": "breathe", "staring": "stand", "quick": "quick", "colour": "color", "colours": "color", "centre": "center", "grey": "gray", "rotating": "rotate", "rotates": "rotate", "revolving": "revolve", "ocean's": "ocean", "seas": "sea", "ashore": "shore", "woodlands": "woodland"}


def build_words(sample_count=120_000, seed=7):
    """Vocabulary: every piece that the grammar can say and that the ending rules cannot reduce to another."""
    from captions_subjects import make_subject
    from text import ENDINGS, Tokenizer, one_edit_apart, split_words
    from words_subjects import MOVERS

    rng = random.Random(seed)
    pieces = {}
    for number in range(sample_count):
        for piece in split_words((make_caption if number % 3 else make_subject)(rng)[0]):
            pieces[piece] = pieces.get(piece, 0) + 1
    listed = set()
    for nouns, _ in NOUNS.values():
        listed.update(p for n in nouns for p in split_words(n))
    for verbs in VERBS.values():
        listed.update(p for v, _ in verbs for p in v.split("_"))
    for text in NEUTRAL + MOVERS + SCENE_WORDS + COMMON + ALIVE + ALL_STILL + STATIC_CAMERA + FILLER_AFTER + FILLER_BEFORE:
        listed.update(split_words(text))
    frequent = {p for p, n in pieces.items() if n >= 8}
    # what `scramble` spelt wrong is left to the tokeniser's own repair
    frequent -= {p for p in frequent - listed - ACTING if len(p) >= 5 and any(30 * pieces[p] < pieces[other] and one_edit_apart(p, other) for other in frequent)}
    keep = set()
    for piece in sorted(listed | frequent, key=lambda p: (len(p), p)):
        if len(piece) < 2 and piece not in ("a", "i", ",", ";", ".", "!"):
            continue
        reducible = False
        for ending in ENDINGS[:6]:
            stem = piece[: -len(ending)]
            if piece.endswith(ending) and len(stem) >= 3:
                candidates = [stem, stem + "e"] + ([stem[:-1]] if stem[-1] == stem[-2] else []) + ([stem[:-1] + "y"] if stem[-1] == "i" else [])
                reducible = reducible or any(c in keep for c in candidates)
        special = piece in ("waves", "waving", "leaves", "leaf", "lights", "falls", "clouds", "rolling", "falling", "gently", "slowly", "lightly", "needles", "sheets", "rushes", "speed", "seed", "lower", "rather", "clockwise", "hood", "blooms", "higher", "closer", "winding")
        if special or not reducible:
            keep.add(piece)
    from text import normalise
    from words_foreign import aliases

    foreign = {normalise(form): meaning for form, meaning in aliases().items()}
    missing = {word for meaning in foreign.values() for word in meaning.split()} - keep
    ordered = [",", ".", ";", "!"] + sorted((keep | missing) - {",", ".", ";", "!"})
    table = {word: i + 1 for i, word in enumerate(ordered)}
    lemmas = {k: v for k, v in LEMMAS.items() if k not in table and v in table and not k.endswith("_")}
    return Tokenizer(table, {form: meaning for form, meaning in sorted({**foreign, **lemmas}.items()) if form not in table and " " not in form})


if __name__ == "__main__":
    generator = random.Random(1)
    for _ in range(60):
        prompt, program = make_caption(generator)
        asked = {c: program[i] for c, i in INDEX.items() if program[i]}
        camera = {c: round(program[14 + i], 2) for i, c in enumerate(CAMERA) if program[14 + i]}
        print(repr(prompt), asked if len(asked) < 8 else f"all but {set(INDEX) - set(asked)}", tuple(program[12:14]), camera)
