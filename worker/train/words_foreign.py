"""German, Spanish, French, Japanese, and English synonyms: each word with the words of the vocabulary it stands for.

`LANGUAGES[code]` holds, as text of `form:canonical` entries (`_` stands for a space, an empty
canonical drops the form): `nouns` by group of `captions.NOUNS`, `verbs` by the same groups,
`words` (everything else); and as lists the phrases of the grammar in `captions_foreign.py`.
Verbs are infinitives; `conjugate` makes their forms.
"""

import re

from words_subjects import FOREIGN

LANGUAGES = {}

LANGUAGES["de"] = {
    "nouns": {
        "sky": "Wolken:clouds Wolke:cloud Himmel:sky Gewitterwolken:storm_clouds Wölkchen:clouds Wolkendecke:clouds Nordlicht:aurora Polarlichter:aurora Nachthimmel:night_sky Abendhimmel:evening_sky Wolkenhimmel:sky Regenwolken:rain_clouds Schäfchenwolken:clouds Milchstraße:milky_way",
        "sea": "Meer:sea Wellen:waves Welle:wave Ozean:ocean Brandung:surf See:lake Meereswellen:ocean_waves Ufer:shore Küste:coast Bucht:bay Teich:pond Hafen:harbor Gischt:foam Wogen:waves Flut:tide Meeresoberfläche:sea_surface Nordsee:sea Ostsee:sea",
        "river": "Fluss:river Bach:stream Wasserfall:waterfall Wasserfälle:waterfalls Strom:river Springbrunnen:fountain Brunnen:fountain Kanal:canal Bächlein:brook Stromschnellen:rapids Gebirgsbach:stream",
        "water": "Wasser:water Wasseroberfläche:water_surface Gewässer:water",
        "foliage": "Bäume:trees Baum:tree Blätter:leaves Blatt:leaf Laub:foliage Wald:forest Äste:branches Zweige:branches Palmen:palms Palme:palm Büsche:bushes Busch:bush Tannen:firs Kiefern:pines Birken:birch Weide:willow Baumkronen:treetops Hecke:hedge Efeu:ivy Eiche:oak Herbstlaub:autumn_leaves Bambus:bamboo Gebüsch:bushes",
        "grass": "Gras:grass Wiese:meadow Gräser:grass Schilf:reeds Weizen:wheat Feld:field Felder:fields Kornfeld:wheat_field Halme:stalks Rasen:lawn Getreide:wheat Weizenfeld:wheat_field Acker:field",
        "flower": "Blumen:flowers Blume:flower Blüten:blossoms Rosen:roses Tulpen:tulips Sonnenblumen:sunflowers Mohn:poppies Lavendel:lavender Blütenblätter:petals Gänseblümchen:daisies",
        "cloth": "Fahne:flag Flagge:flag Fahnen:flags Flaggen:flags Vorhang:curtain Vorhänge:curtains Kleid:dress Stoff:fabric Segel:sail Tuch:cloth Schal:scarf Banner:banner Wäsche:laundry Rock:skirt Hemd:shirt Zelt:tent Schleier:veil Mantel:coat Gardinen:curtains Umhang:cape",
        "fire": "Feuer:fire Flamme:flame Flammen:flames Lagerfeuer:campfire Kerze:candle Kerzen:candles Kamin:fireplace Kaminfeuer:fireplace Glut:embers Fackel:torch Funken:sparks Kerzenflamme:candle_flame Lava:lava",
        "smoke": "Rauch:smoke Nebel:fog Dampf:steam Dunst:mist Qualm:smoke Staub:dust Nebelschwaden:mist Rauchwolke:smoke Bodennebel:low_fog Rauchsäule:smoke_plume",
        "hair": "Haare:hair Haar:hair Fell:fur Bart:beard Mähne:mane Locken:curls Zöpfe:braids Federn:feathers Gefieder:plumage Pelz:fur",
        "body": "Frau:woman Mann:man Person:person Mensch:person Menschen:people Hund:dog Katze:cat Pferd:horse Kind:child Mädchen:girl Junge:boy Gesicht:face Baby:baby Tier:animal Körper:body Leute:people Kuh:cow Vogel_:bird Schaf:sheep Löwe:lion",
        "floating": "Boot:boat Boote:boats Schiff:ship Schiffe:ships Segelboot:sailboat Enten:ducks Ente:duck Schwan:swan Ballon:balloon Heißluftballon:hot_air_balloon Vögel:birds Vogel:bird Möwen:seagulls Floß:raft Drachen:kite Schwäne:swans Seifenblasen:bubbles",
        "light": "Lichter:lights Licht:light Lampe:lamp Lampen:lamps Sterne:stars Laternen:street_lights Laterne:lantern Neonlichter:neon_lights Leuchtreklame:neon_sign Sonnenstrahlen:rays Mond:moon Sonne:sun Stadtlichter:city_lights Lichterkette:string_lights Glühbirne:bulb Blitze:lightning Spiegelungen:reflections Glühwürmchen:fireflies",
    },
    "neutral": "Haus:house Stadt:city Berg:mountain Berge:mountains Tal:valley Turm:tower Kirche:church Schloss:castle Burg:castle Brücke:bridge Straße:street Felsen:rocks Steine:stones Strand:beach Tür:door Fenster:window Dach:roof Auto:car Tisch:table Statue:statue Gebäude:building Schornstein:chimney Gipfel:peak Hintergrund:background Vordergrund:foreground Landschaft:landscape Insel:island Garten:garden Dorf:village Hügel:hill Augen:eyes Leuchtturm:lighthouse Zug:train Boden:ground Decke:ceiling Mauer:wall Wand:wall Zimmer:room Weg:path Pfad:path Tasse:cup Skyline:skyline Schlucht:canyon Denkmal:monument",
    "verbs": {
        "any": "bewegen:move animieren:animate regen:stir tanzen:dance zittern:tremble beben:tremble",
        "sky": "ziehen:drift treiben:drift wandern:wander schweben:float gleiten:glide rasen:race jagen:race fliegen:fly eilen:hurry driften:drift vorbeiziehen:pass",
        "sea": "rollen:roll wogen:heave schlagen:crash plätschern:lap brechen:break branden:crash toben:rage schwappen:slosh kräuseln:ripple glitzern:shimmer schaukeln:rock tosen:rage rauschen:roar schäumen:foam",
        "river": "fließen:flow strömen:stream rauschen:rush stürzen:plunge rinnen:trickle plätschern:ripple sprudeln:gush laufen:run fallen:fall",
        "foliage": "wiegen:sway schwanken:sway rascheln:rustle wehen:blow zittern:tremble schaukeln:swing biegen:bend flattern:flutter wogen:wave rauschen:rustle",
        "cloth": "flattern:flutter wehen:blow schwingen:swing wallen:billow bauschen:billow peitschen:whip",
        "fire": "brennen:burn flackern:flicker lodern:blaze züngeln:dance glimmen:smolder knistern:crackle glühen:glow",
        "smoke": "steigen:rise aufsteigen:rise ziehen:drift wabern:swirl schweben:float wallen:billow kriechen:creep dampfen:steam treiben:drift",
        "hair": "wehen:blow flattern:flutter fliegen:fly wallen:flow",
        "body": "atmen:breathe bewegen:move",
        "floating": "treiben:drift schaukeln:rock schwimmen:swim segeln:sail fahren:move fliegen:fly schweben:float gleiten:glide",
        "light": "funkeln:twinkle leuchten:shine flackern:flicker blinken:blink scheinen:shine glitzern:glitter schimmern:shimmer strahlen:shine pulsieren:pulse",
    },
    "words": "der: die: das: den: dem: des: ein: eine: einen: einem: einer: sich: es: ist:is sind:are wird: werden: im:in in:in am:at an:at auf:on über:over durch:through von:from vom:from nach:to zu:to zum:to zur:to hin: mit:with und:and oder:or aber:but jedoch:but doch:but während:while dabei:while als:as wenn:while nur:only bloß:only lediglich:only einzig:only ausschließlich:only nicht:not nie:never kein:no keine:no keinen:no keinerlei:no ohne:without außer:except bis: alles:everything alle:all nichts:nothing sonst:else übrige:rest Rest:rest bleibt:stays bleiben:stay bleib:stay steht:stand stehen:stand ruhen:rest ruhig:still still:still starr:frozen unbewegt:motionless bewegungslos:motionless reglos:motionless regungslos:motionless eingefroren:frozen einfrieren:freeze links:left rechts:right linke:left linken:left rechte:right rechten:right Seite:side oben:up unten:down hoch:up hinauf:up herauf:up rauf:up aufwärts:upwards abwärts:downwards hinunter:down herunter:down runter:down vor:forward vorwärts:forward vorne:forward voran:forward zurück:back rückwärts:backwards hinten:back näher:closer heran:closer ran:closer weg:away entfernt:away hinein:in rein:in herein:in heraus:out raus:out hinaus:out umher:around herum:around rundherum:around um:around Kreis:circle Kamera:camera Zoom:zoom zoomen:zoom heranzoomen:zoom_in hineinzoomen:zoom_in reinzoomen:zoom_in einzoomen:zoom_in ranzoomen:zoom_in herauszoomen:zoom_out rauszoomen:zoom_out auszoomen:zoom_out wegzoomen:zoom_out hinauszoomen:zoom_out herausgezoomt:zoom_out herangezoomt:zoom_in Schwenk:pan schwenken:pan Kameraschwenk:camera_pan Neigung:tilt neigen:tilt kippen:tilt Kamerafahrt:camera_dolly Fahrt:dolly fahren:move bewegen:move Bewegung:movement Kamerabewegung:camera_movement umkreisen:circle kreisen:circle Umkreisung:orbit Umlauf:orbit Rundfahrt:orbit Kran:crane Kranfahrt:crane Kranschwenk:crane Drohne:drone steigen:rise aufsteigen:rise erheben:rise heben:lift senken:lower absenken:lower sinken:sink Drehung:rotation drehen:rotate rotieren:rotate rotation:rotation Uhrzeigersinn:clockwise gegen:counter entgegen:counter Handkamera:handheld_camera Handkameralook:handheld_camera Hand:hand gehaltene:held freihändig:handheld wackelig:shaky wackelige:shaky wackeln:shake verwackelt:shaky verwackelte:shaky ruckeln:shake statisch:static statische:static fest:fixed feste:fixed fixiert:fixed Stativ:tripod Standbild:still_image sanft:gently sanfte:gentle sanfter:gentle leicht:slightly leichte:slight leichter:slight langsam:slowly langsamer:slow langsame:slow leise:softly schwach:weakly ganz:very sehr:very etwas:a_little bisschen:a_bit kaum:barely ruhige:calm ruhiger:calm gemächlich:leisurely behutsam:gently stark:strongly starke:strong starker:strong heftig:violently heftige:violent heftiger:violent schnell:fast schnelle:fast schneller:fast rasch:quickly wild:wildly wilde:wild kräftig:strongly kräftige:strong kräftiger:strong stürmisch:stormy stürmische:stormy extrem:extremely rasend:rapidly Wind:wind Brise:breeze Sturm:storm Böen:gusts windig:wind lass:let lasse:let lassen:let mach:make mache:make bitte:please zeige:show zeigen:show soll:should sollen:should Endlosschleife:loop Schleife:loop weht:blow Bild:picture Foto:photo Szene:scene lebendig:alive beleben:animate Leben:life Strand:beach Richtung:to gleichzeitig:while dann:then kommt:come kommen:come andere:else anderes:else anderen:else blicken:look blickt:look blick:look außen:out bergen:mountains soll:should aus:from bleiben:stay fliegt:fly zieht:drift springt: läuft:run Häuser:house Wälder:forest Meeresbrandung:surf daneben: ihre: ihr: sein: seine: mein: meine: dieser: diese:",
    "joiners": [" während ", " und ", ", ", ", dabei ", "; ", ". ", ", während ", " und dabei "],
    "weak": "sanft leicht langsam leise schwach ganz_langsam sehr_langsam ein_bisschen etwas kaum gemächlich ganz_leicht sehr_sanft behutsam",
    "weak_adjective": "sanfte sanfter leichte leichter langsame langsamer ruhige",
    "strong": "stark heftig schnell wild kräftig sehr_schnell sehr_stark rasch extrem_schnell",
    "strong_adjective": "starke starker heftige schneller schnelle wilde kräftige stürmische",
    "directions": {(-1, 0): ["nach links", "links", "von rechts nach links", "in Richtung links", "zur linken Seite", "nach links hin"], (1, 0): ["nach rechts", "rechts", "von links nach rechts", "in Richtung rechts", "zur rechten Seite"], (0, -1): ["nach oben", "hoch", "aufwärts", "von unten nach oben"], (0, 1): ["nach unten", "hinunter", "abwärts", "herunter", "von oben nach unten"]},
    "places": ["im Wind", "am Himmel", "durch das Tal", "am Strand", "über die Stadt", "im Hintergrund", "im Vordergrund", "über den Bergen", "an das Ufer", "aus dem Schornstein", "auf dem See", "vor dem Haus", "im Garten", "auf dem Berg", "an den Strand", "gegen die Felsen", "in das Tal", "aus dem Fenster", "auf das Ufer zu", "über die Mauer"],
    "object": ["{N} {V} {D} {A} {P}", "{N} {V} {A} {D} {P}", "{A} {V} {N} {D} {P}", "{N} {V} sich {A} {D}", "{N} bewegen sich {A} {D} {P}", "{N} bewegt sich {D} {A}", "lass {N} {A} {D} {V}", "{V} {N} {A} {D}", "Bewegung {N} {A} {D}", "{N} {P} {V} {A} {D}", "{N} soll {A} {D} {V}", "{A} {P} {V} {N} {D}"],
    "only": ["nur {N}", "nur {N} bewegt sich", "nur {N} bewegen sich", "lediglich {N} bewegt sich", "nur {N} animieren", "bewege nur {N}", "nichts außer {N} bewegt sich", "alles steht still außer {N}", "nichts bewegt sich außer {N}", "ausschließlich {N}", "nichts bewegt sich, nur {N}", "alles bleibt still, nur {N} bewegt sich", "nur {N}, sonst nichts"],
    "except": ["alles bewegt sich außer {N}", "alles außer {N} bewegt sich", "alles bewegt sich, nur {N} nicht", "alles bis auf {N} bewegt sich", "bewege alles außer {N}", "alles in Bewegung, nur {N} bleibt still"],
    "still": ["{N} bleibt still", "{N} bleiben still", "{N} bewegt sich nicht", "{N} bewegen sich nicht", "{N} steht still", "keine Bewegung {N}", "ohne {N}", "{N} nicht bewegen", "{N} nicht", "{N} bleibt unbewegt", "{N} bleiben ruhig", "{N} soll sich nicht bewegen", "{N} stehen still", "{N} eingefroren", "{N} bleibt regungslos"],
    "static": ["keine Kamerabewegung", "die Kamera bewegt sich nicht", "ohne Kamerabewegung", "feste Kamera", "statische Kamera", "Kamera bleibt still", "die Kamera steht still", "Kamera auf Stativ", "Kamera fest", "die Kamera bleibt stehen", "kein Zoom", "ohne Zoom", "kein Schwenk", "Kamera nicht bewegen", "ruhige Kamera auf dem Stativ", "Kamera bleibt unbewegt", "die Kamera ruht"],
    "nothing": ["sonst bewegt sich nichts", "alles andere bleibt still", "der Rest bleibt still", "sonst nichts", "der Rest steht still", "der Rest bewegt sich nicht"],
    "all_still": ["nichts bewegt sich", "keine Bewegung", "alles bleibt still", "alles steht still", "Standbild", "alles einfrieren"],
    "alive": ["mach es lebendig", "das Bild beleben", "animiere das Foto", "erwecke das Bild zum Leben", "lass das Bild lebendig werden"],
    "wind": ["Wind in {N}", "{N} im Wind", "der Wind bewegt {N}", "der Wind weht durch {N}", "{N} im {S} Wind", "{S} Wind in {N}", "eine {S} Brise bewegt {N}"],
    "wind_alone": ["{S} Wind", "{S} Brise", "es ist windig", "der Wind weht", "Wind weht {A}"],
    "camera": [
        ({"zoom": 1}, ["{S} Zoom", "{S} Zoom auf {T}", "zoome {A} auf {T}", "heranzoomen {A}", "{A} hineinzoomen", "{A} in {T} hineinzoomen", "Zoom {A} in {T} hinein", "reinzoomen {A}", "die Kamera zoomt {A} heran", "die Kamera zoomt {A} hinein", "zoom {A} rein", "{A} an {T} heranzoomen", "einzoomen"]),
        ({"zoom": -1}, ["{S} Zoom heraus", "herauszoomen {A}", "{A} rauszoomen", "die Kamera zoomt {A} heraus", "zoome {A} raus", "{A} aus {T} herauszoomen", "Zoom {A} nach außen", "{A} wegzoomen", "{A} von {T} herauszoomen", "Zoom zurück {A}", "auszoomen"]),
        ({"dolly": 1}, ["{S} Kamerafahrt nach vorne", "die Kamera fährt {A} vorwärts", "Kamera fährt {A} auf {T} zu", "{S} Fahrt vorwärts", "die Kamera bewegt sich {A} vorwärts", "näher an {T} heran", "Kamera {A} nach vorne", "die Kamera nähert sich {A}", "Kamera fährt {A} durch {T}", "Kamera gleitet {A} nach vorne", "Kamerafahrt {A} auf {T} zu", "die Kamera kommt {A} näher"]),
        ({"dolly": -1}, ["{S} Kamerafahrt zurück", "die Kamera fährt {A} rückwärts", "Kamera fährt {A} zurück", "{S} Fahrt rückwärts", "die Kamera bewegt sich {A} rückwärts", "Kamera {A} nach hinten", "die Kamera entfernt sich {A}", "weg von {T} fahren", "die Kamera bewegt sich {A} zurück", "Kamerafahrt {A} rückwärts"]),
        ({"panX": -1}, ["{S} Schwenk nach links", "die Kamera schwenkt {A} nach links", "{A} nach links schwenken", "Kameraschwenk nach links {A}", "Kamera bewegt sich {A} nach links", "Schwenk von rechts nach links", "Linksschwenk", "schwenke {A} nach links über {T}", "Kamera fährt {A} nach links", "die Kamera gleitet {A} nach links", "die Kamera dreht sich nach links"]),
        ({"panX": 1}, ["{S} Schwenk nach rechts", "die Kamera schwenkt {A} nach rechts", "{A} nach rechts schwenken", "Kameraschwenk nach rechts {A}", "Kamera bewegt sich {A} nach rechts", "Schwenk von links nach rechts", "Rechtsschwenk", "schwenke {A} nach rechts über {T}", "Kamera fährt {A} nach rechts", "die Kamera gleitet {A} nach rechts", "{S} Schwenk über {T}", "die Kamera dreht sich nach rechts"]),
        ({"panY": 1}, ["Kamera {A} nach oben neigen", "die Kamera neigt sich {A} nach oben", "{S} Schwenk nach oben", "{A} nach oben schwenken", "die Kamera schwenkt {A} nach oben", "Kamera kippt {A} nach oben", "Neigung nach oben {A}", "{A} nach oben blicken"]),
        ({"panY": -1}, ["Kamera {A} nach unten neigen", "die Kamera neigt sich {A} nach unten", "{S} Schwenk nach unten", "{A} nach unten schwenken", "die Kamera schwenkt {A} nach unten", "Kamera kippt {A} nach unten", "Neigung nach unten {A}", "{A} nach unten blicken"]),
        ({"roll": 1}, ["{S} Drehung im Uhrzeigersinn", "{A} im Uhrzeigersinn drehen", "die Kamera dreht sich {A} im Uhrzeigersinn", "Kamera rotiert {A} im Uhrzeigersinn", "Rotation im Uhrzeigersinn {A}"]),
        ({"roll": -1}, ["{S} Drehung gegen den Uhrzeigersinn", "{A} gegen den Uhrzeigersinn drehen", "die Kamera dreht sich {A} gegen den Uhrzeigersinn", "Rotation gegen den Uhrzeigersinn {A}"]),
        ({"orbit": 1}, ["die Kamera umkreist {T} {A}", "die Kamera kreist {A} um {T}", "{A} um {T} kreisen", "{S} Umkreisung", "Orbit um {T} {A}", "Kamerafahrt um {T} herum", "die Kamera fährt {A} um {T} herum", "{A} um {T} herum nach rechts", "{S} Orbit nach rechts"]),
        ({"orbit": -1}, ["die Kamera umkreist {T} {A} nach links", "die Kamera kreist {A} nach links um {T}", "{S} Orbit nach links", "{S} Umkreisung nach links", "Kamerafahrt um {T} herum nach links"]),
        ({"crane": 1}, ["{S} Kranfahrt nach oben", "die Kamera steigt {A} auf", "die Kamera steigt {A} nach oben", "die Kamera hebt sich {A}", "Kamera fährt {A} nach oben", "die Drohne steigt {A} auf", "{S} Kranfahrt", "die Kamera erhebt sich {A} über {T}", "Kamera fährt {A} hoch"]),
        ({"crane": -1}, ["{S} Kranfahrt nach unten", "die Kamera senkt sich {A}", "die Kamera sinkt {A}", "Kamera fährt {A} nach unten", "die Drohne sinkt {A}", "Kamera {A} absenken", "Kamera fährt {A} herunter"]),
        ({"handheld": 1}, ["{S} Handkamera", "wackelige Kamera", "verwackelte Kamera", "die Kamera wackelt {A}", "Kamera aus der Hand", "Handkameralook", "freihändig gefilmt"]),
    ],
}

LANGUAGES["es"] = {
    "nouns": {
        "sky": "nubes:clouds nube:cloud cielo:sky nubarrones:storm_clouds aurora:aurora cielos:skies nublado:cloudy nubecitas:clouds firmamento:sky cúmulos:cumulus",
        "sea": "mar:sea olas:waves ola:wave océano:ocean oleaje:surf lago:lake orilla:shore costa:coast bahía:bay laguna:lagoon puerto:harbor estanque:pond marea:tide espuma:foam oceano:ocean rompientes:breakers",
        "river": "río:river arroyo:stream cascada:waterfall catarata:waterfall cataratas:waterfalls fuente:fountain riachuelo:brook torrente:torrent rápidos:rapids canal:canal cascadas:waterfalls",
        "water": "agua:water aguas:waters ondas:ripples reflejos_:reflections",
        "foliage": "árboles:trees árbol:tree hojas:leaves hoja:leaf ramas:branches rama:branch follaje:foliage bosque:forest palmeras:palms palmera:palm arbustos:bushes pinos:pines pino:pine sauce:willow selva:jungle bambú:bamboo copas:treetops hiedra:ivy setos:hedge roble:oak abedul:birch",
        "grass": "hierba:grass pasto:grass césped:lawn pradera:meadow prado:meadow trigo:wheat campo:field juncos:reeds espigas:wheat trigal:wheat_field cañas:reeds campos:fields maíz:corn",
        "flower": "flores:flowers flor:flower pétalos:petals rosas:roses tulipanes:tulips girasoles:sunflowers lavanda:lavender amapolas:poppies margaritas:daisies",
        "cloth": "bandera:flag banderas:flags cortina:curtain cortinas:curtains vestido:dress tela:fabric vela_:sail velas_:sails bufanda:scarf falda:skirt ropa:clothes camisa:shirt estandarte:banner capa:cape velo:veil carpa:tent toldo:awning",
        "fire": "fuego:fire llama:flame llamas:flames hoguera:campfire fogata:campfire vela:candle velas:candles chimenea_:fireplace antorcha:torch brasas:embers chispas:sparks incendio:fire lava:lava",
        "smoke": "humo:smoke niebla:fog vapor:steam bruma:mist neblina:mist polvo:dust humareda:smoke calima:haze",
        "hair": "pelo:hair cabello:hair cabellos:hair melena:mane barba:beard pelaje:fur rizos:curls trenza:braid plumas:feathers crin:mane",
        "body": "mujer:woman hombre:man persona:person gente:people perro:dog gato:cat caballo:horse niño:child niña:girl chica:girl chico:boy cara:face rostro:face bebé:baby animal:animal cuerpo:body vaca:cow oveja:sheep personas:people",
        "floating": "barco:boat barcos:boats barca:boat bote:boat velero:sailboat globo:balloon globos:balloons patos:ducks pato:duck cisne:swan pájaros:birds pájaro:bird aves:birds gaviotas:seagulls cometa:kite burbujas:bubbles buque:ship cisnes:swans balsa:raft",
        "light": "luz:light luces:lights lámpara:lamp estrellas:stars estrella:star farolas:street_lights farol:lantern neón:neon sol:sun luna:moon rayos:rays bombilla:bulb relámpagos:lightning reflejos:reflections luciérnagas:fireflies linterna:lantern",
    },
    "neutral": "casa:house ciudad:city montaña:mountain montañas:mountains valle:valley torre:tower iglesia:church castillo:castle puente:bridge calle:street rocas:rocks piedras:stones playa:beach puerta:door ventana:window tejado:roof coche:car mesa:table estatua:statue edificio:building chimenea:chimney cima:peak fondo:background paisaje:landscape isla:island jardín:garden pueblo:village colina:hill ojos:eyes faro:lighthouse tren:train suelo:ground techo:ceiling pared:wall habitación:room camino:path taza:cup cañón:canyon monumento:monument horizonte:horizon",
    "verbs": {
        "any": "mover:move animar:animate agitar:shake bailar:dance temblar:tremble danzar:dance desplazar:move",
        "sky": "pasar:pass derivar:drift flotar:float viajar:travel correr:race volar:fly deslizar:glide navegar:sail avanzar:move ir:go",
        "sea": "romper:break rodar:roll golpear:crash ondular:undulate chapotear:slosh rugir:rage brillar:shimmer agitar:churn balancear:rock rizar:ripple llegar:come_in",
        "river": "fluir:flow correr:run caer:fall precipitar:plunge manar:stream brotar:gush bajar:run",
        "foliage": "mecer:sway balancear:sway susurrar:rustle agitar:shake temblar:tremble ondear:wave crujir:rustle doblar:bend",
        "cloth": "ondear:wave flamear:flutter agitar:flap ondular:ripple volar:fly aletear:flutter hinchar:billow",
        "fire": "arder:burn quemar:burn parpadear:flicker bailar:dance chisporrotear:crackle crepitar:crackle llamear:blaze brillar:glow",
        "smoke": "subir:rise elevar:rise flotar:float avanzar:drift ascender:rise derivar:drift arremolinar:swirl salir:come_out",
        "hair": "ondear:wave volar:fly agitar:blow mover:move flotar:flow",
        "body": "respirar:breathe mover:move",
        "floating": "flotar:float balancear:rock navegar:sail nadar:swim volar:fly derivar:drift mecer:rock",
        "light": "brillar:shine parpadear:twinkle titilar:twinkle centellear:twinkle relucir:shine destellar:sparkle resplandecer:glow",
    },
    "words": "el: la: los: las: un: una: unos: unas: lo: le: se: su: sus: del:of de:of al:to a:a en: es:is son:are está:is están:are con:with y:and e:and o:or por:by para:for hacia:to desde:from hasta:to sobre:over entre:between pero:but sino:but aunque:but mientras:while cuando:while solo:only sólo:only solamente:only únicamente:only no:no ni:nor nunca:never sin:without ningún:no ninguna:no nada:nothing excepto:except salvo:except menos:except todo:everything todos:all demás:rest resto:rest otro:other que: queda:stay quedan:stay quedarse:stay permanece:stay permanecen:stay mantiene:keep mantener:keep mantén:keep deja:let dejar:let quieto:still quieta:still quietos:still quietas:still inmóvil:motionless inmóviles:motionless congelado:frozen congelada:frozen congelados:frozen congelar:freeze congela:freeze estático:static estática:static estáticos:static izquierda:left derecha:right izquierdo:left derecho:right lado:side arriba:up abajo:down alto:up adelante:forward delante:forward atrás:back detrás:back cerca:closer acercar:closer acerca:closer acércate:closer acercamiento:closer acercándose:closer acercarse:closer alejar:away aleja:away alejarse:away aléjate:away alejamiento:away alejándose:away lejos:away alrededor:around torno:around círculo:circle cámara:camera zoom:zoom toma:shot plano:shot paneo:pan panear:pan panea:pan panorámica:pan panorámico:pan barrido:sweep inclinar:tilt inclina:tilt inclinación:tilt inclínate:tilt inclínese:tilt mira:look mirar:look avanzar:advance avanza:advance avance:advance retroceder:retreat retrocede:retreat retroceso:retreat travelling:dolly travelín:dolly dolly:dolly órbita:orbit orbitar:orbit rodear:circle gira:turn girar:turn giro:turn rotación:rotation rota:rotate rotar:rotate grúa:crane ascender:rise asciende:rise ascenso:rise ascendente:rise sube:rise subir:rise eleva:rise elevar:rise descender:descend desciende:descend descenso:descend descendente:descend baja:lower bajar:lower dron:drone sentido: horario:clockwise horaria:clockwise antihorario:counterclockwise antihoraria:counterclockwise reloj:clockwise agujas: manecillas: contra:counter contrario:counter mano:hand temblorosa:shaky tembloroso:shaky tiembla:shake movida:shaky inestable:unsteady fija:fixed fijo:fixed trípode:tripod movimiento:movement movimientos:movement moverse:move muevas:move muevan:move mueve:move mueven:move muévete:move suave:gentle suaves:gentle suavemente:gently lentamente:slowly lento:slow lenta:slow lentos:slow despacio:slowly ligeramente:slightly ligero:slight ligera:slight poco:little apenas:barely levemente:slightly leve:slight delicadamente:delicately tranquilo:calm tranquila:calm tranquilamente:calmly muy:very fuerte:strong fuertes:strong fuertemente:strongly fuerza:strongly rápido:fast rápida:fast rápidamente:rapidly violentamente:violently violento:violent violenta:violent salvajemente:wildly salvaje:wild intensamente:intensely intenso:intense mucho:a_lot bruscamente:hard viento:wind brisa:breeze tormenta:storm ráfagas:gusts haz:make hacer:make favor:please muestra:show mostrar:show bucle:loop imagen:picture foto:photo escena:scene vida:life viva:alive anima:animate cobra: dale: luego:then también:also punto: sopla:blow mucha:a_lot más: mas: va:go van:go dentro:in fuera:out adentro:in afuera:out gente:people casas:house",
    "joiners": [" mientras ", " y ", ", ", "; ", ". ", ", mientras ", " con ", " y también "],
    "weak": "suavemente lentamente despacio ligeramente un_poco apenas levemente muy_lentamente muy_suavemente muy_despacio delicadamente poco_a_poco tranquilamente",
    "weak_adjective": "suave lento lenta ligero ligera leve tranquilo",
    "strong": "fuertemente con_fuerza rápidamente violentamente rápido mucho muy_rápido muy_fuerte salvajemente intensamente con_mucha_fuerza",
    "strong_adjective": "fuerte fuertes violento violenta rápido rápida salvaje intenso",
    "directions": {(-1, 0): ["hacia la izquierda", "a la izquierda", "de derecha a izquierda", "para la izquierda", "al lado izquierdo"], (1, 0): ["hacia la derecha", "a la derecha", "de izquierda a derecha", "para la derecha", "al lado derecho"], (0, -1): ["hacia arriba", "arriba", "de abajo arriba", "de abajo a arriba"], (0, 1): ["hacia abajo", "abajo", "de arriba abajo", "de arriba a abajo"]},
    "places": ["en el viento", "en el cielo", "por el valle", "en la playa", "sobre la ciudad", "al fondo", "sobre las montañas", "en la orilla", "de la chimenea", "en el lago", "con el viento", "al viento", "en el jardín", "entre las rocas", "contra las rocas", "hacia la playa", "hacia el horizonte", "por la ventana"],
    "object": ["{N} se {V} {A} {D} {P}", "{N} {V} {A} {D} {P}", "{N} {V} {D} {A} {P}", "{N} que {V} {A} {D}", "{N} se mueve {A} {D} {P}", "{N} se mueven {A} {D}", "{A} {N} {V} {D}", "movimiento de {N} {A} {D}", "que {N} se {V} {A} {D}", "haz que {N} {V} {A} {D}", "{V} {N} {A} {D}", "{N} en movimiento {A} {D}", "{N} va {A} {D}"],
    "only": ["solo {N}", "sólo {N} se mueve", "solo {N} se mueven", "solamente {N}", "mueve solo {N}", "únicamente {N} se mueve", "nada se mueve excepto {N}", "todo quieto excepto {N}", "anima solo {N}", "no se mueve nada salvo {N}", "todo queda quieto, solo {N} se mueve", "solo {N}, nada más"],
    "except": ["todo se mueve excepto {N}", "todo menos {N} se mueve", "todo se mueve salvo {N}", "mueve todo excepto {N}", "todo se mueve pero {N} no", "anima todo menos {N}"],
    "still": ["{N} no se mueve", "{N} no se mueven", "{N} queda quieto", "{N} se quedan quietos", "sin mover {N}", "{N} permanece inmóvil", "{N} permanecen quietas", "no muevas {N}", "sin movimiento de {N}", "{N} inmóvil", "{N} no", "{N} está quieto", "{N} están quietos", "{N} congelado", "deja {N} quieto", "{N} estático", "mantén {N} quieto"],
    "static": ["sin movimiento de cámara", "cámara fija", "la cámara no se mueve", "cámara estática", "cámara quieta", "la cámara permanece fija", "plano fijo", "cámara en trípode", "sin mover la cámara", "no muevas la cámara", "sin zoom", "la cámara está quieta", "la cámara queda inmóvil"],
    "nothing": ["nada más se mueve", "el resto queda quieto", "todo lo demás quieto", "nada más", "lo demás no se mueve", "el resto permanece inmóvil"],
    "all_still": ["nada se mueve", "sin movimiento", "todo quieto", "todo queda inmóvil", "imagen fija", "congela todo"],
    "alive": ["dale vida a la foto", "anima la imagen", "haz que cobre vida", "anima esta foto", "que la escena cobre vida"],
    "wind": ["viento en {N}", "{N} al viento", "el viento mueve {N}", "el viento sopla en {N}", "{N} con el viento {S}", "viento {S} en {N}", "la brisa {S} mueve {N}"],
    "wind_alone": ["viento {S}", "brisa {S}", "sopla el viento {A}", "hay viento {S}"],
    "camera": [
        ({"zoom": 1}, ["zoom {S} hacia {T}", "zoom {S}", "zoom in {A}", "haz zoom {A} en {T}", "acercar con zoom {A}", "zoom de acercamiento {S}", "acerca el zoom {A}", "zoom {S} a {T}", "la cámara hace zoom {A} en {T}", "zoom {A} adelante", "acercamiento con zoom {A}", "{A} haz zoom hacia {T}", "zoom {S} acercándose a {T}"]),
        ({"zoom": -1}, ["aleja el zoom {A}", "zoom {S} hacia atrás", "zoom out {A}", "zoom de alejamiento {S}", "alejar el zoom {A}", "aleja {A} el zoom de {T}", "zoom {A} atrás", "alejamiento con zoom {A}", "la cámara aleja el zoom", "zoom {S} alejándose de {T}"]),
        ({"dolly": 1}, ["la cámara avanza {A}", "travelling {S} hacia adelante", "travelling de avance {S}", "la cámara se acerca {A} a {T}", "dolly {S} hacia adelante", "la cámara se mueve {A} hacia adelante", "avanza {A} hacia {T}", "la cámara avanza {A} por {T}", "acércate {A} a {T}", "avance {S} de la cámara", "cámara {A} hacia adelante"]),
        ({"dolly": -1}, ["la cámara retrocede {A}", "travelling {S} hacia atrás", "travelling de retroceso {S}", "la cámara se aleja {A} de {T}", "dolly {S} hacia atrás", "la cámara se mueve {A} hacia atrás", "retrocede {A}", "aléjate {A} de {T}", "retroceso {S} de la cámara", "cámara {A} hacia atrás"]),
        ({"panX": -1}, ["paneo {S} a la izquierda", "paneo {S} hacia la izquierda", "la cámara gira {A} a la izquierda", "la cámara se mueve {A} hacia la izquierda", "panorámica {S} hacia la izquierda", "panea {A} a la izquierda", "barrido a la izquierda {A}", "paneo de derecha a izquierda", "la cámara se desliza {A} hacia la izquierda", "mueve la cámara {A} a la izquierda", "travelling {S} a la izquierda", "la cámara mira a la izquierda"]),
        ({"panX": 1}, ["paneo {S} a la derecha", "paneo {S} hacia la derecha", "la cámara gira {A} a la derecha", "la cámara se mueve {A} hacia la derecha", "panorámica {S} hacia la derecha", "panea {A} a la derecha", "barrido a la derecha {A}", "paneo de izquierda a derecha", "la cámara se desliza {A} hacia la derecha", "mueve la cámara {A} a la derecha", "paneo {S}", "paneo sobre {T}", "travelling {S} a la derecha", "la cámara mira a la derecha"]),
        ({"panY": 1}, ["inclina la cámara {A} hacia arriba", "la cámara se inclina {A} hacia arriba", "paneo {S} hacia arriba", "la cámara mira {A} hacia arriba", "inclinación {S} hacia arriba", "tilt {A} hacia arriba", "tilt {S} arriba", "panorámica {S} hacia arriba"]),
        ({"panY": -1}, ["inclina la cámara {A} hacia abajo", "la cámara se inclina {A} hacia abajo", "paneo {S} hacia abajo", "la cámara mira {A} hacia abajo", "inclinación {S} hacia abajo", "tilt {A} hacia abajo", "tilt {S} abajo", "panorámica {S} hacia abajo"]),
        ({"roll": 1}, ["rotación {S} en sentido horario", "gira {A} en sentido horario", "la cámara rota {A} en sentido horario", "giro {S} en el sentido de las agujas del reloj", "la cámara gira {A} en sentido de las manecillas del reloj"]),
        ({"roll": -1}, ["rotación {S} en sentido antihorario", "gira {A} en sentido antihorario", "la cámara rota {A} en sentido contrario a las agujas del reloj", "giro {S} antihorario", "gira {A} en contra de las agujas del reloj"]),
        ({"orbit": 1}, ["órbita {S} alrededor de {T}", "la cámara orbita {A} alrededor de {T}", "la cámara gira {A} alrededor de {T}", "la cámara rodea {A} {T}", "órbita {S}", "gira {A} alrededor de {T}", "órbita {S} a la derecha", "gira {A} en torno a {T}"]),
        ({"orbit": -1}, ["órbita {S} a la izquierda alrededor de {T}", "la cámara orbita {A} a la izquierda", "órbita {S} hacia la izquierda", "la cámara gira alrededor de {T} hacia la izquierda"]),
        ({"crane": 1}, ["grúa {S} hacia arriba", "la cámara asciende {A}", "la cámara sube {A}", "la cámara se eleva {A} sobre {T}", "movimiento de grúa {S} hacia arriba", "el dron sube {A}", "grúa ascendente {S}", "el dron se eleva {A}", "la cámara se mueve {A} hacia arriba"]),
        ({"crane": -1}, ["grúa {S} hacia abajo", "la cámara desciende {A}", "la cámara baja {A}", "movimiento de grúa {S} hacia abajo", "el dron baja {A}", "grúa descendente {S}", "el dron desciende {A}", "la cámara se mueve {A} hacia abajo"]),
        ({"handheld": 1}, ["cámara en mano {S}", "cámara en mano", "cámara temblorosa", "la cámara tiembla {A}", "cámara de mano", "cámara movida", "estilo cámara en mano", "cámara inestable"]),
    ],
}

LANGUAGES["fr"] = {
    "nouns": {
        "sky": "nuages:clouds nuage:cloud ciel:sky nuées:clouds cieux:skies aurore:aurora firmament:sky cumulus:cumulus",
        "sea": "mer:sea vagues:waves vague:wave océan:ocean houle:surf lac:lake rivage:shore rive:shore côte:coast baie:bay étang:pond port:harbor marée:tide écume:foam flots:waves lagune:lagoon ressac:surf",
        "river": "rivière:river fleuve:river ruisseau:stream cascade:waterfall cascades:waterfalls chute:waterfall chutes:waterfalls fontaine:fountain torrent:torrent rapides_:rapids canal:canal courant:current",
        "water": "eau:water eaux:waters ondes:ripples",
        "foliage": "arbres:trees arbre:tree feuilles:leaves feuille:leaf branches:branches branche:branch feuillage:foliage forêt:forest bois:woods palmiers:palms palmier:palm buissons:bushes pins:pines sapins:firs saule:willow jungle:jungle bambous:bamboo haie:hedge lierre:ivy chêne:oak bouleaux:birch cimes:treetops",
        "grass": "herbe:grass herbes:grass gazon:lawn pelouse:lawn prairie:meadow pré:meadow blé:wheat champ:field champs:fields roseaux:reeds épis:wheat joncs:reeds foin:hay",
        "flower": "fleurs:flowers fleur:flower pétales:petals roses:roses tulipes:tulips tournesols:sunflowers lavande:lavender coquelicots:poppies marguerites:daisies",
        "cloth": "drapeau:flag drapeaux:flags rideau:curtain rideaux:curtains robe:dress tissu:fabric voile:sail voiles:sails écharpe:scarf foulard:scarf jupe:skirt linge:laundry bannière:banner cape:cape chemise:shirt tente:tent manteau:coat étendard:banner",
        "fire": "feu:fire flamme:flame flammes:flames bougie:candle bougies:candles cheminée_:fireplace torche:torch braises:embers étincelles:sparks incendie:fire brasier:blaze lave:lava chandelle:candle",
        "smoke": "fumée:smoke brouillard:fog vapeur:steam brume:mist poussière:dust fumées:smoke brumes:mists panache:plume",
        "hair": "cheveux:hair chevelure:hair barbe:beard crinière:mane fourrure:fur boucles:curls tresse:braid plumes:feathers poils:fur pelage:fur mèches:locks",
        "body": "femme:woman homme:man personne:person gens:people chien:dog chat:cat cheval:horse enfant:child fille:girl garçon:boy visage:face bébé:baby animal:animal corps:body vache:cow mouton:sheep personnes:people",
        "floating": "bateau:boat bateaux:boats barque:boat voilier:sailboat navire:ship ballon:balloon montgolfière:hot_air_balloon canards:ducks canard:duck cygne:swan oiseaux:birds oiseau:bird mouettes:seagulls radeau:raft bulles:bubbles cygnes:swans voiliers:sailboats",
        "light": "lumière:light lumières:lights lampe:lamp étoiles:stars étoile:star lampadaires:street_lights lanterne:lantern néon:neon néons:neon_lights soleil:sun lune:moon rayons:rays ampoule:bulb éclairs:lightning reflets:reflections lucioles:fireflies enseigne:neon_sign",
    },
    "neutral": "maison:house ville:city montagne:mountain montagnes:mountains vallée:valley tour:tower église:church château:castle pont:bridge rue:street rochers:rocks pierres:stones plage:beach porte:door fenêtre:window toit:roof voiture:car table:table statue:statue bâtiment:building cheminée:chimney sommet:peak fond:background paysage:landscape île:island jardin:garden village:village colline:hill yeux:eyes phare:lighthouse train:train sol:ground plafond:ceiling mur:wall chambre:room chemin:path tasse:cup canyon:canyon monument:monument horizon:horizon camp:camp",
    "verbs": {
        "any": "bouger:move animer:animate agiter:shake danser:dance trembler:tremble déplacer:move remuer:stir",
        "sky": "passer:pass dériver:drift flotter:float voyager:travel défiler:stream filer:race voler:fly glisser:glide avancer:move courir:race voguer:sail",
        "sea": "déferler:roll rouler:roll briser:break onduler:undulate clapoter:lap gronder:rage scintiller:shimmer agiter:churn balancer:rock rugir:rage monter:surge arriver:come_in",
        "river": "couler:flow tomber:fall ruisseler:trickle jaillir:gush dévaler:rush plonger:plunge cascader:cascade serpenter:meander",
        "foliage": "balancer:sway osciller:sway bruisser:rustle bruire:rustle agiter:shake trembler:tremble onduler:wave frémir:quiver frissonner:shiver plier:bend",
        "cloth": "flotter:wave claquer:flap onduler:ripple voler:fly agiter:flap battre:flap gonfler:billow",
        "fire": "brûler:burn vaciller:flicker danser:dance crépiter:crackle flamber:blaze brasiller:glow briller:glow",
        "smoke": "monter:rise élever:rise flotter:float avancer:drift dériver:drift tourbillonner:swirl sortir:come_out échapper:rise",
        "hair": "voler:blow flotter:flow onduler:wave agiter:blow bouger:move",
        "body": "respirer:breathe bouger:move",
        "floating": "flotter:float balancer:rock tanguer:rock naviguer:sail nager:swim voler:fly dériver:drift voguer:sail",
        "light": "briller:shine scintiller:twinkle clignoter:blink vaciller:flicker étinceler:sparkle luire:shine rayonner:glow miroiter:shimmer",
    },
    "words": "le: la: les: un: une: des:of du:of de:of d: l: au:to aux:to à:a en: ce: ces: cette: son: sa: ses: est:is sont:are et:and ou:or par:by pour:for vers:to depuis:from jusque: jusqu: sur:over sous:under entre:between dans:in mais:but pendant:while tandis:while alors: quand:while tout:everything toute:everything tous:all toutes:all seul:only seule:only seuls:only seules:only seulement:only uniquement:only juste:only ne: n: pas:not plus:more jamais:never ni:nor aucun:no aucune:no sans:without sauf:except excepté:except hormis:except rien:nothing reste:stay restent:stay rester:stay demeure:stay demeurent:stay d_autre: autre:else immobile:motionless immobiles:motionless fige:freeze figé:frozen figée:frozen figés:frozen figer:freeze figées:frozen statique:static statiques:static stable:steady tranquille:calm tranquilles:calm gauche:left droite:right droit:right côté:side haut:up bas:down avant:forward arrière:back devant:past derrière:back près:closer rapproche:closer rapprocher:closer approche:closer approcher:closer rapprochement:closer éloigne:away éloigner:away éloignement:away loin:away autour:around cercle:circle caméra:camera appareil:camera zoom:zoom zoomer:zoom zoome:zoom dézoom:zoom_out dézoomer:zoom_out dézoome:zoom_out plan:shot prise:shot panoramique:pan panoramiquer:pan balayage:sweep incliner:tilt incline:tilt inclinaison:tilt basculer:tilt bascule:tilt regarde:look regarder:look avance:advance avancer:advance recul:retreat recule:retreat reculer:retreat travelling:dolly traveling:dolly orbite:orbit orbiter:orbit tourne:turn tourner:turn pivote:turn pivoter:turn encercle:circle contourne:circle rotation:rotation tourbillonne:swirl grue:crane monte:rise monter:rise montée:rise élève:rise élever:rise descend:descend descendre:descend descente:descend drone:drone sens: aiguilles:clockwise aiguille:clockwise montre: horaire:clockwise antihoraire:counterclockwise inverse:counter contraire:counter épaule:handheld portée:handheld portative:handheld tremblante:shaky tremblant:shaky tremble:shake tremblée:shaky main:hand poing:handheld fixe:fixed fixes:fixed trépied:tripod pied:tripod mouvement:movement mouvements:movement bouge:move bougent:move bouger:move bougez:move déplace:move doux:gentle douce:gentle doucement:gently lentement:slowly lent:slow lente:slow légèrement:slightly léger:slight légère:slight peu:little peine:barely délicatement:delicately tranquillement:calmly calmement:calmly calme:calm très:very fort:strongly forte:strong fortement:strongly force:strongly rapide:fast rapidement:rapidly vite:fast violemment:violently violent:violent violente:violent sauvagement:wildly intensément:intensely intense:intense beaucoup:a_lot brusquement:hard vent:wind brise:breeze tempête:storm rafales:gusts souffle:blow fais:make fait:make faire:make laisse:let laisser:let laissez:let montre_: montrer:show boucle:loop image:picture photo:photo scène:scene vie:life vivante:alive vivant:alive anime:animate donne: puis:then aussi:also avec:with travers:through dessus:over dessous:under bord: doit:should va:go vont:go dedans:in dehors:out maisons:house qui: que: se: s: il: elle: ça: cela: svp:please",
    "joiners": [" pendant que ", " et ", ", ", "; ", ". ", " tandis que ", " avec ", ", et ", " alors que "],
    "weak": "doucement lentement légèrement un_peu à_peine très_lentement très_doucement délicatement tranquillement calmement",
    "weak_adjective": "doux lent lente léger légère douce calme",
    "strong": "fort fortement rapidement vite violemment beaucoup très_vite très_fort sauvagement intensément avec_force",
    "strong_adjective": "forte violent violente rapide intense",
    "directions": {(-1, 0): ["vers la gauche", "à gauche", "de droite à gauche", "sur la gauche", "du côté gauche"], (1, 0): ["vers la droite", "à droite", "de gauche à droite", "sur la droite", "du côté droit"], (0, -1): ["vers le haut", "en haut", "de bas en haut"], (0, 1): ["vers le bas", "en bas", "de haut en bas"]},
    "places": ["dans le vent", "dans le ciel", "à travers la vallée", "sur la plage", "au-dessus de la ville", "au fond", "sur les montagnes", "au bord du lac", "de la cheminée", "sur le lac", "au vent", "dans le jardin", "entre les rochers", "sous le vent", "contre les rochers", "vers la plage", "vers l'horizon", "par la fenêtre"],
    "object": ["{N} {V} {A} {D} {P}", "{N} {V} {D} {A} {P}", "{N} se {V} {A} {D} {P}", "{N} qui {V} {A} {D}", "{N} bouge {A} {D} {P}", "{N} bougent {A} {D}", "{A} {N} {V} {D}", "mouvement de {N} {A} {D}", "fais bouger {N} {A} {D}", "que {N} {V} {A} {D}", "{N} se déplacent {A} {D}", "{N} se déplace {D} {A}", "{N} en mouvement {A} {D}", "{V} {N} {A} {D}", "{N} vont {D} {A}"],
    "only": ["seulement {N}", "seul {N} bouge", "seules {N} bougent", "seuls {N} bougent", "uniquement {N}", "juste {N}", "rien ne bouge sauf {N}", "tout est immobile sauf {N}", "anime seulement {N}", "rien d'autre que {N} ne bouge", "tout reste immobile, seule {N} bouge", "seulement {N}, rien d'autre"],
    "except": ["tout bouge sauf {N}", "tout sauf {N} bouge", "tout bouge, sauf {N}", "anime tout sauf {N}", "tout bouge excepté {N}", "tout bouge mais pas {N}", "tout s'anime sauf {N}"],
    "still": ["{N} ne bouge pas", "{N} ne bougent pas", "{N} reste immobile", "{N} restent immobiles", "sans bouger {N}", "pas {N}", "ne bouge pas {N}", "sans mouvement de {N}", "{N} immobile", "{N} figé", "{N} figés", "laisse {N} immobile", "{N} est statique", "{N} ne doit pas bouger", "{N} restent figés", "sans {N}", "fige {N}"],
    "static": ["sans mouvement de caméra", "caméra fixe", "la caméra ne bouge pas", "caméra statique", "caméra immobile", "la caméra reste fixe", "plan fixe", "caméra sur trépied", "sans bouger la caméra", "ne bouge pas la caméra", "sans zoom", "pas de zoom", "aucun mouvement de caméra", "la caméra est immobile", "pas de mouvement de caméra", "caméra sur pied"],
    "nothing": ["rien d'autre ne bouge", "le reste est immobile", "tout le reste est immobile", "rien d'autre", "le reste ne bouge pas", "le reste reste figé"],
    "all_still": ["rien ne bouge", "aucun mouvement", "tout est immobile", "tout reste immobile", "image fixe", "fige tout"],
    "alive": ["donne vie à la photo", "anime l'image", "anime cette photo", "rends la photo vivante", "donne vie à cette scène"],
    "wind": ["du vent dans {N}", "{N} dans le vent", "le vent agite {N}", "le vent souffle dans {N}", "{N} dans un vent {S}", "vent {S} dans {N}", "une brise {S} agite {N}", "{N} au vent"],
    "wind_alone": ["vent {S}", "brise {S}", "le vent souffle {A}", "il y a du vent {S}"],
    "camera": [
        ({"zoom": 1}, ["zoom {S} sur {T}", "zoom {S}", "zoom avant {S}", "zoome {A} sur {T}", "zoomer {A} sur {T}", "zoom avant {A} sur {T}", "la caméra zoome {A}", "la caméra zoome {A} sur {T}", "zoom {S} vers {T}", "zoom vers l'avant {A}", "zoom {S} en avant", "{S} zoom sur {T}"]),
        ({"zoom": -1}, ["zoom arrière {S}", "dézoom {S}", "dézoomer {A}", "la caméra dézoome {A}", "zoom arrière {A} depuis {T}", "dézoome {A} de {T}", "zoom vers l'arrière {A}", "zoom {S} en arrière", "{S} zoom arrière"]),
        ({"dolly": 1}, ["travelling avant {S}", "la caméra avance {A}", "la caméra avance {A} vers {T}", "la caméra s'approche {A} de {T}", "la caméra se rapproche {A}", "avancer {A} vers {T}", "la caméra se déplace {A} vers l'avant", "travelling avant {A} vers {T}", "travelling avant {S} dans {T}", "mouvement vers l'avant {S}", "approche {S} vers {T}"]),
        ({"dolly": -1}, ["travelling arrière {S}", "la caméra recule {A}", "la caméra s'éloigne {A} de {T}", "reculer {A}", "la caméra se déplace {A} vers l'arrière", "recul {S} de la caméra", "travelling arrière {A} depuis {T}", "mouvement vers l'arrière {S}", "la caméra s'éloigne {A}"]),
        ({"panX": -1}, ["panoramique {S} vers la gauche", "panoramique {S} à gauche", "la caméra tourne {A} à gauche", "la caméra se déplace {A} vers la gauche", "travelling {S} vers la gauche", "pan {S} à gauche", "panoramique de droite à gauche {A}", "la caméra pivote {A} vers la gauche", "balayage vers la gauche {A}", "la caméra glisse {A} vers la gauche", "la caméra panoramique {A} vers la gauche", "la caméra regarde à gauche"]),
        ({"panX": 1}, ["panoramique {S} vers la droite", "panoramique {S} à droite", "la caméra tourne {A} à droite", "la caméra se déplace {A} vers la droite", "travelling {S} vers la droite", "pan {S} à droite", "panoramique de gauche à droite {A}", "la caméra pivote {A} vers la droite", "balayage vers la droite {A}", "la caméra glisse {A} vers la droite", "panoramique {S}", "panoramique sur {T}", "la caméra panoramique {A} vers la droite", "la caméra regarde à droite"]),
        ({"panY": 1}, ["incline la caméra {A} vers le haut", "la caméra s'incline {A} vers le haut", "panoramique {S} vers le haut", "la caméra regarde {A} vers le haut", "inclinaison {S} vers le haut", "tilt {A} vers le haut", "la caméra bascule {A} vers le haut", "panoramique vertical vers le haut {A}"]),
        ({"panY": -1}, ["incline la caméra {A} vers le bas", "la caméra s'incline {A} vers le bas", "panoramique {S} vers le bas", "la caméra regarde {A} vers le bas", "inclinaison {S} vers le bas", "tilt {A} vers le bas", "la caméra bascule {A} vers le bas", "panoramique vertical vers le bas {A}"]),
        ({"roll": 1}, ["rotation {S} dans le sens horaire", "tourne {A} dans le sens des aiguilles d'une montre", "la caméra tourne {A} dans le sens horaire", "rotation horaire {S}", "rotation {S} dans le sens des aiguilles d'une montre"]),
        ({"roll": -1}, ["rotation {S} dans le sens antihoraire", "tourne {A} dans le sens inverse des aiguilles d'une montre", "la caméra tourne {A} dans le sens antihoraire", "rotation antihoraire {S}", "rotation {S} dans le sens contraire des aiguilles d'une montre"]),
        ({"orbit": 1}, ["orbite {S} autour de {T}", "la caméra tourne {A} autour de {T}", "la caméra orbite {A} autour de {T}", "tourner {A} autour de {T}", "orbite {S}", "la caméra contourne {A} {T}", "orbite {S} vers la droite", "mouvement autour de {T}"]),
        ({"orbit": -1}, ["orbite {S} vers la gauche autour de {T}", "la caméra orbite {A} vers la gauche", "orbite {S} à gauche", "la caméra tourne autour de {T} vers la gauche"]),
        ({"crane": 1}, ["mouvement de grue {S} vers le haut", "la caméra monte {A}", "la caméra s'élève {A} au-dessus de {T}", "grue vers le haut {A}", "le drone monte {A}", "montée {S} de la caméra", "la caméra se déplace {A} vers le haut", "le drone s'élève {A}"]),
        ({"crane": -1}, ["mouvement de grue {S} vers le bas", "la caméra descend {A}", "grue vers le bas {A}", "le drone descend {A}", "descente {S} de la caméra", "la caméra se déplace {A} vers le bas", "la caméra descend {A} vers {T}"]),
        ({"handheld": 1}, ["caméra à l'épaule", "caméra portée {S}", "caméra à la main", "caméra tremblante", "la caméra tremble {A}", "style caméra portée", "caméra au poing"]),
    ],
}

LANGUAGES["ja"] = {
    "nouns": {
        "sky": "雲:clouds 空:sky 雨雲:rain_clouds 入道雲:clouds 夜空:night_sky 青空:sky 白い雲:clouds 雷雲:thunderclouds オーロラ:aurora 夕空:evening_sky 天の川:milky_way くも:clouds",
        "sea": "海:sea 波:waves 大波:waves 海面:sea_surface 湖:lake 湖面:lake 岸:shore 海岸:coast 池:pond 港:harbor 潮:tide さざ波:ripples 荒波:waves 水辺_:shore なみ:waves",
        "river": "川:river 小川:stream 滝:waterfall 渓流:stream 噴水:fountain 急流:rapids 河:river せせらぎ:brook 水流:current",
        "water": "水:water 水面:water_surface 波紋:ripples",
        "foliage": "木:trees 木々:trees 樹木:trees 葉:leaves 葉っぱ:leaves 枝:branches 森:forest 林:woods ヤシの木:palm_trees 桜:cherry_blossom 竹:bamboo 柳:willow 松:pine 茂み:bushes 落ち葉:autumn_leaves 紅葉:autumn_leaves 木の葉:leaves",
        "grass": "草:grass 草原:meadow 芝生:lawn 麦:wheat 麦畑:wheat_field 稲:rice 葦:reeds すすき:reeds 牧草:hay 畑:field 野原:field 田んぼ:rice",
        "flower": "花:flowers 花びら:petals バラ:roses チューリップ:tulips ひまわり:sunflowers ラベンダー:lavender 菜の花:flowers お花:flowers",
        "cloth": "旗:flag カーテン:curtain ドレス:dress 布:cloth 帆:sail スカーフ:scarf スカート:skirt 洗濯物:laundry 服:clothes 着物:kimono マント:cape 国旗:flag のぼり:banner マフラー:scarf",
        "fire": "火:fire 炎:flames 焚き火:campfire たき火:campfire キャンプファイヤー:campfire ろうそく:candle 暖炉:fireplace 松明:torch 火花:sparks キャンドル:candle 溶岩:lava",
        "smoke": "煙:smoke 霧:fog 湯気:steam もや:mist 蒸気:steam 霞:haze 埃:dust 朝霧:mist",
        "hair": "髪:hair 髪の毛:hair 毛:fur 毛並み:fur たてがみ:mane ひげ:beard 羽:feathers 前髪:bangs",
        "body": "人:person 女性:woman 男性:man 女の子:girl 男の子:boy 犬:dog 猫:cat 馬:horse 子供:child 顔:face 赤ちゃん:baby 動物:animal 体:body 人々:people 人物:person 牛:cow",
        "floating": "船:ship 舟:boat ボート:boat ヨット:yacht 気球:hot_air_balloon 風船:balloon 鳥:bird 白鳥:swan カモ:duck アヒル:duck カモメ:seagull 凧:kite 泡:bubbles 帆船:sailboat",
        "light": "光:light 灯り:lights 明かり:lights ランプ:lamp 星:stars 街灯:street_lights ネオン:neon ネオンサイン:neon_sign 提灯:lantern 太陽:sun 月:moon 電球:bulb 稲妻:lightning 街の灯り:city_lights ホタル:fireflies 反射:reflections 木漏れ日:sunlight",
    },
    "neutral": "家:house 街:city 町:town 山:mountain 谷:valley 塔:tower 教会:church 城:castle 橋:bridge 道:road 岩:rocks 石:stone 砂浜:beach ドア:door 窓:window 屋根:roof 車:car テーブル:table 像:statue 銅像:statue 建物:building 煙突:chimney 山頂:peak 背景:background 風景:landscape 景色:landscape 島:island 庭:garden 村:village 丘:hill 目:eyes 灯台:lighthouse 電車:train 地面:ground 天井:ceiling 壁:wall 部屋:room カップ:cup ビーチ:beach 神社:temple 寺:temple 富士山:mountain",
    "verbs": {
        "any": "動く:move 動き:move 動いている:move 揺れる:shake 踊る:dance 震える:tremble",
        "sky": "流れる:drift 流れ:drift 流れていく:drift 漂う:drift 動く:move 浮かぶ:float 進む:move 走る:race 移動する:move 通り過ぎる:pass 流れている:drift",
        "sea": "打ち寄せる:roll_in 寄せる:roll_in 砕ける:crash うねる:swell 揺れる:rock きらめく:shimmer 荒れる:rage 動く:move 押し寄せる:surge 波打つ:undulate",
        "river": "流れる:flow 流れ:flow 落ちる:fall 注ぐ:pour 流れている:flow ほとばしる:gush 流れ落ちる:fall 動く:move",
        "foliage": "揺れる:sway 揺れ:sway そよぐ:rustle なびく:sway ざわめく:rustle 動く:move 揺れている:sway 震える:tremble ゆれる:sway しなる:bend 舞う:dance",
        "cloth": "はためく:flutter なびく:wave 揺れる:sway ひらめく:flutter 翻る:wave 舞う:dance 動く:move はためいている:flutter",
        "fire": "燃える:burn 揺らめく:flicker ゆらめく:flicker 燃え上がる:blaze ちらつく:flicker 揺れる:flicker 燃えている:burn 輝く:glow",
        "smoke": "立ち上る:rise 昇る:rise 漂う:drift 流れる:drift 立ちのぼる:rise 広がる:spread 渦巻く:swirl 上がる:rise たなびく:drift 立ち込める:linger",
        "hair": "なびく:blow 揺れる:sway 舞う:blow 流れる:flow 動く:move",
        "body": "呼吸する:breathe 息をする:breathe 動く:move 呼吸:breathe",
        "floating": "浮かぶ:float 揺れる:rock 漂う:drift 進む:move 飛ぶ:fly 泳ぐ:swim 動く:move 流れる:drift",
        "light": "輝く:shine きらめく:twinkle 瞬く:twinkle 光る:shine 点滅する:blink 明滅する:flicker またたく:twinkle ちらつく:flicker きらきら:twinkle",
    },
    "words": "左:left 右:right 上:up 下:down 前:forward 後ろ:back 奥:forward 手前:back 左側:left_side 右側:right_side 上方:up 下方:down 左方向:left 右方向:right 上方向:up 下方向:down から:from へ:to 周り:around まわり:around 周囲:around 中心:around カメラ:camera 視点:view 画面:frame ドローン:drone ズーム:zoom ズームイン:zoom_in ズームアウト:zoom_out 拡大:zoom_in 縮小:zoom_out パン:pan パンする:pan パンニング:pan 首を振る:pan スライド:slide 横移動:slide チルト:tilt ティルト:tilt チルトアップ:tilt_up チルトダウン:tilt_down ティルトアップ:tilt_up ティルトダウン:tilt_down 傾ける:tilt 傾け:tilt 傾く:tilt 見上げる:look_up 見下ろす:look_down 向ける:look 向く:look 振る:pan ドリー:dolly ドリーイン:dolly_in ドリーアウト:dolly_out トラック:track 前進:advance 前進する:advance 後退:retreat 後退する:retreat 近づく:closer 近づける:closer 近づいて:closer 寄る:closer 寄せて:closer 接近:closer 離れる:away 遠ざかる:away 引く:pull_back 引き:pull_back 進む:advance 移動:move 移動する:move オービット:orbit 周回:orbit 旋回:orbit 回り込む:circle 回る:circle 回って:circle 一周:circle 弧:arc クレーン:crane クレーンアップ:crane_up クレーンダウン:crane_down 上昇:rise 上昇する:rise 昇る:rise 上がる:rise 下降:descend 下降する:descend 降下:descend 降りる:descend 下がる:descend 回転:rotate 回転する:rotate 回す:rotate ロール:roll 時計回り:clockwise 反時計回り:counterclockwise 半時計回り:counterclockwise 手持ち:handheld 手持ちカメラ:handheld_camera 手ブレ:handheld_shake 手ぶれ:handheld_shake ハンドヘルド:handheld ブレ:shake 揺れ:shake 固定:fixed 固定カメラ:fixed_camera 三脚:tripod 静止:motionless 静止画:still_image 定点:fixed 定点カメラ:fixed_camera 止まった:still 止まっ:still 止まる:stop 止める:freeze 凍った:frozen 動か:move ない:not ません:not なく:not せず:without なし:<without> 無し:<without> だけ:only のみ:only 以外:<except> 除いて:<except> すべて:everything 全て:everything 全部:everything 全体:everything みんな:everything 何も:nothing 他:else ほか:else その他:else 残り:rest まま:stay しかし:but けど:but ながら:while 間:while 中:while つつ:while と:and そして:and ゆっくり:slowly ゆっくりと:slowly ゆったり:slowly 優しく:gently やさしく:gently そっと:softly 静かに:quietly 穏やかに:calmly 穏やか:calm 少し:a_little わずかに:slightly かすかに:faintly 軽く:lightly 弱く:weakly とても:very 非常に:very 激しく:violently 激しい:violent 強く:strongly 強い:strong 速く:fast 早く:fast 速い:fast 素早く:quickly すばやく:quickly 急に:quickly 大きく:a_lot 勢いよく:strongly 力強く:powerfully 猛烈に:fiercely 高速:fast 高速で:fast 低速:slow スロー:slow 風:wind そよ風:breeze 嵐:storm 強風:strong_wind 微風:breeze ループ:loop 写真:photo 画像:picture 映像:video シーン:scene 命:life 生き生き:alive アニメーション:animation 動画:video 動き:movement 動かす:move 動かし:move 動いて:move 動:move 流れ:flow 揺ら:sway 燃え:burn 見せる:show 映す:show お願い:please してください:please ください:please 横:sideways 同時に:while",
    "joiners": ["、", "、", "。", "、そして", "しながら", "、同時に", "。", "ながら、"],
    "weak": "ゆっくり ゆっくりと 優しく そっと 静かに 穏やかに 少し わずかに かすかに 軽く とてもゆっくり 弱く やさしく 少しだけ",
    "weak_adjective": "ゆっくり ゆっくりと そっと 少し ゆったり 静かに",
    "strong": "激しく 強く 速く 素早く 勢いよく とても速く 力強く 大きく 猛烈に とても強く 高速で",
    "strong_adjective": "速く 素早く 高速で 急に 激しく",
    "directions": {(-1, 0): ["左に", "左へ", "右から左へ", "左側に", "左方向に", "左の方へ", "右から左に"], (1, 0): ["右に", "右へ", "左から右へ", "右側に", "右方向に", "右の方へ", "左から右に"], (0, -1): ["上に", "上へ", "下から上へ", "上方向に"], (0, 1): ["下に", "下へ", "上から下へ", "下方向に"]},
    "places": ["風に", "空を", "谷を", "砂浜に", "街の上を", "背景で", "山の上で", "岸に", "煙突から", "湖に", "庭で", "家の前で", "風で", "夜空に"],
    "object": ["{N}が{D}{A}{V}", "{N}が{A}{D}{V}", "{N}が{P}{A}{V}", "{A}{V}{N}", "{A}{D}{V}{N}", "{N}を{D}{A}動かす", "{N}を{A}動かして", "{N}の動き{A}", "{P}{A}{V}{N}", "{N}は{A}{D}{V}", "{P}{N}が{A}{D}{V}", "{D}{A}{V}{N}", "{N}が{A}{D}{V}ように"],
    "only": ["{N}だけ", "{N}だけが動く", "{N}だけ動く", "{N}だけを動かす", "{N}だけ動かして", "{N}のみ動く", "{N}のみ", "{N}以外は動かない", "{N}以外は静止", "{N}以外動かさない", "動くのは{N}だけ", "{N}だけ動いて、他は静止", "{N}以外何も動かない", "何も動かない、{N}だけ動く"],
    "except": ["{N}以外すべて動く", "{N}以外は全部動く", "{N}以外が動く", "{N}を除いて全て動く", "すべて動くが{N}は動かない", "{N}以外を動かす", "{N}以外全部動かして"],
    "still": ["{N}は動かない", "{N}は静止", "{N}は静止したまま", "{N}は止まったまま", "{N}を動かさない", "{N}は動かさないで", "{N}は動きません", "{N}は揺れない", "{N}はそのまま静止", "{N}なし", "{N}は固定", "{N}の動きなし", "{N}は流れない"],
    "static": ["カメラは動かない", "固定カメラ", "カメラ固定", "カメラは固定", "カメラの動きなし", "カメラを動かさない", "カメラは静止", "三脚で固定", "ズームなし", "定点カメラ", "カメラを固定したまま", "カメラは動かさないで", "カメラワークなし", "カメラは静止したまま", "パンなし"],
    "nothing": ["他は動かない", "他は静止", "その他は静止したまま", "残りは動かない", "他は何も動かない"],
    "all_still": ["何も動かない", "動きなし", "すべて静止", "全部止める", "静止画", "全て動かない"],
    "alive": ["写真に命を吹き込む", "写真を動かす", "画像を動かして", "生き生きと", "アニメーションにして"],
    "wind": ["{N}が風に{A}揺れる", "風で{N}が{A}動く", "風に揺れる{N}", "{S}風に揺れる{N}", "{N}が{A}風になびく", "{S}風が{N}を揺らす"],
    "wind_alone": ["{A}風", "風が{A}吹く", "そよ風", "風"],
    "camera": [
        ({"zoom": 1}, ["{T}に{A}ズームイン", "{A}ズームイン", "ズームイン", "{A}ズームインする", "{T}へ{A}ズーム", "カメラが{A}ズームイン", "{T}を{A}拡大", "{T}にズーム", "カメラを{A}ズームインする", "{T}に{A}ズームする"]),
        ({"zoom": -1}, ["{A}ズームアウト", "ズームアウト", "{A}ズームアウトする", "{T}から{A}ズームアウト", "カメラが{A}ズームアウト", "{A}縮小", "{T}からズームアウトして"]),
        ({"dolly": 1}, ["カメラが{A}前進", "カメラが{A}前進する", "{A}ドリーイン", "カメラが{T}に{A}近づく", "{T}に{A}近づく", "カメラが{A}前に進む", "{A}前進する", "カメラを{A}前へ移動", "{T}に寄るカメラ", "カメラが{A}奥へ進む", "{T}の中を{A}前進"]),
        ({"dolly": -1}, ["カメラが{A}後退", "カメラが{A}後退する", "{A}ドリーアウト", "カメラが{T}から{A}離れる", "{T}から{A}遠ざかる", "カメラが{A}後ろに下がる", "カメラを{A}引く", "カメラを{A}後ろへ移動", "カメラが{A}引き"]),
        ({"panX": -1}, ["{A}左にパン", "左へ{A}パン", "カメラを{A}左にパン", "カメラが{A}左へ移動", "カメラが{A}左にパンする", "右から左へ{A}パン", "カメラを左に{A}振る", "{T}を左にパン", "左に{A}スライド", "左へパンする", "カメラが左に{A}動く", "カメラを左に向ける", "左にパンして{T}を見せる"]),
        ({"panX": 1}, ["{A}右にパン", "右へ{A}パン", "カメラを{A}右にパン", "カメラが{A}右へ移動", "カメラが{A}右にパンする", "左から右へ{A}パン", "カメラを右に{A}振る", "{T}を右にパン", "右に{A}スライド", "右へパンする", "カメラが右に{A}動く", "カメラを右に向ける", "{A}パン", "右にパンして{T}を見せる"]),
        ({"panY": 1}, ["{A}チルトアップ", "上に{A}チルト", "カメラを{A}上に傾ける", "カメラを上に{A}向ける", "{A}上へパン", "{T}を{A}見上げる", "{A}ティルトアップ", "カメラが上に{A}チルトする", "カメラを{A}上に振る"]),
        ({"panY": -1}, ["{A}チルトダウン", "下に{A}チルト", "カメラを{A}下に傾ける", "カメラを下に{A}向ける", "{A}下へパン", "{T}を{A}見下ろす", "{A}ティルトダウン", "カメラが下に{A}チルトする", "カメラを{A}下に振る"]),
        ({"roll": 1}, ["時計回りに{A}回転", "カメラが時計回りに{A}回転", "{A}時計回りにロール", "画面を時計回りに{A}回す", "時計回りに回転する", "{A}ロール"]),
        ({"roll": -1}, ["反時計回りに{A}回転", "カメラが反時計回りに{A}回転", "{A}反時計回りにロール", "画面を反時計回りに{A}回す", "反時計回りに回転する"]),
        ({"orbit": 1}, ["{T}の周りを{A}回る", "カメラが{T}の周りを{A}回る", "{T}を{A}周回", "{T}の周りを{A}旋回", "カメラが{T}を{A}回り込む", "{T}を中心に{A}回る", "{A}オービット", "{T}の周りを一周", "カメラが{T}のまわりを{A}回転"]),
        ({"orbit": -1}, ["{T}の周りを左に{A}回る", "左に{A}オービット", "カメラが{T}の周りを左へ{A}旋回", "{T}を左に{A}回り込む"]),
        ({"crane": 1}, ["{A}クレーンアップ", "カメラが{A}上昇", "カメラが{A}上昇する", "ドローンが{A}上昇", "カメラが{A}上に移動", "カメラが{A}上がる", "クレーンで{A}上へ"]),
        ({"crane": -1}, ["{A}クレーンダウン", "カメラが{A}下降", "カメラが{A}降下する", "ドローンが{A}降下", "カメラが{A}下に移動", "カメラが{A}下がる", "クレーンで{A}下へ", "カメラが{A}降りる"]),
        ({"handheld": 1}, ["手持ちカメラ", "{A}手ブレ", "手持ち風", "ハンドヘルドカメラ", "手持ち撮影", "カメラの手ぶれ", "カメラが{A}揺れる"]),
    ],
}


# English words that mean the same as one of the vocabulary: nothing is learned twice.
# Everyday words without motion: named here so that nobody repairs them into a word that moves.
EVERYDAY = {
    "de": "ich du er sie wir ihr man mich dich ihm ihn uns euch auch noch schon mal hier dort da wo wie was wer warum so sehr viel viele wenig mehr immer oft heute morgen gestern jetzt bald gut gute schön schöne schöner groß große großer kleine kleiner klein neu neue alt alte alter rot rote blau blaue blauer grün grüne grüner gelb weiße weiß weißer schwarz schwarze grau graue bunt bunte hell dunkel dunkle warm kalt kalte nass trocken lang lange kurz kurze breit tief tiefe haben hat habe hatte sein war waren kann können könnte möchte will wollen muss müssen darf bin bist gibt geben macht machen gemacht sieht sehen aussehen wirkt wirken Abend Abends Morgens Mittag Tag Nacht Sommer Winter Herbst Frühling Sonnenuntergang Sonnenaufgang Dämmerung Uhr Video Film Aufnahme Stil Stimmung Filmisch filmische kinematisch realistisch natürlich danke Welt Zeit Jahr Ding Dinge Sache Farbe Farben Hause Freund Freunde Essen Brot Buch Schule Arbeit Spiel Musik Regen regnet Schnee schneit ganzen ganze diesem dieses jenes",
    "es": "yo tú él ella nosotros ellos mi mis tu tus este esta estos estas ese esa esos esas aquel aquella qué quién cómo cuándo dónde porque si también ya aún muy tan tanto mejor bueno buena bonito bonita hermoso hermosa grande grandes pequeño pequeña nuevo nueva viejo vieja rojo roja azul azules verde verdes amarillo blanco blanca blancas negro negra gris oscuro oscura claro clara cálido frío largo larga corto ancho profundo ser estar tener tiene haber hay había puede pueden quiero quiere quisiera hacer hecho ver hoy ayer mañana noche tarde día verano invierno otoño primavera atardecer amanecer vídeo video película estilo calidad gracias mundo tiempo año cosa cosas color colores amigo amigos comida pan libro escuela trabajo música lluvia llueve nieve nieva calor además siempre entonces gran durante realista natural cine cinematográfico",
    "fr": "je tu nous vous ils elles mon ma mes ton ta tes notre votre leur leurs quel quelle qui quoi comment quand où pourquoi si déjà encore toujours souvent très trop bien mieux bon bonne beau belle beaux belles joli jolie grand grande grands petit petite petits nouveau nouvelle vieux vieille rouge rouges bleu bleue vert verte verts jaune blanc blanche blancs noir noire gris grise sombre clair claire chaud froid long longue court large profond être avoir ai as avons ont était peut peuvent veux veut voudrais faut voir vu aujourd hui hier demain matin soir nuit jour été hiver automne printemps coucher lever crépuscule aube vidéo film style qualité merci monde temps année chose choses couleur couleurs ami amis pain livre école travail musique pluie pleut neige chaleur comme chez contre donc car afin ainsi réaliste naturel cinéma cinématographique",
}

LANGUAGES["en"] = {"nouns": {}, "neutral": "", "verbs": {}, "words": "cumulonimbus:clouds nimbus:clouds altocumulus:clouds welkin:sky firmament:sky stormclouds:storm_clouds raincloud:cloud skyscape:sky seas:sea billows:waves rollers:waves combers:waves swells:swell spindrift:foam seafoam:foam tidewater:tide estuary:river strait:sea firth:fjord lido:beach wavelets:ripples mere:lake tarn:lake lakeside:lake seafront:shore riverbank:river watercourse:river freshet:stream rill:brook weir:waterfall chute:waterfall millstream:stream aqueduct:canal fountains:fountain sprinkler:fountain jet:fountain foliages:foliage copse:woods spinney:woods bower:foliage larch:pine yew:tree chestnut:tree hawthorn:bush hazel:tree alder:tree aspen:tree sycamore:tree baobab:tree redwood:tree sequoia:tree juniper:bush boxwood:bush bracken:fern creeper:vine honeysuckle:vine wisteria:flowers treeline:trees canopy:foliage leafage:foliage pampas:grass sedge:reeds turf:grass sward:grass paddock:meadow lea:meadow millet:wheat maize:corn cornstalks:corn canola:field rapeseed:field sorghum:wheat gorse:bush marigold:flower zinnia:flower chrysanthemum:flower geranium:flower begonia:flower pansies:flowers violets:flowers snowdrops:flowers foxglove:flower cornflower:flower freesia:flower aster:flower gladiolus:flower ensign:flag standard:flag gonfalon:banner guidon:flag bunting:flags valance:curtain sarong:skirt toga:robe poncho:cloak tunic:shirt blouse:shirt frock:dress petticoat:skirt tulle:fabric satin:silk velvet:fabric gauze:fabric burlap:fabric tapestry:cloth duvet:blanket bedsheet:sheets spinnaker:sail mainsail:sail windsock:flag conflagration:fire pyre:fire brazier:fire taper:candle tealight:candle tealights:candles firelight:fire cinders:embers coals:embers stove:fire furnace:fire lighter:flame matchstick:flame soot:smoke miasma:mist fogbank:fog brume:mist sauna:steam contrail:smoke fumarole:steam vapours:vapor effluvium:smoke sideburns:beard goatee:beard stubble:beard dreadlocks:hair afro:hair tresses:hair forelock:hair quills:feathers wig:hair pigtails:braids cowlick:hair lad:boy lass:girl toddler:child infant:baby teenager:person gentleman:man pedestrian:person passerby:person passersby:people bystanders:people tourists:people hiker:person climber:person surfer:person worker:person farmer:person sailor:person monk:person nun:person king:man queen:woman knight:man warrior:person wizard:man hamster:animal hedgehog:animal badger:animal moose:deer elk:deer reindeer:deer antelope:deer gazelle:deer giraffe:animal zebra:animal hippo:animal rhino:animal panda:bear leopard:lion cheetah:lion panther:lion jaguar:lion puma:lion mare:horse stallion:horse foal:horse pony:horse mule:horse donkey:horse camel:animal llama:animal alpaca:animal lamb:sheep calf:cow bull:cow ox:cow pig:animal hen:animal rooster:animal chick:animal schooner:sailboat ketch:sailboat trawler:ship tanker:ship freighter:ship steamer:ship catamaran:sailboat trimaran:sailboat punt:boat skiff:boat pontoon:raft lifeboat:boat motorboat:boat speedboat:boat tugboat:boat houseboat:boat paddleboat:boat galleon:ship frigate:ship blimp:airship glider:plane biplane:plane jetliner:plane helicopter:plane parachute:balloon paraglider:kite starlings:birds swallows:birds crows:birds ravens:birds eagles:birds hawk:bird falcon:bird pigeons:birds sparrow:bird pelican:bird flamingo:bird flamingos:birds heron:bird stork:bird cormorant:bird puffin:bird loon:duck mallard:duck koi:fish trout:fish dolphin:fish dolphins:fish dragonfly:butterfly moth:butterfly bee:butterfly ladybug:butterfly starlight:stars starry:stars constellation:stars galaxy:stars comet:star chandelier:lamp spotlight:light floodlight:light strobe:light torchlight:light daylight:sunlight moonbeams:moonlight sunrays:sunbeams sunshine:sunlight glimmer:gleam glints:sparkles luminescence:glow led:light leds:lights billboard:neon_sign marquee:neon_sign dawdle:wander amble:wander waltz:dance gallop:race zoomed:zoom meandering:meander saunter:wander swoosh:rush whoosh:rush hurtle:race bolt:race dart:race seethe:churn roil:churn froth:foam cavort:dance gyrate:swirl whirl:swirl eddy:swirl twirl:swirl quake:tremble judder:shake shudder:tremble wriggle:jiggle squirm:jiggle waggle:wave brandish:wave unfurl:wave smoulder:smolder scorch:burn ignite:burn kindle:burn sizzle:crackle coruscate:sparkle scintillate:sparkle wink:twinkle glimmering:shimmer incandesce:glow respire:breathe inhale:breathe exhale:breathe sigh:breathe pant:breathe tempestuous:stormy blustering:stormy squall:gust zephyr:breeze mistral:wind sirocco:wind typhoon:hurricane cyclonic:stormy hushed:quiet languid:lazy languidly:lazily unhurried:slow unhurriedly:slowly tardily:slowly sluggish:slow sluggishly:slowly glacially:very_slowly torpid:slow feeble:weak feebly:weakly timidly:gently tenderly:gently sedate:calm sedately:calmly serenely:peacefully modest:slight modestly:slightly hastily:quickly speedy:fast speedily:quickly briskly:quickly brisk:fast frantic:wild frantically:wildly frenetic:wild frenetically:wildly tumultuous:violent tumultuously:violently ferocious:fierce ferociously:fiercely savage:wild savagely:wildly stormily:violently boisterous:wild hefty:strong robust:strong immensely:greatly tremendously:greatly hugely:greatly vehemently:violently vehement:violent leftmost:left rightmost:right leftside:left rightside:right portside:left skywards:up heavenwards:up earthwards:down groundward:down sidewise:sideways westward:left westwards:left eastward:right eastwards:right skyward:up immobile:motionless unmoved:still unchanging:still inert:motionless stationary:still inanimate:still petrified:frozen halted:frozen paused:frozen solidified:frozen solely:only exclusively:only merely:only purely:only excluding:except excepting:except barring:except besides:except whilst:while meantime:meanwhile simultaneously:while concurrently:while viewpoint:view vantage:view camcorder:camera cinematographer:camera camerawork:camera viewfinder:camera steadicam:camera gimbal:camera gopro:handheld_camera smash:crash smashes:crash smashing:crash slam:crash pummel:pound batter:pound lash:whip lashing:whip plash:splash gurgle:babble burble:babble spurt:gush squirt:gush seep:trickle ooze:trickle dribble:trickle counterclock:counterclockwise widdershins:counterclockwise deosil:clockwise gyration:rotation swivel:pan traverse:pan dollying:dolly quadcopter:drone uav:drone copter:drone levitate:rise plummet:descend circumnavigate:orbit encircling:orbit backpedal:retreat backtrack:retreat loopable:loop looped:loop looping:loop boomerang:loop"}


def conjugate(code, verb):
    """The forms of an infinitive that a prompt may hold (German, Spanish, French); Japanese forms are listed."""
    if code == "ja":  # the stem carries every other ending (-te, -nai, -masu, -teiru), whose own parts are listed
        return [verb] if len(verb) < 3 and verb[0] < "\u4e00" else [verb, verb[:-1]] if len(verb) > 1 else [verb]
    if code == "de":
        stem = re.sub(r"(en|n)$", "", verb)
        return [verb, stem + ("et" if stem[-1] in "td" else "t"), stem + "e", verb + "d", verb + "de", verb + "den", verb + "der"]
    if code == "es":
        stem = verb[:-2]
        if verb.endswith("ar"):
            return [verb, stem + "a", stem + "an", stem + "ando", stem + "e", stem + "en"]
        return [verb, stem + "e", stem + "en", stem + "iendo", stem + "a", stem + "an", stem + "yendo"]
    stem = verb[:-2]
    if verb.endswith("er"):
        return [verb, stem + "e", stem + "ent", stem + "ant", stem + "ante", stem + "antes", stem + ("ez" if stem[-1] != "e" else "z")]
    return [verb, stem + "it", stem + "issent", stem + "issant", stem + "t", stem + "ent"]


IRREGULAR = {
    "en": {},  # canonical word -> conjugated forms that no rule gives
    "de": {"swing": "schwingt", "blow": "weht wehende wehen", "run": "läuft", "fall": "fällt", "move": "fährt", "hit": "schlägt", "away": "entfernt", "closer": "nähert nähern nähere", "come_in": "brandet"},
    "es": {"move": "mueve mueven moviéndose moviendo va van vayan mueva muevan desplazan", "flow": "fluye fluyen fluyendo", "fall": "cae caen cayendo", "come_out": "sale salen saliendo", "roll": "rueda ruedan", "tremble": "tiembla tiemblan", "race": "corre corren", "burn": "arde arden", "drift": "deriva derivan", "blow": "sopla soplan soplando"},
    "fr": {"move": "va vont aille bougeant", "come_out": "sort sortent", "run": "court courent", "rustle": "bruissent bruit", "drift": "dérivent", "freeze": "fige figer"},
    "ja": {},
}


VERB_ENDING = {"en": "$.", "de": "en$", "es": "[aei]r$", "fr": "er$", "ja": "[うくすつぬむるぐぶ]$"}


def entries(text):
    """`form:canonical` text -> list of (form, canonical words); the trailing `_` of a form keeps it out of the table."""
    out = []
    for entry in text.split():
        form, canonical = entry.split(":")
        out.append((form.rstrip("_").replace("_", " "), canonical.replace("_", " "), not form.endswith("_")))
    return out


def aliases():
    """Every foreign form -> the words of the vocabulary it stands for (lower case, accents kept)."""
    out = {}
    for code, language in LANGUAGES.items():
        for group in (language["words"], *language["nouns"].values(), language["neutral"]):
            for form, canonical, listed in entries(group):
                if listed:
                    out.setdefault(form.lower(), canonical)
        for form, canonical, _ in entries(language["words"]):
            if canonical and re.search(VERB_ENDING[code], form) and len(form) >= 5:
                for inflected in conjugate(code, form.lower()):
                    out.setdefault(inflected, canonical)
        for text in language["verbs"].values():
            for form, canonical, _ in entries(text):
                for inflected in conjugate(code, form):
                    out.setdefault(inflected.lower(), canonical)
        for canonical, forms in IRREGULAR[code].items():
            for form in forms.split():
                out.setdefault(form.lower(), canonical.replace("_", " "))
    for language in FOREIGN.values():
        for form, canonical, listed in entries(f"{language['words']} {language['movers']}"):
            if listed:
                out.setdefault(form.lower(), canonical)
    for text in EVERYDAY.values():
        for form in text.split():
            out.setdefault(form.lower(), "")
    return out
