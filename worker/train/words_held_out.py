"""Prompts written by hand before the training they judge, apart from the grammar; never tuned on.

One line per prompt, the format of `test_text.py`: prompt | camera that must come out (`zoom+`; `-` or
nothing = none) | classes that must move, `!class` that must not, `< > ^ v` drift direction.
"""

from words_held_out_chat import CHAT
from words_held_out_names import NAMES

HELD_OUT = {"en": """
pan left while the clouds drift right | panX- | sky >
pan right as the clouds float off to the left | panX+ | sky <
clouds drifting left, pan right | panX+ | sky <
the camera drifts left over the rooftops | panX- |
the clouds drift left over the rooftops | - | sky <
zoom out slowly, but the trees stay still | zoom- | !foliage
only the water, please | - | sea !sky !foliage
no camera movement, just smoke going up | - | smoke ^
crane down while breakers roll in | crane- | sea
handheld feel as the bonfire burns | handheld+ | fire
tilt up along the waterfall | panY+ | !river
tilt up while the waterfall tumbles down | panY+ | river
orbit to the left around the statue as leaves flutter | orbit- | foliage
the willow branches sway but the pond is like glass | - | foliage !sea
let the waves come in, freeze the clouds | - | sea !sky
I'd love to see the flags flap hard in a gale | - | cloth
make the candle flicker, nothing more | - | fire !smoke !light
everything should move apart from the people | - | sea !body
the clouds shouldn't move, only the river | - | river !sky
slow dolly in on the cottage with mist creeping from left to right | dolly+ | smoke >
push forward gently as the reeds bend | dolly+ | grass
roll the camera clockwise a little | roll+ |
the storm clouds race from right to left | - | sky <
boats drift to the right on a calm lake | - | floating >
smoke drifts up and the camera pans to the left | panX- | smoke ^
camera fixed on a tripod, the palm trees sway | - | foliage
don't zoom, let the stars twinkle | - | light
zoom in on the stars | zoom+ | !light
quick pan to the right across the bay | panX+ |
the shutters of the house stay where they are, ivy trembles | - | foliage
sea fog slides leftward over the cliffs | - | smoke <
pull out to reveal the burning campfire | dolly- |
a seamless loop of rippling water | - | sea
her scarf and hair blow in the wind | - | hair cloth
neither the sky nor the sea moves, the grass waves | - | grass !sky !sea
no wind in the trees, the brook runs | - | river !foliage
tilt down, then zoom in | panY- zoom+ |
pan right and zoom out a bit | panX+ zoom- |
crane up and tilt down over the town | crane+ panY- |
a bird glides to the left, camera still | - | floating <
drone rises over the forest | crane+ | !foliage
sunbeams shimmer through drifting fog | - | light smoke
the frozen waterfall, snow on the rocks, aurora dancing | - | sky
the river flows to the right while we pan left | panX- | river >
xylophone zoom out quartz | zoom- |
the little dog breathes quietly | - | body
clouds move very slowly to the right; camera static | - | sky >
rotate the view anti-clockwise slowly | roll- |
""", "de": """
langsamer Zoom auf das Haus | zoom+ |
Rauszoomen, ganz langsam | zoom- |
die Kamera schwenkt nach links | panX- |
Schwenk nach rechts über die Stadt | panX+ |
Kamera nach oben neigen | panY+ |
nach unten schwenken | panY- |
Kamerafahrt nach vorne durch das Tal | dolly+ |
die Kamera fährt langsam zurück | dolly- |
Kamera umkreist die Statue | orbit+ |
Kranfahrt nach oben | crane+ |
die Kamera senkt sich | crane- |
Drehung im Uhrzeigersinn | roll+ |
wackelige Handkamera | handheld+ |
die Wolken ziehen nach links | - | sky <
Wolken treiben sanft nach rechts | - | sky >
Meereswellen rollen an den Strand | - | sea
die Blätter rascheln im Wind | - | foliage
der Fluss fließt, aber die Bäume bleiben still | - | river !foliage
nur das Wasser bewegt sich | - | sea !sky !foliage
Rauch steigt aus dem Schornstein auf | - | smoke ^
das Lagerfeuer flackert, keine Kamerabewegung | - | fire
die Fahne weht heftig im Sturm | - | cloth
Schwenk nach links, während die Wolken nach rechts ziehen | panX- | sky >
hineinzoomen, während Nebel durch das Tal zieht | zoom+ | smoke
alles bewegt sich außer dem Himmel | - | sea !sky
das Gras wiegt sich leicht, der Himmel bewegt sich nicht | - | grass !sky
ihre Haare wehen | - | hair
Sterne funkeln am Nachthimmel | - | light
das Boot schaukelt auf dem See | - | floating
Kamera bleibt stehen, der Wasserfall rauscht | - | river
""", "es": """
zoom lento hacia la casa | zoom+ |
aleja el zoom poco a poco | zoom- |
la cámara gira hacia la izquierda | panX- |
paneo a la derecha | panX+ |
inclina la cámara hacia arriba | panY+ |
la cámara mira hacia abajo | panY- |
la cámara avanza por el bosque | dolly+ |
la cámara retrocede lentamente | dolly- |
órbita alrededor de la estatua | orbit+ |
grúa hacia arriba | crane+ |
la cámara desciende | crane- |
rotación en sentido horario | roll+ |
cámara en mano | handheld+ |
las nubes se mueven hacia la izquierda | - | sky <
nubes que pasan suavemente a la derecha | - | sky >
las olas rompen en la playa | - | sea
las hojas se mecen con el viento | - | foliage
el río fluye pero los árboles no se mueven | - | river !foliage
solo el agua se mueve | - | sea !sky !foliage
el humo sube de la chimenea | - | smoke ^
la hoguera arde, sin movimiento de cámara | - | fire
la bandera ondea con fuerza | - | cloth
paneo a la izquierda mientras las nubes van a la derecha | panX- | sky >
acercar con zoom mientras la niebla avanza | zoom+ | smoke
todo se mueve excepto el cielo | - | sea !sky
la hierba se balancea ligeramente y el cielo queda quieto | - | grass !sky
su pelo ondea al viento | - | hair
las estrellas parpadean | - | light
el barco se balancea en el lago | - | floating
cámara fija, la cascada cae | - | river
""", "fr": """
zoom avant lent sur la maison | zoom+ |
zoom arrière très doux | zoom- |
la caméra panoramique vers la gauche | panX- |
panoramique à droite sur la ville | panX+ |
incline la caméra vers le haut | panY+ |
la caméra regarde vers le bas | panY- |
travelling avant dans la forêt | dolly+ |
la caméra recule lentement | dolly- |
la caméra tourne autour de la statue | orbit+ |
mouvement de grue vers le haut | crane+ |
la caméra descend | crane- |
rotation dans le sens des aiguilles d'une montre | roll+ |
caméra à l'épaule | handheld+ |
les nuages se déplacent vers la gauche | - | sky <
des nuages qui dérivent doucement vers la droite | - | sky >
les vagues déferlent sur la plage | - | sea
les feuilles bruissent dans le vent | - | foliage
la rivière coule mais les arbres restent immobiles | - | river !foliage
seule l'eau bouge | - | sea !sky !foliage
la fumée monte de la cheminée | - | smoke ^
le feu de camp brûle, sans mouvement de caméra | - | fire
le drapeau flotte violemment | - | cloth
panoramique à gauche pendant que les nuages vont à droite | panX- | sky >
zoom avant pendant que la brume avance | zoom+ | smoke
tout bouge sauf le ciel | - | sea !sky
l'herbe ondule légèrement, le ciel ne bouge pas | - | grass !sky
ses cheveux volent au vent | - | hair
les étoiles scintillent | - | light
le bateau tangue sur le lac | - | floating
caméra fixe, la cascade tombe | - | river
""", "ja": """
家にゆっくりズームイン | zoom+ |
ゆっくりとズームアウトする | zoom- |
カメラを左にパン | panX- |
右へパンして街を見せる | panX+ |
カメラを上に傾ける | panY+ |
下にチルト | panY- |
カメラが前進する | dolly+ |
カメラがゆっくり後退 | dolly- |
像の周りを回るカメラ | orbit+ |
クレーンアップ | crane+ |
カメラが下降する | crane- |
時計回りに回転 | roll+ |
手持ちカメラ | handheld+ |
雲が左に流れる | - | sky <
雲がゆっくり右へ動く | - | sky >
波が砂浜に打ち寄せる | - | sea
葉が風にそよぐ | - | foliage
川は流れるが木は動かない | - | river !foliage
水だけが動く | - | sea !sky !foliage
煙突から煙が立ち上る | - | smoke
焚き火が燃える、カメラは動かない | - | fire
旗が激しくはためく | - | cloth
雲が右に流れる間、カメラは左にパン | panX- | sky >
霧が漂う中、ズームイン | zoom+ | smoke
空以外すべて動く | - | sea !sky
草がかすかに揺れ、空は静止したまま | - | grass !sky
彼女の髪が風になびく | - | hair
星がきらめく | - | light
船が湖に揺れる | - | floating
固定カメラで滝が落ちる | - | river
""", "mixed": """
Zoom out しながら雲が流れる | zoom- | sky
pan nach links, clouds drift right | panX- | sky >
slow zoom avant, les vagues bougent | zoom+ | sea
cámara fija, only the fire moves | - | fire !sky
""", "intensity": """
the reeds sway gently || the reeds sway || the reeds sway strongly || 4
the ocean rolls softly || the ocean rolls || the ocean rolls violently || 1
clouds pass slowly || clouds pass || clouds pass rapidly || 0
zoom in gently || zoom in || zoom in fast || 16
die Bäume wiegen sich sanft || die Bäume wiegen sich || die Bäume wiegen sich heftig || 3
las olas se mueven suavemente || las olas se mueven || las olas se mueven con fuerza || 1
les arbres bougent doucement || les arbres bougent || les arbres bougent violemment || 3
木が少し揺れる || 木が揺れる || 木が激しく揺れる || 3
langsamer Schwenk nach rechts || Schwenk nach rechts || schneller Schwenk nach rechts || 14
the flag waves slightly || the flag waves || the flag waves furiously || 5
"""}

# A second set, written before the training on `captions_subjects.py`: things that move around, past or away from others,
# things that cannot move, moves of the camera along something or said without the word. An empty third field: nothing moves.
HELD_OUT |= {"subjects": """
the stream winds around the boulders | - | river
mist curls around the church tower | - | smoke
goldfish swim around the stone lantern | - | floating
the sea swirls around the pillars of the pier | - | sea
tall grass bends around the fence posts | - | grass
clouds slide past the summit | - | sky
a sailboat glides past the lighthouse | - | floating !light
ducks paddle along the bank | - | floating
fog creeps through the sleeping village | - | smoke
the creek runs through the meadow | - | river !grass
waves roll towards the rowing boat | - | sea !floating
smoke drifts away from the campfire | - | smoke !fire
the balloon floats away | - | floating
the seagull flies off to the right | - | floating >
the truck drives past | - |
a motorbike rides around the square | - |
the tram goes around the bend | - |
two cars chase each other through the tunnel | - |
the dog runs around the old oak | - | body !foliage
people stroll along the promenade | - | body
the train passes from left to right | - |
the swing goes back and forth | - |
the pendulum swings from side to side | - |
the tractor drives away across the field | - | !grass
the boat rocks back and forth | - | floating
the curtains swing to and fro | - | cloth
branches sway from side to side | - | foliage
the ferry sails away from the harbour | - | floating !sea
the plane comes towards us | - | floating
the tide flows around her feet, she does not move | - | sea !body
river going left, the bridge stays where it is | - | river <
thin clouds gliding left, cows and meadow dont move | - | sky < !body !grass
water swirls around the rock, the heron stays put | - | sea !floating
ripples spread around the duck but the duck itself holds still | - | sea !floating
the wind pushes the mist to the left | - | smoke <
the breeze carries the smoke away | - | smoke
steam wafts past the lamp | - | smoke !light
a wave washes over the stones and pulls back | - | sea
the tide pulls back from the beach | - | sea
flames lick around the logs | - | fire
her dress swirls around her legs | - | cloth
the horse's mane flutters, the horse stands still | - | hair !body
the boy's kite dances above the dunes | - | floating
the leaves of the birch shiver | - | foliage
the ship's sails billow, the ship itself does not move | - | cloth !floating
beach umbrellas flap in the wind | - | cloth
clouds slidign past the peaks | - | sky
teh brook flows arround the stones | - | river
flowers nodding along the garden path | - | grass
snakes of fog crawl between the hills | - | smoke
the wind turbine spins | - |
a cup rolls off the table | - |
smoke rises slowly | - | smoke ^
the hot air balloon rises above the hills | - | floating ^
the river flows to the right around the island | - | river >
the camera circles the fountain towards the right | orbit+ | !river
circling around the old oak, moving to the left | orbit- | !foliage
the camera flies around the tower as the clouds move | orbit+ | sky
th camera circels right around the tree | orbit+ | !foliage
arc to the right around the bride, her veil flutters | orbit+ | cloth !body
walk around the sculpture to the left | orbit- |
filmed by hand, unsteady | handheld+ |
as though somebody held the phone, rather shaky | handheld+ |
it should look hand-filmed | handheld+ |
dolly forward up the steps | dolly+ |
dolly in along the corridor to the window | dolly+ |
push in down the alley | dolly+ |
pan left past the columns | panX- |
slowly to the right | panX+ |
a little to the left | panX- |
closer, slowly | dolly+ |
the camera drifts past the trees to the right | panX+ | !foliage
the camera moves along the river to the left | panX- | !river
pull back from the boat while the water swirls around it | dolly- | sea !floating
zoom in on the duck as ripples spread around it | zoom+ | sea !floating
crane shot: the camera goes down slowly to the pond | crane- | !sea
tilt up along the trunk | panY+ |
roll the camera to the left, like a plane in a curve | roll- |
slow zoom in, the stream runs around the rocks | zoom+ | river
pan right, the swans swim past the reeds | panX+ | floating !grass
""", "subjects de": """
der Bach fließt um die Steine herum | - | river
der Nebel zieht am Turm vorbei | - | smoke
das Auto fährt davon | - |
die Enten schwimmen um die Insel | - | floating
das Wasser kräuselt sich um den Schwan, der Schwan bleibt still | - | sea !floating
das Boot gleitet am Leuchtturm vorbei | - | floating
die Glocke schwingt hin und her | - |
der Zug kommt um die Kurve | - |
Wolken gleiten nach rechts, Kühe und Wiese stehen still | - | sky > !body !grass
die Kamera fährt um den Brunnen herum | orbit+ | !river
langsam nach links | panX- |
wie aus der Hand gefilmt | handheld+ |
Kamerafahrt nach vorne die Treppe hinauf | dolly+ |
Rauch zieht vom Feuer weg | - | smoke !fire
""", "subjects es": """
el arroyo fluye alrededor de las piedras | - | river
las nubes pasan junto a la torre | - | sky
el coche se aleja | - |
los patos nadan alrededor de la isla | - | floating
la campana se balancea de un lado a otro | - |
el agua se mueve alrededor del barco, el barco no se mueve | - | sea !floating
el humo se aleja de la hoguera | - | smoke !fire
el tren pasa por el puente | - |
la cámara gira alrededor del árbol | orbit+ | !foliage
despacio hacia la derecha | panX+ |
como grabado a mano | handheld+ |
travelling hacia delante por el pasillo | dolly+ |
""", "subjects fr": """
le ruisseau coule autour des pierres | - | river
les nuages glissent devant la tour | - | sky
la voiture s'éloigne | - |
les canards nagent autour de l'île | - | floating
la cloche se balance d'avant en arrière | - |
l'eau ondule autour du bateau, le bateau ne bouge pas | - | sea !floating
la fumée s'éloigne du feu | - | smoke !fire
le train passe dans le virage | - |
la caméra tourne autour de l'arbre | orbit+ | !foliage
lentement vers la gauche | panX- |
comme filmé à la main | handheld+ |
travelling avant dans le couloir | dolly+ |
""", "subjects ja": """
小川が石の周りを流れる | - | river
雲が塔の横を通り過ぎる | - | sky
車が走り去る | - |
アヒルが島の周りを泳ぐ | - | floating
鐘が前後に揺れる | - |
水が船の周りで揺れる、船は動かない | - | sea !floating
煙が火から離れていく | - | smoke !fire
電車がカーブを曲がる | - |
カメラが木の周りを回る | orbit+ | !foliage
ゆっくり右へ | panX+ |
手持ちで撮ったような揺れ | handheld+ |
廊下を前進するカメラ | dolly+ |
""", "intensity gentle": """
the ferns tremble slightly || the ferns tremble || the ferns tremble wildly || 3
the lake ripples softly || the lake ripples || the lake ripples strongly || 1
the cat breathes quietly || the cat breathes || the cat breathes heavily || 9
his coat flaps lightly || his coat flaps || his coat flaps hard || 5
smoke drifts lazily || smoke drifts || smoke drifts fast || 7
die Gräser zittern leicht || die Gräser zittern || die Gräser zittern heftig || 4
"""}

HELD_OUT |= CHAT | NAMES
