"""More prompts written by hand before the training they judge, as people write to a bot. Format of `words_held_out.py`.

They were written before the grammar was enlarged, and then told what it lacked: their patterns and names
(never their sentences) went into it, so what they measure is that these are learned, not what else is missing.
Names that no list had before (what sways under water, tassels, manes, rafts ...), a direction as an afterthought,
Japanese camera phrases with ni, he, made and kara.
"""

CHAT = {
    "chat": """
make the mist roll over the hills but keep the barn still | - | smoke
hey can you make her ponytail swing a little | - | hair
pls animate the laundry on the line, nothing else | - | cloth !sky !foliage
just the prayer flags flapping, mountains stay put | - | cloth
the kelp sways under water, the diver hangs still | - | grass !body
seaweed waving slowly in the current | - | grass
only the corals should sway, the fish stay where they are | - | grass !floating
jellyfish pulsing up and down, dark water still | - | floating !sea
the octopus's arms wave gently | - | grass
sea anemones sway back and forth around the clownfish | - | grass !floating
zoom in on the clownfish while the sea anemones sway | zoom+ | grass !floating
zoom out from the reef while seaweed sways around it | zoom- | grass
the fringes of the shawl swing | - | cloth
tassels dangle and sway, camera doesnt move | - | cloth
bunting flutters over the street | - | cloth
colourful streamers fluttering, loop it | - | cloth
a kimono sleeve moving in the breeze | - | cloth
only her sari flows, she stands still | - | cloth !body
the lion's mane ruffles, nothing else moves | - | hair !body
whiskers twitch a bit | - | hair
the peacock's plumage shivers | - | hair
the wool of the sheep moves in the wind | - | hair !body
cattails bend by the pond, pond stays like glass | - | grass !sea
a field of lavender rippling to a gentle breeze | - | grass
fern fronds bob slightly | - | foliage
ivy on the wall trembles, wall stays | - | foliage
breath comes out of his mouth in the cold, camera steady | - | smoke !body
the fountain splashes and thats it | - | river
rapids churning hard | - | river
swell heaving under the pier, pier dont move | - | sea
surf foams around the rocks, slow push in | dolly+ | sea
puddles ripple as it rains | - | sea
ducks bobbing on the canal, go left with the camera | panX- | floating
candles flicker on the altar, pull back slow | dolly- | fire
fairy lights twinkle while we drift right | panX+ | light
headlights glow in the fog, fog drifts to the left | - | light smoke <
zoom out slowly from her eyes while her veil moves | zoom- | cloth
tilt down from the church roof to the people | panY- | !body
the raft drifts off to the left, trees behind stay | - | floating < !foliage
the gondolas rock, water stays calm | - | floating !sea
hot air balloon drifting right, camera locked off | - | floating >
clouds going to the right pls, everything else frozen | - | sky > !sea !foliage
sky only, drifting leftwards real slow | - | sky <
make it alive but dont touch the faces | - | !body sea
slow zoom on the tower, clouds behind it go left | zoom+ | sky <
can u pan up the waterfall with the water falling | panY+ | river
camera goes up over the rooftops, smoke rises from the chimneys | crane+ | smoke ^
wind in the barley strong!! camera still | - | grass
move forward down the lane, leaves falling | dolly+ | foliage
the bride's veil blows to the side, the groom doesn't move | - | cloth !body
her braids and her scarf move, her face does not | - | hair cloth !body
kites dance in the sky | - | floating
a gust lifts the parasols | - | cloth
spin slowly clockwise around the center | roll+ |
orbit right round the windmill, wheat moves | orbit+ | grass
seamless loop, incense smoke curling up | - | smoke
zooom in on teh sailbaot slowly | zoom+ | !floating
""",
    "chat de": """
nur die Quasten schwingen hin und her | - | cloth
die Wolken ziehen, und zwar nach rechts | - | sky >
der Nebel zieht, aber nach links und ganz langsam | - | smoke <
nur der Himmel bewegt sich, nach links, alles andere bleibt | - | sky < !sea !foliage
Wolken ziehen vorbei, Kamera steht | - | sky
die Seeanemone wiegt sich, der Fisch bleibt still | - | grass !floating
das Seegras wogt in der Strömung | - | grass
bitte langsam an das Gesicht heranzoomen | zoom+ | !body
Zoom auf den Leuchtturm, die Wellen rollen | zoom+ | sea
die Mähne des Pferdes weht, das Pferd steht | - | hair !body
ihr Zopf schwingt ein bisschen | - | hair
das Schilf biegt sich im Wind, der See bleibt glatt | - | grass !sea
der Springbrunnen plätschert, sonst nichts | - | river
die Wimpel flattern über dem Marktplatz | - | cloth
Kamera fährt am Haus vorbei nach rechts | panX+ |
das Boot treibt nach links davon | - | floating <
die Kerzen flackern, langsam rauszoomen | zoom- | fire
die Ähren wogen stark | - | grass
Schwenk nach oben, Nebel zieht nach rechts | panY+ | smoke >
""",
    "chat es": """
solo se mueven las nubes, y hacia la derecha | - | sky >
las nubes pasan, y es hacia la izquierda, la cámara quieta | - | sky <
los flecos del mantón se balancean | - | cloth
las algas se mecen bajo el agua, el pez no se mueve | - | grass !floating
acércate poco a poco a la cara de la niña | dolly+ | !body
haz zoom en el barco mientras ondean las velas | zoom+ | cloth
su trenza se mueve un poco | - | hair
la crin del caballo ondea y el caballo queda quieto | - | hair !body
la fuente salpica, nada más | - | river
los banderines ondean con fuerza | - | cloth
la niebla se va hacia la izquierda | - | smoke <
los juncos se doblan con el viento, el lago quieto | - | grass !sea
las velas de la iglesia parpadean | - | fire
aleja la cámara mientras sube el humo | dolly- | smoke ^
el trigo se mueve suavemente, sin tocar el cielo | - | grass !sky
la balsa flota hacia la derecha | - | floating >
que se mueva solo la ropa tendida | - | cloth !sky
""",
    "chat fr": """
seuls les nuages bougent, et ce vers la gauche | - | sky <
les nuages passent, et cela vers la droite, caméra fixe | - | sky >
les pompons se balancent d'avant en arrière | - | cloth
l'anémone ondule, le poisson ne bouge pas | - | grass !floating
les algues ondulent doucement sous l'eau | - | grass
zoome lentement sur le visage du bébé | zoom+ | !body
sa tresse bouge un peu, pas son visage | - | hair !body
la crinière du lion frémit | - | hair
les roseaux plient, l'étang reste lisse | - | grass !sea
la fontaine jaillit, rien d'autre | - | river
les fanions claquent au vent | - | cloth
éloigne la caméra pendant que la brume monte | dolly- | smoke
les bougies vacillent | - | fire
le radeau dérive vers la gauche | - | floating <
les blés ondulent fort, caméra immobile | - | grass
la houle soulève la bouée | - | sea
travelling vers la droite le long du canal | panX+ | !river
""",
    "chat ja": """
猫の顔にゆっくり寄って | dolly+ | !body
花にゆっくりズームして | zoom+ |
塔までズームする | zoom+ |
窓から引いていく | dolly- |
灯台へゆっくり近づく | dolly+ | !light
海の方へズームして、波は動かさないで | zoom+ | !sea
お城からゆっくりズームアウトして | zoom- |
雲だけ左に動かして | - | sky <
雲が流れる、それも右へ | - | sky >
イソギンチャクが揺れて、魚は動かない | - | grass !floating
海藻がゆらゆら揺れる | - | grass
房飾りが前後に揺れる | - | cloth
三つ編みが少し揺れる | - | hair
たてがみだけなびく、馬は動かない | - | hair !body
洗濯物が風にはためく | - | cloth
噴水だけ動かして | - | river
葦が風に揺れて、池は静かなまま | - | grass !sea
霧がゆっくり左に流れて、カメラは固定 | - | smoke <
女の子の髪が揺れる、カメラは右へパン | panX+ | hair
ろうそくの炎がゆらめく、ゆっくりズームイン | zoom+ | fire
""",
}
