"""English names of what stands in photos, by the word of the vocabulary that they are read as; `words_named.py` says how they are used.

Chosen by hand from the nouns of WordNet 3.0 whose most frequent sense lies under the fitting concept (body of water,
tree, garment, boat, animal, building ...) and that the vocabulary did not know; its notice stands in `README.md`.
`_` joins a name of two words, listed where its parts alone are read as something else. Names of things that cannot move are read
as another such thing, so that "the pagoda stays still" has a subject.
"""

# Rivers, seas: as people caption them.
WATERS = {
    "river": "amazon amur arno brahmaputra danube dnieper ebro elbe euphrates ganges guadalquivir hudson indus irrawaddy loire mekong mississippi missouri neckar nile ohio orinoco potomac rhine rhone saone susquehanna tagus thames tiber tigris vistula volga yangtze yukon zambezi garonne moselle douro backwater runnel raceway millrace sluice waterway gutter headwaters confluence outflow inflow beck bayou",
    "sea": "adriatic aegean atlantic baltic bosporus caribbean mediterranean pacific marmara waters_edge",
    "waterfall": "niagara iguazu iguassu horseshoe_falls angel_falls cataract cataracts",
    "fountain": "outpouring waterspout fire_hose water_jet wellspring",
    "lake": "baikal balaton ontario titicaca windermere tanganyika ladoga lakelet billabong oxbow",
    "pond": "hot_spring hot_tub swimming_hole fish_pond duck_pond koi_pond lily_pond jacuzzi whirlpool_bath waterhole paddling_pool birdbath bird_bath mudflat lilypond",
    "bay": "fiord bight roadstead anchorage",
    "storm_clouds": "thundercloud stormcloud",
    "clouds": "cloudbank cloudbanks cloudlet mackerel_sky cirrocumulus cirrostratus altostratus stratocumulus cloud_bank mare's_tail",
    "fog": "sea_fret pea_soup fogbow smokescreen",
    "dust": "dust_devil dust_storm sand_storm sandstorm sawdust duststorm",
    "steam": "steam_bath vaporizer",
    "smoke": "smoke_signal smoke_signals vape",
    "fire": "forest_fire brush_fire prairie_fire fire_pit fire_place bushfire bushfires fireball firestorm balefire fire_bowl camp_fire bon_fire barbecue barbeque",
    "candle": "tea_light tea_lights votive candelabra candelabrum candle_stick candlestick menorah wax_light advent_wreath",
    "torch": "tiki_torch blowtorch cresset firebrand",
    "lamp": "arc_lamp table_lamp desk_lamp flashlight penlight nightlight lampshade lamp_shade sconce lava_lamp hurricane_lamp oil_lamp gas_lamp storm_lamp hurricane_lantern storm_lantern gaslight searchlight lamppost headlamp bedside_lamp floor_lamp",
    "lights": "footlights streetlight glowstick traffic_light traffic_lights stoplight fairylights disco_ball sidelight",
    "headlights": "taillight tail_light tail_lights tail_lamp brake_lights head_light head_lights",
    "stars": "sirius polaris orion supernova nova nebula big_dipper pleiades pulsar starscape polestar shooting_star shooting_stars",
    "fireflies": "firefly glowworm glowworms lightning_bug lightning_bugs",
}

PLANTS = {
    "tree": "almond_tree apple_tree banyan basswood blackthorn bonsai buckeye casuarina catalpa cherry_tree cottonwood cork_oak deodar dogwood ebony ficus ginkgo gingko hemlock hickory hornbeam horse_chestnut ironwood jacaranda judas_tree kapok laburnum laurel lemon_tree linden locust_tree mahogany mango_tree mesquite mimosa monkey_puzzle monkeypod mulberry orange_tree osier paulownia peach_tree pear_tree persimmon plane_tree plum_tree pomegranate_tree poinciana rowan rubber_tree sandalwood sassafras serviceberry silk_tree sorrel_tree sweetgum tamarind teak tulip_tree whitebeam arborvitae bole flamboyant_tree strawberry_tree walnut_tree fig_tree christmas_tree fir_tree catkin catkins ceiba tamarisk rosewood conifer coppice pollards",
    "trees": "silva timberland brushwood arboretum",
    "palm_tree": "palmetto date_palm coconut_palm coconut_tree fan_palm palmyra rattan cycad banana_tree banana_palm banana_plant",
    "bush": "acanthus arbutus azalea azaleas barberry bilberry blackberry_bush blueberry_bush bottlebrush box_hedge bramble brambles briar buddleia camellia camellias cotoneaster currant_bush elderberry euonymus firethorn forsythia fuchsia fuchsias furze gardenia gardenias hibiscus holly jasmine lilac lilacs lilac_bush manzanita myrtle oleander oleanders poinsettia privet pyracantha rhododendron rhododendrons rose_bush rosebush sagebrush sumac sumach tea_plantation tea_bush topiary viburnum weigela yucca chaparral scrubland gorse_bush spirea spiraea mountain_laurel saltbush creosote_bush",
    "vine": "bougainvillea bougainvilleas clematis grape_vine jessamine kudzu lianas morning_glory passionflower passion_flower philodendron pothos trumpet_creeper virginia_creeper wistaria woodbine",
    "fern": "maidenhair staghorn",
    "leaves": "verdure cotyledon frondage",
    "branch": "bough deadwood stick_insect",
    "flower": "agapanthus alstroemeria alyssum amaranth amaryllis anthurium aquilegia arnica arum aubrieta belladonna bird_of_paradise black-eyed_susan bluebonnet borage buttercup buttercups calendula calla camomile candytuft canna celandine chamomile chicory cinquefoil coltsfoot columbine coneflower coreopsis cosmos cowslip cowslips cyclamen daffodil dahlia dahlias daylily delphinium echinacea edelweiss fireweed flower_bed flowerbed forget-me-not forget-me-nots gaillardia gentian gladioli goldenrod hellebore heliotrope hollyhock hollyhocks honeywort hyacinth hyacinths impatiens jonquil jonquils larkspur lily_of_the_valley lobelia loosestrife lotus lotuses lupin lupins lupine lupines mallow milkweed mountain_avens narcissus narcissi nasturtium nasturtiums pansy periwinkle periwinkles petunia petunias phlox pimpernel plumeria primrose primroses protea ranunculus rosebud rosebuds salvia saxifrage scabious snapdragon snapdragons snowdrop speedwell stargazer strawflower sweet_pea sweet_peas sweet_william tiger_lily trillium tuberose valerian verbena vetch wallflower water_iris white_violet wildflower windflower wisteria_blossom wood_anemone yarrow zinnias knapweed ragwort meadowsweet foxgloves gerbera gerberas statice nigella inflorescence wreath",
    "lily_pad": "water_lily waterlily waterlilies nymphaea",
    "grass": "bluegrass cotton_grass duckweed esparto fescue foxtail knotgrass lichen lichens marram oatgrass pampas_grass ryegrass sod spinifex sugarcane sugar_cane switchgrass veld veldt rangeland pasturage heath heathland peatland tundra fountain_grass lemongrass rice_paddy rice_paddies rice_terrace paddy_field",
    "meadow": "hayfield hay_field hayfields pastureland prairieland grazing_land",
    "reeds": "bulrush cattail cat_tail cat_tails horsetail horsetails",
    "wheat": "alfalfa buckwheat cereal_field oat soya soybean soybeans barleycorn",
    "plant": "aloe agave artichoke asparagus aspidistra basil broccoli cabbages cactus cacti cauliflower celery chervil chives coriander cilantro cress dill echeveria endive fennel herb herbs houseleek kale leek leeks lettuce lettuces marjoram monstera oregano parsley peppermint potted_palm prickly_pear pumpkin_patch rhubarb rosemary saguaro sedum spearmint spinach tarragon thyme thistledown tomato_plant vegetable_patch watercress cucumber_plant zucchini_plant mushroom mushrooms toadstool toadstools pot_plant pot_plants spider_plant rubber_plant venus_flytrap",
    "seaweed": "bladderwrack wrack sargasso pondweed diatom",
}

WORN = {
    "shirt": "bathing_suit bikini blazer bodice bodysuit bolero cardigan camisole corset dungarees jersey leotard lingerie nightgown nightie nightshirt onesie overalls pajamas pyjamas pinafore polo_shirt pullover raiment smock sportswear swimsuit tank_top tanktop tunics turtleneck undershirt vestment vestments waistcoat waistcoats apparel finery livery swimwear outfit outfits knitwear jumpsuit spacesuit wetsuit bathing_costume dirndl jerseys surplice chasuble swaddling",
    "dress": "ballgown ball_gown cheongsam crinoline evening_gown hoopskirt kaftan muumuu negligee qipao saree sarees shift_dress sundress wedding_dress wedding_gown",
    "skirt": "miniskirt culottes grass_skirt hula_skirt pareo underskirt tutus hoop_skirt",
    "coat": "burberry burnous cagoule capote doublet frock_coat fur_coat greatcoat jerkin mackintosh overcoat overcoats parka peacoat rain_coat sheepskin_coat smoking_jacket straitjacket suit_jacket tailcoat topcoat trench_coat trenchcoat tuxedo windbreaker windcheater oilskin oilskins dinner_jacket anoraks dressing_gown",
    "trousers": "breeches bloomers corduroys jeans jodhpurs khakis leggings pantaloons slacks sweatpants knickers underpants swimming_trunks bell_bottoms denims chinos pantyhose stockings boxers stocking",
    "scarf": "ascot babushka boa cravat feather_boa keffiyeh kerchief kerchiefs mantilla muffler neckerchief pashmina sarape serape tippet wimple bow_tie bowtie",
    "veil": "burka burqa chador mosquito_net",
    "fabric": "batik broadcloth brocade buckram burlaps calico cambric cashmere cheesecloth chiffon chintz corduroy crepe_paper damask denim flannel gingham gossamer homespun macrame mohair moleskin muslin netting oilcloth organdy organza poplin rag rags sackcloth sailcloth sateen seersucker spandex taffeta tartan terry_cloth tweed velour velveteen viscose wallhanging patchwork needlepoint cobweb cobwebs spiderweb spider_web spiderwebs fishing_net fishing_nets",
    "blanket": "afghan bedclothes bedcover bedspreads comforter coverlet counterpane eiderdown quilt quilts picnic_blanket saddlecloth",
    "sheets": "bed_sheet bed_sheets bedsheets pillow_case",
    "towel": "beach_towel bath_towel dish_towel washcloth dishrag dishtowel tea_towel facecloth",
    "laundry": "clothes_line clothesline washing_line washing_lines clotheslines",
    "curtain": "drapery festoon portiere shower_curtain mosquito_netting backdrop",
    "tent": "bivouac teepee tepee tipi wigwam yurt yurts big_top circus_tent",
    "flag": "pennon union_jack stars_and_stripes jolly_roger tricolor tricolour oriflamme wind_sock windsocks flag_pole flagpole flagpoles",
    "sail": "foresail topsail lateen staysail genoa",
    "parasol": "brolly beach_parasol",
    "ribbon": "sashes rosette festoons",
    "hair": "afros bedhead bouffant chignon coif crew_cut cornrows dreadlock flattop forelocks haircut hairstyle mohawk pompadour toupee updo eyebrow eyebrows hairline split_ends manbun bobcut",
    "braids": "pigtail plaited_hair",
    "beard": "goatees mutton_chops soul_patch whiskered handlebar_moustache",
    "fur": "astrakhan bearskin ermine lambskin sealskin sheepskin sheepskins cowhide",
    "feathers": "goose_down duck_down eiderdowns hackles plumes feather_duster crest_feathers",
}

AFLOAT = {
    "boat": "bumboat canal_boat coracle cockleshell dory dredger dragon_boat dugout_canoe felucca ferryboat ferry_boat flatboat fishing_vessel gunboat house_boat hovercraft hydrofoil jet_ski jetski keelboat longboat longboats narrowboat narrowboats outrigger paddle_boat paddle_boats paper_boat pedal_boat pedal_boats pedalo pedalos pirogue police_boat powerboat powerboats punts river_boat riverboat rescue_boat sampan scow scull shikara speed_boat surfboat towboat tugboats vaporetto water_taxi whaleboat",
    "ship": "aircraft_carrier aircraft_carriers argosy battleship battleships brig container_ship container_ships corvette cruise_liner cruise_ship cruise_ships destroyer dreadnought icebreaker icebreakers ironclad lightship longship lugger man-of-war merchantman minesweeper ocean_liner oil_tanker paddle_steamer pirate_ship shipwreck showboat steam_boat steamship steamships submarine submarines supertanker trireme troopship u-boat viking_ship warship warships",
    "sailboat": "brigantine caravel carrack clipper_ship dhow dhows catamarans hobie schooners sail_boat sail_boats sailing_boat sailing_boats sailing_ship sailing_yacht sloop sloops tall_ship tall_ships windjammer windsurfer windsurfers yawl",
    "kayak": "surfboard surfboards paddleboard paddleboards kayaks kayakers",
    "plane": "aeroplane aeroplanes aircraft airliner airliners fighter_jet fighter_jets gliders hang_glider hang_gliders helicopters jet_plane jumbo_jet paper_plane paper_planes seaplane seaplanes spitfire ultralight biplanes choppers chopper",
    "balloon": "weather_balloon parachutes parachutist parasail parasailing kitesurfer kite_surfer",
    "bird": "albatross albatrosses auk avocet bittern blackbird blackbirds bluebird bluebirds bluejay blue_jay budgerigar budgie budgies bullfinch buzzard buzzards catbird chaffinch chickadee cockatoo cockatoos condor condors coot coots crow curlew dove doves eagle egret egrets finch finches flycatcher gannet gannets goldfinch grackle grebe grebes grosbeak guillemot hummingbird hummingbirds humming_bird ibis ibises jackdaw jackdaws kestrel kestrels kingfisher kingfishers kookaburra kookaburras lapwing lark larks lovebird lovebirds lyrebird macaw macaws magpie magpies meadowlark mockingbird myna nightingale nightingales nuthatch oriole osprey ospreys owlet oystercatcher parakeet parakeets petrel pigeon pipit plover plovers puffins raven razorbill redbreast redstart roadrunner sandpiper sandpipers sea_bird sea_birds sea_gull sea_gulls seabird seabirds skua skylark skylarks snipe songbird songbirds spoonbill spoonbills starling storks sunbird tern terns titmouse toucan toucans turtledove turtledoves vulture vultures wader wading_bird wading_birds wagtail warbler waterfowl waxwing whooping_crane woodcock woodpecker woodpeckers wren wrens flamingoes herons cormorants pelicans falcons hawks sparrows",
    "duck": "duckling ducklings eider eiders gander gosling goslings mallards merganser moorhen rubber_duck widgeon wigeon shelduck",
    "swan": "cygnet cygnets",
    "fish": "anchovies angelfish anglerfishes barracuda barracudas catfish cuttlefish grouper guppy guppies haddock halibut herring herrings lionfish mackerel mackerels manta_ray manta_rays marlin monkfish moray moray_eel mullet parrotfish piranha piranhas plaice pufferfish sardines sea_dragon sea_horse sea_horses sea_snake stickleback sturgeon sunfish surgeonfish swordfishes tarpon triggerfish turbot axolotl tadpole tadpoles guppys koi_carp squids school_of_fish stingrays seahorses",
    "whale": "narwhal narwhals orca orcas porpoise porpoises beluga belugas humpback killer_whale dugong",
    "jellyfish": "medusae sea_jelly sea_jellies jelly_fish man_o_war",
    "turtle": "terrapin terrapins leatherback",
    "floe": "ice_berg icefloe pack_ice",
    "butterfly": "bumblebee bumblebees bumble_bee bees cicada cicadas cranefly damselfly damselflies dragonflies dragon_fly dragon_flies gnat gnats hornet hornets honeybee honeybees lacewing ladybird ladybirds ladybugs lady_bug locusts mayfly mayflies midges monarch_butterfly mosquito mosquitoes mosquitos moths swallowtail_butterfly wasp wasps worker_bee worker_bees",
}

ALIVE = {
    "dog": "airedale beagle beagles bloodhound bulldog bulldogs bull_dog bull_terrier chihuahua chihuahuas chow_chow collie collies corgi corgis cur dachshund dachshunds dalmatian dalmatians doberman dobermans doggie doggies doggo doggy foxhound golden_retriever great_dane greyhound greyhounds guide_dog hound hounds husky huskies jackal jackals labrador labradors maltese mastiff mongrel mutt pekinese pekingese pomeranian poodle poodles pooch pug pugs pup pups retriever retrievers rottweiler samoyed schnauzer schnauzers sheepdog sheepdogs shepherd_dog shih_tzu spaniel spaniels terrier terriers watchdog whippet whippets wolfhound dingo dingoes hyena hyenas hyaena coyote coyotes",
    "cat": "bobcat cougar kitty lynx lynxes ocelot persian_cat pussycat siamese tabby tomcat wildcat maine_coon",
    "lion": "lioness lionesses mountain_lion tigress lions jaguars leopards cheetahs panthers snow_leopard",
    "horse": "appaloosa bronco burro clydesdale filly fillies gelding lipizzaner mustang palomino ponies racehorse racehorses race_horse shire_horse steed steeds unicorn unicorns donkeys mules mares stallions foals colts centaur pegasus",
    "cow": "bull_calf bullock bullocks cattle dairy_cow dairy_cows heifer heifers highland_cow holstein longhorn longhorns oxen yak yaks zebu bulls calves water_buffaloes",
    "sheep": "lambkin merino ewe ewes lambs mouflon rams",
    "goat": "billy_goat nanny_goat ibex ibexes chamois mountain_goat goats",
    "deer": "caribou fawn fawns gazelles gnu gnus impala impalas kudu oryx roe_deer roebuck stag stags springbok wapiti wildebeest wildebeests antelopes okapi reindeers bambi",
    "bear": "grizzly grizzlies panda_bear pandas polar_bear polar_bears red_panda koala koalas brown_bear bear_cub",
    "monkey": "ape apes baboon baboons bonobo chimp chimpanzee chimpanzees chimps gibbon gorilla gorillas lemur lemurs macaque macaques mandrill marmoset marmosets orangutan orangutans orang_utan simian capuchin_monkey",
    "animal": "aardvark alligator alligators anaconda anteater armadillo beaver beavers beast beasts boa_constrictor boar boars brontosaurus bullfrog bullfrogs bunny bunnies caterpillar caterpillars centipede chameleon chameleons chinchilla chipmunk chipmunks coral_snake cottontail crabs creature creatures critter critters crocodile crocodiles dinosaur dinosaurs dormouse dragon dragons dromedary dromedaries earthworm elephant_seal emu emus ferret ferrets frogs frog garter_snake gecko geckos gerbil gerbils gopher grass_snake groundhog guinea_pig guinea_pigs hamsters hare hares hedgehogs hens hermit_crab hippopotamus hippos iguana iguanas kangaroo kangaroos komodo_dragon leech lemming lemmings lizard lizards lobster lobsters livestock alpacas mammal mammoth mammoths manatee manatees marmot marmots meerkat meerkats mongoose mongooses monitor_lizard mice muskrat newt newts opossum ostrich ostriches pangolin peahen peahens penguin penguins piglet piglets platypus polecat porcupine porcupines possum possums prairie_dog prairie_dogs praying_mantis pterodactyl quokka raccoon raccoons racoon rat rats rattlesnake rattlesnakes reptile reptiles rhinoceros rhinos rodent rodents roosters chicks salamander salamanders scorpion scorpions seals seal_pup serpent serpents shrew skunk skunks sloth sloths snail snails spider spiders starfish star_fish stoat swine tapir tarantula tasmanian_devil termite toad toads tortoise tortoises tree_frog tree_frogs triceratops tyrannosaurus turkeys tusker viper vipers wallaby wallabies walrus walruses warthog warthogs weasel weasels wild_boar wild_boars wombat wombats woodchuck worm worms grasshopper grasshoppers ladybeetle ant beetle beetles cockroach stick_insects mantis",
    "musician": "accordionist bagpiper baritone bassist bugler busker buskers cellist cellists clarinetist fiddler flautist flutist harpist minstrel oboist orchestra organist percussionist pianists saxophonist soloist soprano trombonist trumpeter choir rapper dj",
    "dancer": "ballerinas ballet_dancer belly_dancer breakdancer fire_dancer flamenco_dancer showgirl cheerleader cheerleaders acrobats tap_dancer",
    "man": "abbot barman baron blacksmith boyfriend bishop brother brothers businessman businessmen buddy butcher butler cowboy cowboys craftsman craftsmen czar dad daddy dude duke emperor fireman firemen fire_fighter friar gent gentlemen geezer godfather grandad granddad grandfather grandpa grandson granny_man handyman hunk husband husbands lumberjack mailman matador milkman nephew nobleman patriarch policeman policemen pope postman prince princes samurai santa santa_claus schoolboy schoolboys seaman stepfather sultan torero uncle uncles waiter waiters widower woodcutter woodsman",
    "woman": "actress actresses aunt auntie aunts bridesmaid bridesmaids businesswoman countess cowgirl dame daughter daughters duchess empress girlfriend geisha geishas goddess godmother granddaughter grandma grannie granny hostess housewife landlady maid maiden maidens mama mamma matron mermaid mermaids mom momma mommy moms mum mums niece noblewoman nuns nymph policewoman priestess princess princesses queens schoolgirl schoolgirls seamstress showgirls sister sisters sorceress spouse stewardess stepmother waitress waitresses wife witch witches wives",
    "child": "brat grandchild grandchildren kiddo newborn newborns orphan pupil schoolchild schoolchildren schoolkids teen teens twins urchin youngster youngsters",
    "person": "accountant actor actors adult adults adventurer alpinist angler anglers apprentice archaeologist archer archers architect artisan artist artists astronomer athlete athletes audience_member baker bakers barber bartender beekeeper beggar biker bikers bricklayer builder builders buyer bystander captive carpenter cashier celebrity chauffeur chemist chief chieftain citizen clergyman cobbler colleague colonel comedian commuters conductor coworker craftswoman crew_member cosmonaut customer customers dentist designer detective diplomat doctor doctors driver drivers electrician elf employee engineer engineers explorer explorers farmhand farmers fire_breather fire_eater firefighter firefighters fisher flag_bearer florist foreman gardener gardeners gamer gladiator goalie goalkeeper golfer golfers guardsman guest guests gunner hairdresser harvester hermit hero herder herdsman hikers hippie historian hobo horseman horsemen horsewoman instructor janitor jester jockey jockeys journalist juggler jugglers karateka kitesurfers laborer lawyer lifeguard lumberman machinist magician marathoner mariner mariners mechanic merchant merchants messenger milkmaid miner miners minister monarch mourner mountaineer mountaineers neighbor neighbors neighbour neighbours newlyweds ninja ninjas nomad nomads officer officers onlooker onlookers painter painters parent parents partner passenger passengers peasants peddler pensioner performer performers pharmacist physician pilgrim pilgrims pirate pirates plumber poet police_officer police_officers porter potter preacher president priest priests prisoner professor rabbi ranger referee reindeer_herder relatives reporter robber rower rowers scientist scout scouts scuba_diver seller servant sheriff shopkeeper shopper shoppers skateboarders smith snorkelers snowboarder snowboarders spectator spectators sportsman sprinter squire steward stranger strangers street_vendor student students surgeon surfers sweeper swimmers swordsman tailor tamer teacher teachers teenagers thief torch_bearer trainer traveler travelers traveller travellers troll vendor vendors vikings villager villagers violin_player visitor visitors volunteer waif walker walkers wanderer wanderers warriors welder workers workman workmen worshipper worshippers wrestler wrestlers writer yogi zombie zombies figurine_person passer-by",
}

# Read as a thing that cannot move: what rests is named, nothing else.
RESTING = {
    "house": "abode almshouse apartment apartments attic balcony balconies barracks bathhouse beach_house bird_house birdhouse boat_house boathouse bungalow bungalows cellar chalet chalets clubhouse condominium cottage cottages courthouse dog_house doghouse dollhouse dwelling dwellings embassy farmhouse farmhouses fire_station fire_house firehouse guesthouse hacienda hostel hovel hut huts igloo igloos inn kennel lake_house lodge log_cabin longhouse mansion mansions manor motel outhouse penthouse parsonage pub pubs ranch_house residence roundhouse shack shacks shanty smokehouse stilt_house stilt_houses summer_house summerhouse tavern teahouse tea_house tenement townhouse townhouses treehouse veranda verandah villa villas watermill water_mill workshop",
    "church": "abbey abbeys basilica basilicas cathedral cathedrals chapel chapels cloister cloisters convent duomo minster mission_church monastery monasteries mosque mosques oratory priory sanctuary synagogue synagogues",
    "temple": "pagoda pagodas parthenon stupa stupas torii tomb tombs mausoleum taj_mahal ziggurat acropolis pantheon",
    "castle": "bastion bulwark chateau citadel fortification fortress fortresses kremlin palace palaces rampart ramparts stronghold alcazar alhambra battlement battlements",
    "tower": "belfry belltower bell_tower campanile chimney_stack chimneystack clock_tower clocktower cooling_tower eiffel_tower flare_stack minaret minarets obelisk obelisks pylon pylons radio_mast silo silos smoke_stack smokestack smokestacks spire spires steeple steeples turret turrets watchtower watchtowers telegraph_pole telephone_pole utility_pole",
    "building": "amphitheater amphitheatre auditorium bakery ballroom bandstand boathouses brewery bus_stop cannery casino classroom colosseum coliseum courtyard distillery edifice edifices emporium factory factories foundry gazebo greenhouse greenhouses grandstand headquarters hospital hospitals infirmary library libraries mall museum museums observatory oil_rig orangery patio pavilion pergola pergolas pigsty planetarium porch portico prison refinery restaurant restaurants rotunda sawmill scaffold scaffolding school_building skylight supermarket terrace terraces theater theaters theatre theatres trellis trellises university warehouse warehouses playground swing_set phone_booth",
    "bridge": "drawbridge footbridge footbridges gangplank gangway overpass pontoon_bridge railway_bridge suspension_bridge tower_bridge viaduct viaducts",
    "wall": "balustrade banister barricade brickwork facade facades gable gables guardrail handrail masonry parapet railings sea_walls stockade stonewall",
    "pier": "boardwalk boat_ramp breakwater causeway groyne jetty jetties landing_stage quay quays quayside slipway wharf wharves",
    "statue": "bas-relief carving carvings colossus easter_island_head figurine figurines gargoyle gargoyles gnome gnomes headstone headstones gravestone gravestones mannequin mannequins moai scarecrow scarecrows snowman snowmen snow_man sphinx tombstone tombstones totem totem_pole statuette buddha stonehenge dolmen menhir cenotaph memorial memorials waxwork",
    "car": "automobile automobiles convertible go-kart hearse jalopy jeep jeeps limousine limo lorry lorries minibus minivan moped mopeds pickup_truck rickshaw rickshaws roadster sedan sidecar snowmobile snowplow sports_car station_wagon suv tuk_tuk tuk_tuks tuktuk tuktuks taxicab taxicabs tricycle unicycle vans vespa wheelbarrow wheelbarrows pushcart handcart gokart quad_bike dog_sled hay_wagon horse_cart horse_carriage golf_cart steamroller",
    "truck": "fire_engine fire_engines fire_trucks firetruck garbage_truck tow_truck dump_truck food_truck tractor_trailer",
    "train": "boxcar bullet_train caboose freight_train funicular light_rail monorail railcar railway_carriage shinkansen steam_engine steam_locomotive steam_train steam_trains streetcar streetcars",
    "mountain": "alp alps andes appalachians everest fuji fujiyama himalaya himalayas kilimanjaro matterhorn mont_blanc pyrenees rockies sierra vesuvius etna yosemite foothills foothill mountainside mountaintop mountain_range massif",
    "rock": "bluffs boulders butte cairn cavern crag crags crevasse escarpment grotto headland headlands hoodoo ledge monolith outcrop pebble pebbles promontory quarry sandbank sandbar scree seashell seashells sea_shell sea_shells shingle_beach stalactite stalactites stalagmite sea_urchin sea_urchins sea_stack sea_stacks uluru barnacles clam_shell conch mussel mussels oyster oysters",
    "hill": "embankment glen hillock hillside hillsides hilltop hummock knoll slope slopes",
    "valley": "gorge gorges ravine ravines gully gulch chasm abyss",
    "island": "archipelago atoll isle isles islet islets peninsula isthmus sandbanks",
    "road": "alleyway asphalt avenue boulevard cobblestones cobbles crosswalk cul-de-sac driveway expressway footpath footpaths freeway highway highways interstate motorway motorways parkway racetrack roundabout runway thoroughfare towpath walkway crossroads",
    "chair": "armchair armchairs bar_stool barstool couch crib deck_chair deckchair deckchairs footstool furniture lounger loungers park_bench park_benches pew pews sofa_bed stool stools sun_lounger throne wheel_chair",
    "table": "altar_table bookcase cabinet countertop dresser lectern workbench wardrobe sideboard picnic_table tabletop",
    "food": "baguette bagel bagels bacon biscuit biscuits brownie burger burgers burrito cheese cheesecake chocolate cookie cookies cotton_candy croissant croissants cupcake cupcakes dessert desserts donut donuts doughnut doughnuts dumpling dumplings french_fries hamburger hamburgers hot_dog hot_dogs hotdog ice_cream ice_creams lasagna lollipop macaron macarons meatballs milkshake muffin muffins noodle noodles omelette pancake pancakes pasta pastry pastries pizza pizzas popcorn porridge pretzel pretzels pudding risotto salad sandwich sandwiches sausage sausages scone smoothie snack spaghetti sushi taco tacos tofu tortilla waffle waffles wedding_cake whipped_cream birthday_cake gingerbread",
    "fruit": "acorn acorns apricot avocado avocados blackberries blackberry blueberries blueberry cantaloupe clementine coconut coconuts cranberries cranberry cucumber eggplant gooseberry gourd gourds grapefruit grapes guava kiwi kiwis kumquat lemon lemons mandarin mango mangoes mangos melon melons nectarine papaya peaches pineapple pineapples pine_cone pine_cones pinecone pinecones pomegranate pomegranates pumpkin pumpkins raspberries raspberry strawberries strawberry tangerine tangerines tomato tomatoes walnuts watermelon watermelons zucchini potato potatoes",
    "bottle": "carafe decanter flask flasks jar jars jug jugs teapot teapots thermos wine_bottle wine_bottles kettle kettles samovar amphora",
    "glass": "beer_mug champagne_flute cocktail cocktails goblet goblets tankard wine_glass wineglass wine_glasses",
    "box": "ashtray backpack backpacks basket baskets bathtub birdcage bird_cage briefcase bucket buckets cardboard_box casket coffin containers dumpster fish_tank handbag handbags hamper jewelry_box luggage mailbox mailboxes parcel parcels pocketbook pouch rucksack satchel saucepan trash_can treasure_chest urn urns vat wallet wastebasket beehive beehives haystack haystacks hay_bale hay_bales hay_stack nest_box bird_feeder treasure sleeping_bag",
    "machine": "air_conditioner antenna antennas cannon cannons coffee_machine crossbow dishwasher espresso_machine fog_machine freezer fridge hair_dryer hairdryer jukebox lawnmower lawn_mower leaf_blower loudspeaker loudspeakers microphone microphones microwave mower oven ovens power_lines refrigerator satellite_dish sewing_machine smoke_detector smoke_machine solar_panel solar_panels telescope telescopes television toaster typewriter vending_machine washing_machine water_pump waterwheel",
    "toy": "doll_house lego playhouse rocking_horse rubik's_cube slingshot snow_globe teddy teddies teddy_bear teddy_bears trampoline plush plushie plushies stuffed_animal garden_gnome nutcracker piggy_bank",
    "guitar": "accordion bagpipes banjo bassoon cello clarinet cymbals double_bass drum_kit grand_piano harmonica harp harps lute lyre mandolin oboe saxophone sitar tambourine trombone trumpets tuba ukulele violin violins xylophone",
    "clock": "alarm_clock grandfather_clock pocket_watch sundial sundials sun_dial wristwatch",
    "bell": "church_bell church_bells cow_bell cowbell cowbells doorbell wind_chime wind_chimes windchime windchimes",
    "board": "chalkboard fresco frescoes mosaic mosaics mural murals picture_frame picture_frames poster posters graffiti signboard signpost signposts road_sign street_sign stop_sign blackboard",
    "window": "rose_window stained_glass windowpane window_frame windowsill",
    "wheel": "water_wheel steering_wheel spinning_wheel",
    "trunk": "tree_trunk tree_trunks tree_stump tree_stumps",
    "hat": "bonnet beret berets bowler_hat cowboy_hat fedora party_hat sombrero sombreros stetson straw_hat straw_hats sun_hats tiara top_hat coronet santa_hat",
    "shoe": "clogs footwear high_heels sandal sandals slipper slippers sneakers sock socks flip_flops gumboots",
    "helmet": "breastplate chain_mail swords",
    "ring": "bracelet bracelets brooch diamond diamonds earring earrings gemstone jewel jewels jewelry jewellery pearl pearls trophy trophies medal medals",
}

ENGLISH = {
    canonical: names
    for groups in (WATERS, PLANTS, WORN, AFLOAT, ALIVE, RESTING)
    for canonical, names in groups.items()
}
