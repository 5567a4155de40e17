"""Prompts written by hand before the training they judge, apart from the grammar; never tuned on.

One line per prompt, the format of `test_text.py`: prompt | camera that must come out (`zoom+`; `-` or
nothing = none) | classes that must move, `!class` that must not, `< > ^ v` drift direction.
"""

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
