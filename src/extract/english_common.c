/*
 * english_common.c: plain words of English as they fall in calls to shops, salons and surgeries, as
 * data for the name reader: in lower case behind a weak cue ("it's ...", "this is ...") they are no
 * names. Words that are given names too are not listed; words with the endings of adjectives and
 * verb forms need no row (name_reader.c). Lower case, split by blanks.
 */
#include "extract/grammar_form.h"

const char *const english_common_words[] = {
    "a-ok absent accountant acne actor acupuncture adhd admin advice advisor agency ahead aid "
    "airline airport alarm album alert alike alive allergy alley allowance aloe ambulance amp "
    "ample angle animal ankle anniversaries annoyance another's answer antibiotic antibiotics "
    "antique anxiety anymore apart apiece apology apparent appetizer apple applesauce appliance "
    "appraisal approval april's aquarium arcade archery architect area armpit army arrival "
    "arthritis artificial asleep assault asthma athlete atm attendant attorney audience audio",
    "audit august's author auto avenue average awake award awhile awkward axle baby bachelor "
    "backpack backup bacon bacterial baggage bakery balance balayage balcony bald ball banana "
    "bangs bank banquet bar barbecue bare bargain baseball basic basket basketball bath "
    "bathroom battery battle beach beard beauty bed bedroom beef beer belt bench beneficial "
    "benign bike bikini bilingual biopsy bird bistro bite bitter bizarre blackhead bladder "
    "bland blanket bleach blind blister bloodwork blow blowout blurry board boat body bogus",
    "boiler bold bone bonkers bonus booster boot booth border bossy bothersome botox bottle "
    "bottom bouncy boutique bowl box brace braces brain brake brakes branch brand brave "
    "brazilian bread break breakdown breast breath breezy brick bridal bride bridge brief "
    "briefcase broad broccoli bronchitis brows bruises brush brutal budget buffet bug builder "
    "bulky bumper bumpy bundle bunion burger burn burnt bus busier busiest bust butcher butter "
    "buttery button buyer cab cabin cable cafe cake calf calories camera camp cancer candid",
    "candle candy capacity captain car card cardio care caregiver caretaker cargo carpet "
    "carsick cart cashier casserole cast casual cat catastrophe cavities cavity celiac celsius "
    "century ceo ceremony chair champion chance changes channel chaos chapter charge charger "
    "charity chat chatty cheat checkin checkout cheek cheese cheesy chef cheque chest chick "
    "chicken chief childcare chills chin chip chiropractor chocolate choir cholesterol choosy "
    "choppy chore chowder christmas chronic chubby cinema circle city civil claim class classic",
    "classy claustrophobic cleaner cleaners cleanest cleanup clear clearance clerk clingy "
    "clinic clip clippers clock clog closest closet clothes cloud clown club clumsy clutch "
    "coach coarse coat cocktail coherent coincidence coldest colonic colonoscopy color colossal "
    "colour column combo comedian comedy comfort comfy commercial commission committee "
    "community commute company compass competent complaint complete complex composite computer "
    "concert conditioner condo conference confident confidential conflict conjunctivitis",
    "considerate consistent constant consult consultant contacts contemporary content "
    "continental contract contractor contrast control controversial convenient cookie "
    "coordinator copay copper copy core corner cornrows corona corporate corrupt cosmetics cost "
    "cotton couch counselor counter countertop country couple couples coupon courier course "
    "court courtesy cover covid coworker cozy crack cramp cramps crampy cranky crap crash cream "
    "credit creepy crew crib crime crisis crisp crispy crowd crown crowns crucial cruel cruise",
    "crunchy crush crutches cry cucumber cuddle cue culture cumbersome cup curb cure curl curls "
    "current curry curtain curvy custody custom cut cute cuticle cuts cycle dad's daddy dairy "
    "damage damp dance dancer dandruff danger darn data daughters dead deadline deaf deal "
    "dealer dealership dearest death debit debt decade decaf decent decision deep default "
    "deficiency definite degree delay delicate delivery demo dense dent dentistry dentures "
    "dependent deposit depression dermatitis design desk desperate dessert detail details detox",
    "developer device diabetes diagnosis diagnostic dialysis diaper diarrhea dice die diesel "
    "diet dietary difference difficulty diligent dimples dine diner dip direct director "
    "directory dirt disc discomfort disconnect discount discreet disease disgrace dish "
    "dishwasher dismal disorder distant distinct distress divine divorce dizzy dj doable "
    "doctors dodgy dog dogs donut door doorbell dorm dormant dosage dose double doubles doubt "
    "dozen draft drafty drain drama drastic draught dream dress dresser drill drink drinks drip",
    "drive driveway drone dropoff drowsy drug drugs drunk dry dryer dull dump dust duty dye "
    "eager ear earache earnest ears earth easier easiest easter eastern economic eczema edge "
    "eft eight's elaborate elbow elder electricity electrolysis elegant elementary elevator "
    "elite enamel endoscopy enema energy engine engineer enthusiastic entire entrance "
    "entrepreneur entry envelope epic epidural epilepsy equal equivalent errand erratic error "
    "essay essential estate esthetician estimate evident evil exact exam example exchange",
    "excuse exempt exit exotic expense explain express expression extensions exterior external "
    "extra extraordinary extreme eyebrow eyebrows eyelash eyelashes eyelid eyesight fabric face "
    "facial facials fact factory fade fail failure faint fair fake fall familiar fan fancy "
    "fantasy farm fashion fastest fat fatal fatigue faulty favor favorite favour favourite fax "
    "fear feature february's fee feeble feedback fees fellow felt fence fender ferry festival "
    "fiance fiancee fierce fifties fight figure file filler fillers fillings film filter filthy",
    "final finance finest finger fingernail fingers fire fireplace firm firstborn fishtail "
    "fishy fix flag flaky flare flash flat flats flaw flea flight flimsy flip floor floppy "
    "floral floss flowers fluent fluid fluoride flyer foam fog foggy foil foils folder folks "
    "follow followup food fool football forbidden forehead forever forgot form formal forms "
    "forties fortnight fortunate forward fracture fragile fragrance frail frantic fraud freak "
    "freckles freelance freelancer frequent fresh freshman fridge fries fringe frizzy front",
    "frozen frugal fruit fuel functional fundraiser funeral funk funky furniture fussy future "
    "fuzzy gadget gain gala gallery game gap garage garbage garden gas gassy gastric gate gauge "
    "gear gel genetic genius gentle gentleman genuine geriatric giant giddy gift gigantic "
    "ginger giveaway glass glasses glitch global gloomy glossy glove gloves glow glue glum "
    "gluten goal goals godmother gold golf goods goofy gossip gout gown grad grade gradual "
    "graduate grand granddaughter grandfather grandkids grandma grandmother grandpa grandson",
    "grass grease greasy greedy greek grievance grill grim grip groceries grocery groggy groom "
    "groomer groovy gross ground grown growth grumpy guarantee guardian guardians guess guide "
    "guilty guinea guitar gum gums gusty gut guts guys gym gymnast gynecology habit haircuts "
    "hairdo hairline hairstyle hairy halfway halloween ham hamburger hammer hamster handbag "
    "handicap handle handmade handsome handy handyman hangover haphazard hardware harm hat haul "
    "havoc hay hazard hazy headlight health healthcare heart heartbroken heartburn heat heater",
    "heavy hectic heel heels hefty height hell helmet helper hemorrhoids hepatitis herb "
    "heritage hernia heroes hesitant hiccups hidden high highlight highlights highway hike hint "
    "hip hips history hit hitch hives hoarse hobby hockey hole holidays hollow homemade "
    "homeowner homesick homework honesty honey honeymoon honor hoodie hook horn horrific horror "
    "horse hose hospice hospital hostel hostess hostile hotel hotline hotter household "
    "housewife hug human humble humidity hunch hungover hurry hurt husbands hybrid hydrafacial",
    "hydrant hygiene hype hyper hypertension ice icing icon ideal identity idiot ignorant "
    "illegal illiterate image immature immediate imminent immobile immune impatient imperfect "
    "implant implants impolite inaccurate inadequate inch incident income incomplete "
    "inconsistent inconvenience inconvenient indifferent indoor indoors infant inferior "
    "infertile infinite influenza info informal ingrown inhaler initial initials ink inlaw "
    "inner innocent input inquiry insane insect insecure insomnia inspector instructor insulin",
    "insurance intact intake intelligent intense interest interior intermediate intermittent "
    "intern internal international internet interpreter intestine intimate intolerant intro "
    "introvert invalid inventory invite invoice irate iron ironic irregular irrelevant issues "
    "italic itch itchy item jacket jail jam janitor jaundice jaw jawline jeans jeep jerk jet "
    "jetlag jewelry jittery job jog joint joints joke journal journey judge juice july's jumbo "
    "jump jumpy june's junior junk jury justice juvenile kayak keen keeper keratin keto kettle",
    "key keyboard keys kiddo kidney killer kindergarten kit kitchen kitten kiwi knees knife "
    "knit knock knot knowledge knuckle kosher lab labor labs lack lackluster lactose ladder "
    "ladies ladylike laid laidback lake lame lamp landlady landlord language lap laptop laser "
    "lashes lasik latest latex laundry law lawn lawyer layaway layer layers lazy leak leaky "
    "lease leather lecture leftover legitimate legs leisure lemon lender length lengthy lenient "
    "lens lenses lesson lessons lethargic letter level liability license lid life lift lifts",
    "lights lightweight limit limo limousine line linear linen lip lipo lips list liter literal "
    "liver livid load loaf loan lobby lobster local's locksmith locs locum logic loose loss "
    "lotion lounge lousy low lower lowlights loyalty luck luggage lukewarm lump lumps lunchbox "
    "lung lungs lupus luxury lymph machine mad magazine magic magnificent maid mailbox makeover "
    "makeshift makeup malaria mall mammogram mammoth managerial mandatory mani maniac manicure "
    "manicures map marathon mare margin marital market marriage married's mask masks mass",
    "massages masseuse master mat match matches material maternal maternity math matinee "
    "mattress mature maximum meal meals meat mechanic medal media medicaid medicare medicine "
    "medieval mediocre medium meds meetings mega mellow melt members membership memorial memory "
    "menopausal menopause menstrual menu merchant mess message messy metal meter method "
    "microwave midterm midterms midwife migraine migraines mild military milk mini minibus "
    "minimum minivan minority minutes mirror misprint mistake mix mixup mobility model moderate",
    "modern modest moisture moisturizer mold mole moles mommy moms monitor monkey monster "
    "monthlong monumental mood moon moral mortgage mothers motion motor motorcycle mountain "
    "mouse mouth mouthguard mover movers movie movies mri mud muffler mug multicolor multiple "
    "mumps mundane murky muscle muscles museum mushroom mushy music musician mute mutual "
    "mystery myth nail naive nannies nanny nap napkin narrow nasty nation national natural "
    "nature naughty nausea navy neat necklace needle needles needy neighbor neighbour nephew",
    "nerve nerves net network neurotic neutral newborn newcomer newlyweds news newspaper niece "
    "nightmare nimble ninety noise nonsense nonstop noodle nose nosey nosy note notes notice "
    "novel novice nowhere numb nursery nurses nut nuts nutty oath obgyn object obscene "
    "obstetrician occasion occasional ocean october's offer office officer official oil omelet "
    "onion onsite opener opera operator opinion opposite optimistic optimum option optional "
    "options oral orchestra order orders ordinary organ organic original ortho orthodontics",
    "orthodox orthopedic orthotics osteopath outage outcome outdoor outdoors outfit outlet "
    "outpatient outright oval oven overcast overdone overkill overnight overseas oversight "
    "overtime overweight own oxygen oyster pack package packet pad paddle padlock page paid "
    "paint painter pair pajamas palace pale palm palpitations pan pancake panic pants paper "
    "papers paperwork parade paradise paralegal paramedic paranoid pardon parental parents "
    "partial partners pass passage passionate passport past pasta paste pastry patch paternity",
    "path pathetic patience patients patio pattern pause pay payments payroll peace peachy peak "
    "peaky peanut peanuts pearls peculiar pedestrian pedi pediatric pediatrics pedicure "
    "pedicures peel peels pen pencil penicillin pension pepper percent perform perfume period "
    "perk perm permanent permission permit perms persistent pesky pest pet petite pets petty "
    "pharmacy phase phenomenal phlebotomy phobia phony photo photographer photography photos "
    "physician physics physio physiotherapy piano picky picnic picture pictures pie piece",
    "piercings pig piles pill pills pilot pimple pin pinkeye pint pipe pipes pitch pizza plain "
    "plane plans plant plants plaque plasma plaster plastic plate platform player playground "
    "pleasant plenty pneumonia pocket podcast poem poetry pointy poison police policy polite "
    "politics poll pollen pool popcorn popular porch pork portrait possession post postage "
    "postal postcard poster postnatal posture pot potato potential pottery pound powder "
    "practice praiseworthy pray prayer precise pregnancy preheat premature premium prenatal",
    "prep prequel preschool prescriptions presence present president press pressure prestige "
    "prices pricey pride primary prime princess principal print printer prior priority prison "
    "privacy privilege prize pro problems procedure process produce product products prof "
    "professor profit profound program progress project prom prominent promise promo prompt "
    "proof proper property prospect prostate protein protest proud provider psoriasis psych "
    "psychic psychology pub puberty puffy pulse pump punch punctual puppy purchase pure purse",
    "pushy puzzle quaint quality quarrelsome queasy queen queer query quest questions queue "
    "quilt quirky quit quiz quota quote rabies race racket radar radiant radiator radio "
    "radiology rage rail rain rainbow raincheck rainy raise ramp random range rank rapid rate "
    "rates ratio rational raw razor real realistic reality rebate rebel rebook receipt recent "
    "recession recipe recliner record records recovery rectal recycle redo redundant referral "
    "referrals refill refills reflexology refrigerator refugee refund refunds regard rehab",
    "rehearsal reign reject relapse relationship relatives relax relaxer release relevant "
    "relief religion reluctant remedial reminder remote removal remove renewal rent rental "
    "renter repair repairs repeat report reporter request requests rescue research residence "
    "resident residue resilient resort resources respect response rest restaurant restroom "
    "result results resume retail retainer retinol return returns reunion review reward rewards "
    "rib ribs rice rickety ride rider ridge rig rigid ring rink riot ripoff risk risky ritual",
    "rival road roast robber robot robust rock rocky rogue role roll roller romantic roof "
    "roofer rookie roommate roomy root roots rope rosacea rotten rough round route routine row "
    "rowdy royal rub rubber rude rug rule rules rumor run runaway runner runny rush rust rusty "
    "sack saddle safe safety sail salad salary sale sales salesman saline salmon salon's salt "
    "salty sample sanctuary sand sandal sandwich sane sarcastic satisfactory sauce sauna "
    "sausage savings scab scale scales scalp scam scan scandal scanner scar scarce scare scarf",
    "scarlet scars scary scene scenic scent scheme scholarship science scissors scoliosis "
    "scooter scope score scrap scratch scratchy scrawny scream screw script scrub scruffy sea "
    "seafood seal search season seasonal secondary secondhand secret secretary secure security "
    "sedan seizure seizures seldom select self seller semester seminar senate senior seniors "
    "sensational sense sensitivity sentence sentimental separate septic sequel sequence serene "
    "series servant serve server severe sewage sex sexual shabby shade shady shake shaky",
    "shallow shame shampoo shape share shave shaver shears shed sheet shelf shell shellac "
    "shelter sheriff shiny ship shirt shitty shock shoe shoes shoot shopper shore shortage "
    "shorts shot shots shoulder shoulders shovel show shower showers showery shrimp shrink shut "
    "shuttle shy side sidewalk sight sign signal signature significant silence silent silk "
    "silver simplest sincere sink sinus sinuses sip sister's sitter size sketchy ski skill "
    "skills skincare skinny skirt skull sky slap slate sleek sleep sleepy sleeve slice slick",
    "slight slim slippers slippery slope sloppy slump slushy smell smile smitten smog smoke "
    "smoker smooth smoothie smug snack snacks snail snake snappy sneaky snore snow snowstorm "
    "snowy snug soak soap sob sober social society sock socks soda sofa soft softball software "
    "soggy soil solar sold soldier sole solemn solid solo someplace song sonogram sophomore "
    "sore sores soul sound soup sour source southbound southern souvenir spa space spaces "
    "spaghetti spam span spare spark spasm spasms specialty species spectacular spectators",
    "speech speedy spell spend spicy spider spike spin spinach spinal spine spiral spirit "
    "spiritual spit spite splendid splint split spoken sponge sponsor spooky sport sports spot "
    "spots spotty spouse sprain spray sprinkler spry squad square squash squeaky stable stadium "
    "staff stage stain stair stairs stale stamp stance stand standard standby staple star "
    "starchy stark starter static stationary status stay steady steak steam steamer steel steep "
    "stellar stem step stepdad stepmom stepson stereo sterile stern steroid steroids stick",
    "sticky stiff stilettos stingy stink stitch stitches stock stomach stone stool stop storage "
    "store storm stormy story stove stoves straight straightener strain stranger strap strategy "
    "stream strength strep stress stretch strict strike strip stripe stroke stroller structural "
    "structure struggle stubborn students studio study stuffy sturdy style stylist's sub "
    "subject submarine subpar substantial subtle suburb subway success sucker sudden suds "
    "sufficient sugar sugarfree suicidal suitcase suite sulky sum summary summer summit sunburn",
    "sunburnt sunglasses sunken sunlight sunrise sunset sunshine superior supermarket "
    "supervisor supper supplements supplier supplies suppose surcharge surface surge surgeries "
    "surplus surprise survey survivor suspect suspension suv swamp swanky sweat sweater sweaty "
    "sweetheart sweetie swim swimmer swing swollen symbolic sympathetic sympathy symptom "
    "symptoms synagogue synthetic syrup system tab tablet tacky tactic tail tailor takeaway "
    "takeout tale tall tame tan tank tap tape tardy target tart tartar task taste tasty tattoo",
    "tattoos tax taxes taxi tea teachers teal tear tears tech technician technology teen "
    "teenager teens teeny telehealth television temp temper temperamental temperature temple "
    "temporary tenant tendency tender tendon tendonitis tennis tense tension tent term terminal "
    "terrace terrific territory terror test tests testy tetanus text texture theater theatre "
    "theft theme theory therapeutic therapy thermometer thermostat thick thicker thief thigh "
    "thin thinner thirties thorn thorough thread threat thrifty thrill throat throne throw",
    "thumb thunder thunderstorm thyroid tick ticket tickets tidy tie tight tighten tile timber "
    "timeline timer times timid tinnitus tint tip tips tiptop tire tires tiresome tissue title "
    "toast tobacco toddler toe toenail toenails toes toilet tolerant toll tone toner tongue "
    "tonic tonsils tool tools toothbrush toothpaste top topic torn torture total touch touchup "
    "touchups touchy tough tour tourism tow towel tower town toxic toy toys track tractor trade "
    "traditional traffic tragedy tragic trail trailer train trainer trainers tranquil",
    "transcript transfer transit translator transmission transparent transplant transport trap "
    "trash trauma traumatic travel traveler travelers traveller tray treat treatments tree "
    "trees tremor trend trendy trial triangle tribe trick tricky trigger trim trims trip triple "
    "trips trivia trivial trolley trouble troublesome truck trucks trunk trust trustworthy "
    "truth tub tubal tube tumor tune tuneup tunnel turbulent turkey tutor tux tuxedo tweak "
    "twelfth twin twins twist twitch type typo ugly ulcer ultimate ultrasound umbrella unaware",
    "uncanny unclear uncommon underage undergrad underwear underweight undone undue uneasy "
    "unequal uneven unfair unfit unfortunate unhealthy uniform union unique unit unknown "
    "unnecessary unpaid unpleasant unreal unrealistic unsafe unsteady unsung untidy untrue "
    "unwelcome upbeat update upgrade upper uppity upright uproar upscale upstairs upward urban "
    "urge urgency urine urology usable usage used user uterus uti utility vacant vacate "
    "vacations vaccinations vaccine vaccines vacuum vague vain valet valiant valid valley value",
    "vandalism vanilla variety vase vasectomy vast vat vault veg vegetables veggie veggies "
    "vehicle vehicles vein veins velvet vendor veneer veneers vent venture venue verbal verdict "
    "versatile version vertigo vest vet veteran veterinarian veterinary vibe vibrant victim "
    "victory video view views vile village vinegar vintage violent violin viral virgin virtual "
    "virtue virus visa vision visitors visits vital vitamin vitamins vivid vocal voice "
    "voicemail void volatile volume voluntary volunteer vomit vote voucher vouchers voyage",
    "vulgar wacky wage wagon waist waiter waitress wake walk walker walkin walkout wall wallet "
    "war wardrobe warehouse warmer warranty wart warts wary wash washer wasp waste watch water "
    "waterproof watery wave wavy wax wealth wealthier wealthy weapon wear weary weave weaves "
    "web webinar website weddings weed weekday weekdays weeknight weight welfare western wet "
    "whale wheat wheel wheelchair wheels wheezy whiplash whirlwind whisper whistle whole "
    "wholesale wholesome wide wide-awake widow widower width wife's wifi wig wild wildlife wimp",
    "win wind window windows windshield wine wings winner winter wintry wiper wire wisdom wish "
    "wispy withdrawn wizard women womens wood wooden wool woozy word words workday worker "
    "workers workout workplace workshop world worldwide worm worn worry worthwhile worthy wound "
    "wow wrap wraps wreck wrench wrinkle wrinkles wrist write writer x-ray xray xrays yacht "
    "yard yarn yawn yearlong yeast yell yoga yogurt yolk younger youngest youth yummy zany "
    "zebra zest zesty zip zipper zone zoo zoom",
};
const size_t english_common_count = sizeof english_common_words / sizeof *english_common_words;
