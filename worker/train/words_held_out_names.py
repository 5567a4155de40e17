"""Prompts that name what people have in their photos, written by hand before the names they judge were looked up. Format of `words_held_out.py`.

They were written before a vocabulary file was opened; afterwards no word of a sentence was changed. What is named is
common enough to stand in a photo (geyser, wisteria, fjord, catkins, tuk-tuk), what it does is plain.
"""

NAMES = {
    "names": """
the geyser erupts, camera stays put | - | river
wisteria swaying over the gate, pagoda stays still | - | foliage
only the catkins move | - | foliage !grass !sky
slow zoom in on the tuk-tuk while steam rises from the food stall | zoom+ | smoke
make the fjord ripple, ferry stays where it is | - | sea !floating
the hydrangeas nod a bit in the wind | - | grass
dandelions swaying, nothing else | - | grass !foliage
let the magnolia tremble but the church stays still | - | foliage
tilt up, the cypresses move in the wind | panY+ | foliage
pull back slowly while the lagoon ripples | dolly- | sea
the catamaran bobs in the marina | - | floating
dinghies rocking gently and the water too | - | floating sea
the poncho flutters, the llama stays still | - | cloth !body
her petticoat and apron blow in the wind | - | cloth
the alpaca breathes, camera fixed | - | body
the hedgehog is breathing softly | - | body
the brazier burns, everything else frozen | - | fire !smoke
chandelier twinkling, pan left | panX- | light
the smog drifts to the right over the rooftops | - | smoke >
cirrus drifting to the left, the dunes stay | - | sky <
edelweiss trembling in the wind, the marmot doesn't move | - | grass !body
zoom out from the kayak as the reservoir ripples | zoom- | sea !floating
the torrent rushes past the mill | - | river
only the weir, everything else frozen | - | river !sea !foliage
his goatee moves a bit | - | hair
dreadlocks swinging, face stays still | - | hair
larches and spruces sway, chalet stays put | - | foliage
marigolds and snapdragons dance, orbit right | orbit+ | grass
the windsock flaps, the glider doesn't move | - | cloth
tugboat rocking slightly, the cranes stay | - | floating
der Geysir schießt hoch, Kamera bleibt still | - | river
die Weidenkätzchen wiegen sich im Wind | - | foliage
nur der Blauregen soll sich bewegen | - | foliage
die Fähre schaukelt, das Wasser bleibt ruhig | - | floating !sea
der Fjord kräuselt sich leicht, die Stabkirche bleibt stehen | - | sea
die Hortensien nicken im Wind | - | grass
Löwenzahn und Gänseblümchen wackeln ein bisschen | - | grass
langsam ranzoomen, der Bergsee kräuselt sich | zoom+ | sea
die Lärchen und Fichten schwanken, die Hütte bleibt still | - | foliage
das Dirndl weht im Wind, sie steht still | - | cloth !body
die Schürze flattert | - | cloth
das Teelicht flackert | - | fire
nur der Kronleuchter funkelt | - | light
Dunst zieht nach rechts über das Moor | - | smoke >
die Schäfchenwolken ziehen nach links | - | sky <
das Wehr rauscht, der Reiher steht still | - | river !body !floating
der Igel atmet | - | body
das Murmeltier atmet ruhig, Kamera fest | - | body
die Jolle schaukelt im Hafen | - | floating
Tretboote schaukeln auf dem Weiher | - | floating
die Rohrkolben biegen sich | - | grass
die Trauerweide bewegt sich, sonst nichts | - | foliage
rauszoomen, die Kornblumen wiegen sich | zoom- | grass
Kamera schwenkt nach rechts, die Stromschnellen tosen | panX+ | river
die Wimpel flattern über der Straße | - | cloth
sein Pferdeschwanz wippt | - | hair
das Gefieder bewegt sich, der Papagei bleibt still | - | hair !body
der Schornstein raucht, das Dach bleibt ruhig | - | smoke
der Kirschbaum zittert, die Glocke bleibt still | - | foliage
die Leuchtreklame blinkt, die Leute bleiben stehen | - | light !body
el géiser brota, cámara fija | - | river
la glicinia se mece, la iglesia no se mueve | - | foliage
solo el jacarandá se mueve | - | foliage
las margaritas y los claveles se balancean | - | grass
el fiordo ondula un poco, el transbordador queda quieto | - | sea !floating
zoom lento hacia la pagoda mientras el estanque ondula | zoom+ | sea
la laguna ondula, nada más | - | sea
los cipreses se mueven con el viento, la ermita no | - | foliage
el poncho ondea, la alpaca se queda quieta | - | cloth !body
el mantel se agita con la brisa | - | cloth
la falda y el delantal ondean | - | cloth
la fogata arde, cámara fija | - | fire
el brasero arde | - | fire
el farol parpadea | - | light
las luciérnagas parpadean en la noche | - | light
la calima se desliza hacia la derecha | - | smoke >
los nubarrones avanzan hacia la izquierda | - | sky <
la acequia fluye, el puente queda quieto | - | river
el manantial brota entre las rocas | - | river
el erizo respira despacito | - | body
el burro respira, nada más se mueve | - | body
la trenza se mueve con el viento | - | hair
el flequillo se mueve un poco, la cara no | - | hair
la balsa y la piragua se mecen | - | floating
inclina la cámara hacia arriba, la ceiba se mece | panY+ | foliage
el velero se balancea, el muelle queda quieto | - | floating
las espigas se doblan | - | grass
la lavanda ondea y el molino no se mueve | - | grass
panorámica a la izquierda, el banderín ondea | panX- | cloth
el vaho sube del pozo | - | smoke
le geyser jaillit, caméra fixe | - | river
la glycine se balance sur la pergola | - | foliage
seul le noisetier bouge | - | foliage
le fjord ondule, le ferry ne bouge pas | - | sea !floating
les hortensias frémissent, la chapelle reste immobile | - | grass
les pâquerettes et les jonquilles dansent | - | grass
zoom avant lent sur la pagode pendant que l'étang ondule | zoom+ | sea
la péniche tangue doucement | - | floating
la barque et le canoë tanguent | - | floating
le mélèze et l'épicéa bougent au vent, le chalet reste fixe | - | foliage
juste le tablier qui flotte au vent | - | cloth
le kilt et l'écharpe bougent avec le vent | - | cloth
la nappe se soulève, les assiettes ne bougent pas | - | cloth
le brasero brûle, plan fixe | - | fire
la guirlande lumineuse scintille | - | light
le réverbère clignote | - | light
la buée monte de la tasse | - | smoke
les volutes dérivent vers la gauche | - | smoke <
les cumulus glissent vers la droite | - | sky >
le torrent dévale, la cabane reste immobile | - | river
les rapides bouillonnent, dézoom | zoom- | river
le hérisson respire | - | body
la marmotte respire doucement, rien d'autre | - | body
sa frange bouge un peu | - | hair
la tresse se balance, le visage reste figé | - | hair
la bruyère ondule sur la lande | - | grass
les joncs se penchent | - | grass
panoramique vers la droite, les peupliers tremblent | panX+ | foliage
le fanion claque au vent | - | cloth
le lagon ondule, la pirogue ne bouge pas | - | sea !floating
間欠泉が噴き上がる、カメラは固定 | - | river
藤棚が揺れる、鳥居はそのまま | - | foliage
猫柳が風に揺れる | - | foliage
フィヨルドの水面がゆっくり揺れる、フェリーは動かさないで | - | sea !floating
あじさいが風に揺れる | - | grass
タンポポだけ揺らして | - | grass
コスモスが揺れる、電車は止まったまま | - | grass
ズームインしながら池が波打つ | zoom+ | sea
沼の水面が波打つ | - | sea
屋形船がゆらゆら揺れる | - | floating
カヌーが揺れる、湖は静かなまま | - | floating !sea
のれんが風になびく | - | cloth
浴衣の袖がひらひらする、彼女は動かない | - | cloth !body
こいのぼりが風になびく | - | cloth
提灯がちらちら光る | - | light
シャンデリアがきらめく | - | light
かがり火が燃える、カメラは動かない | - | fire
もやが右へ流れる | - | smoke >
入道雲が左に流れる | - | sky <
うろこ雲がゆっくり動く | - | sky
せせらぎが流れる | - | river
用水路が流れる、橋は動かない | - | river
ハリネズミが呼吸する | - | body
たぬきが静かに呼吸する | - | body
ポニーテールが揺れる | - | hair
前髪だけ少し動かして | - | hair
ラベンダーが揺れる、カメラは左にパン | panX- | grass
すすきが風になびく | - | grass
カエデが揺れる、ズームアウト | zoom- | foliage
いちょう並木が揺れる、神社は止まったまま | - | foliage
""",
}
