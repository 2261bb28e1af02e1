/*
 * english_names.c: word lists of the name reader, as data: given names heard in English booking
 * calls (many languages), words that end or refuse a name, and states ("I'm fine") that refuse one
 * after a weak cue. Lower case, split by blanks. Unknown words may still be names; see
 * name_reader.c.
 */
#include "extract/grammar_form.h"

const char *const english_names_given[] = {
    "aaron abby abdul abel abigail abraham ada adam adele adrian adriana agnes ahmed aidan aisha "
    "akira",
    "alan albert alberto alec alejandra alejandro alessandro alex alexa alexander alexandra alexis "
    "alfred ali",
    "alice alicia alina alison allan allen allison alma alyssa amanda amara amber amelia amina "
    "amir amit amy ana anastasia",
    "andre andrea andreas andrei andres andrew andy angel angela angelica angelina angus anika "
    "anil anita ann anna",
    "anne annette annie anthony antonio anya april ariana ariel arjun arnold arthur arturo asha "
    "ashley astrid",
    "aubrey audrey aurora austin autumn ava avery ayesha aziz barbara barry bart beatrice beatriz "
    "becky bella",
    "ben benedict benjamin bernadette bernard beth bethany betty beverly bianca bill billy blake "
    "bob bobby bonnie",
    "boris brad bradley brandon brenda brendan brent brett brian bridget brittany brooke bruce "
    "bruno bryan bryce",
    "caitlin caleb calvin cameron camila camille candice carl carla carlos carmen carol carolina "
    "caroline carolyn",
    "carrie carter casey cassandra catalina catherine cathy cecilia cedric celeste celia cesar "
    "chad chandra",
    "charles charlie charlotte chelsea chen cheryl chloe chris christian christina christine "
    "christopher cindy",
    "claire clara clare clarence claude claudia clayton clifford clint clive cody cole colette "
    "colin connie connor",
    "conrad constance cora corey courtney craig cristina crystal curtis cynthia daisy dale damian "
    "damien dan dana daniel",
    "daniela danielle danny daphne darius darlene darren dave david dawn dean deborah debbie debra "
    "declan deepak deirdre delia",
    "denise dennis derek desmond devin devon diana diane diego dimitri dina dmitri dolores dominic "
    "dominique don",
    "donald donna dora doreen doris dorothy doug douglas drew duncan dustin dylan earl ed eddie "
    "edgar edith",
    "edmund eduardo edward edwin eileen elaine eleanor elena eli elias elijah elisa elise eliza "
    "elizabeth ella ellen",
    "ellie elliot elliott eloise elsa elsie emilia emilio emily emma emmanuel enrique eric erica "
    "erik erika erin",
    "ernest esme esperanza esteban estelle esther ethan eugene eva evan eve evelyn ezra fabian "
    "faith farah fatima",
    "faye felicia felicity felipe felix fernanda fernando finn fiona flora florence frances "
    "francesca francis francisco",
    "frank franklin fred frederick freya gabriel gabriela gabrielle gail gareth garrett gary gavin "
    "gemma gene",
    "geoff geoffrey george georgia georgina gerald geraldine gerard gina giovanni gita giulia "
    "gladys glen glenda glenn",
    "gloria gordon grace graham grant greg gregory greta guillermo gus gustavo guy gwen hai hailey "
    "hamza hana hank hanna hannah",
    "hans hao harold harriet harris harrison harry harsh harvey hassan hazel heather hector heidi "
    "helen helena helga henry herbert",
    "hilary hilda hiro hiroshi holly hope howard hugh hugo hussein ian ibrahim ida ignacio igor "
    "ilya imani imogen imran",
    "ines ingrid irene iris irina isaac isabel isabella isabelle isaiah isla ismail ivan ivy jack "
    "jackie jackson jacob jacqueline jade",
    "jaime jake jamal james jamie jan jana jane janet janice jared jasmin jasmine jason javier jay "
    "jean jeanette jeanne",
    "jeff jeffrey jen jenna jennifer jenny jeremiah jeremy jerome jerry jess jesse jessica jesus "
    "jill jim jimmy jin joan",
    "joanna joanne jocelyn jodie joe joel johan johanna john johnny jolene jon jonah jonas "
    "jonathan jordan jorge jose",
    "joseph josephine josh joshua josie joy joyce juan juanita judith judy julia julian juliana "
    "julie juliet julio june jun",
    "justin kai kaitlyn kamal kara karen karim karin karl karla kate katelyn katherine kathleen "
    "kathryn kathy katie katrina",
    "kavita kay kayla keith kelly kelsey ken kenji kenneth kenny kerry kevin khalid kim kimberly "
    "kiran kirk kirsten klaus",
    "kofi kristen kristin kristina kumar kurt kwame kyle lance lara larry latoya laura lauren "
    "laurence laurie lawrence layla lea leah leanne",
    "lee leila leo leon leonard leonardo leroy leslie leticia levi lewis liam lila lillian lily "
    "lina linda lindsay lindsey ling",
    "lionel lisa liu liz liza lloyd logan lois lola lorena lorenzo loretta lori lorna lorraine "
    "louis louisa louise luca lucas lucia",
    "lucy luis luisa luke luna lydia lynn mabel madeleine madeline madison mae maggie magnus "
    "mahmoud maja malcolm malik malin mandy",
    "manuel marc marcel marcela marcia marco marcus margaret margarita maria mariam marian mariana "
    "marianne marie marilyn mario marion marisol",
    "marissa marjorie mark marlene marsha marta martha martin martina marvin mary mason mateo "
    "mathew matilda matt matteo matthew maureen maurice",
    "max maxine maxwell may maya megan mehmet mei meera melanie melinda melissa melody mercedes "
    "meredith mia micah michael michaela micheal michelle miguel mike",
    "mikhail mila milan mildred miles milo mina ming minh miranda miriam misha mitch mitchell "
    "mohamed mohammad mohammed moira molly mona monica monique morgan",
    "moses muhammad myra nadia nadine nancy naomi natalia natalie natasha nate nathan nathaniel "
    "neha neil nell nelson nia nicholas nick nicola nicolas nicole",
    "nigel nikhil nikita nina nisha noah noel nora norah norma norman nuria octavia olga oliver "
    "olivia olivier omar ophelia oscar osman otto owen",
    "pablo paige palak paloma pam pamela paola pat patricia patrick patty paul paula pauline pavel "
    "pearl pedro peggy penelope penny pete peter petra phil philip",
    "philippa phillip phoebe phyllis pierre piotr polly pooja prakash priscilla priya quentin "
    "quincy quinn rachel rafael rahul raj raja rajesh ralph ramon randall",
    "randy raquel rashid raul ravi ray raymond rebecca reggie regina reid rekha rene renee reuben "
    "rhonda ricardo richard rick ricky riley rita rob robert roberta",
    "roberto robin rocio rod roderick rodney rodrigo roger rohan rohit roland roman ron ronald "
    "ronnie rory rosa rosalie rosalind rosario rose rosemary rosie ross roxanne roy",
    "ruben ruby rudolf rudy rupert russ russell ruth ryan sabrina sadie sally salma salvador sam "
    "samantha samir sammy samuel sandeep sandra sandy sanjay santiago sara sarah",
    "sasha saul savannah scott sean sebastian selena selma serena sergei sergio seth shane shannon "
    "sharon shaun shauna shawn sheila shelby shelley sherry shirley shreya",
    "sidney sierra silas silvia simon simone skylar sofia sonia sonja sonya sophia sophie soren "
    "spencer stacey stacy stan stanley stefan stella stephanie stephen steve steven stewart",
    "stuart sue sunil sunita susan susana susanna susie suzanne sven svetlana sylvia tabitha "
    "tamara tamika tania tanya tara tariq tasha tatiana taylor ted teresa terrence",
    "terry tess tessa thea thelma theo theodora theodore theresa thomas tiffany tim timothy tina "
    "toby todd tom tomas tommy toni tony tracey tracy travis trevor trina tristan troy",
    "tyler tyrone uma ursula valentina valeria valerie vanessa vera vernon veronica vicki vicky "
    "victor victoria vijay vikram vince vincent viola violet virginia vivian vladimir wade",
    "wallace walter wanda warren wayne wei wendy wesley whitney wilfred will willa william willie "
    "winifred winston xavier ximena xin yan yasmin yasmine yolanda yuki yuri yusuf",
    "yvette yvonne zac zach zachary zainab zara zelda zhang zoe zoey zuri kayden brayden aditya "
    "ananya arun divya ganesh karthik lakshmi manish mohan neeraj nitin padma pranav",
    "rakesh ramesh rina ritu sachin sameer shanti suresh tanvi usha vivek yash amara chidi chioma "
    "emeka ifeoma ngozi obinna oluwaseun tunde yemi kwesi abena ama akua thandi sipho",
    "bongani lerato naledi zanele bjorn freja lars mette nils ole sigrid aino eino mikko pekka "
    "tuomas agnieszka jacek jakub katarzyna krzysztof magda malgorzata marek pawel tomasz wojciech "
    "zofia",
    "branko dragan goran jelena milena nikola snezana zoran anders birgit dieter gunther heinz "
    "helmut jurgen katja lukas manfred matthias sabine stefanie ulrich uwe wolfgang aurelie "
    "baptiste",
    "benoit chantal cyril damien delphine emile fabienne gaston genevieve guillaume henri jacques "
    "laurent luc mathilde mathieu nathalie odile pascal philippe remi sylvie thierry yves alessia "
    "chiara",
    "elisabetta federica francesco giorgia giuseppe ilaria luigi massimo paolo pietro roberta "
    "silvio stefano vincenzo afonso bruna caio danilo eduarda heitor joao livia luiza marcelo "
    "otavio rafaela thiago vitor",
    "haruto hina kenta mai naoki ren sakura satoshi sora takashi takeshi yoko yui hyun jisoo minho "
    "seojun soojin sunhee youngmi fang hong jing juan lan lei li mei min na ping qiang rong shan "
    "tao xia yang ying yong yu zhen",
    "anh binh duc hoa huong khanh lan linh long mai nam nga ngoc phuong quan quang son thanh thao "
    "thu trang tuan van abdullah adnan bilal faisal hadi hala huda jamila khadija laila layth "
    "leila mustafa nabil nasser noor",
    "omar rania reem salim samira tarek walid yara youssef zahra ziad ayse burak cem deniz elif "
    "emre fatma kemal leyla murat ozgur selin yilmaz darya dmitry ekaterina galina kirill ksenia "
    "larisa ludmila maksim maxim nadezhda",
    "natalya oksana oleg olena pyotr roman ruslan stanislav taras vadim valentin viktor yana "
    "yaroslav zhenya saoirse niamh siobhan aoife ciara eoin cian padraig sinead aisling grainne "
    "fergus callum eilidh hamish iona rhys sian carys dylan",
    "megan gethin nerys ebony destiny jayden jaylen keisha lamar malia nevaeh tanisha trey tyrell "
    "xiomara zaire bea jo joss dee bev deb tam viv mo al vi ty art rich rex roz liv val gabe gil "
    "hal ike ira len lou lyle mel ned nat nico sal sid stu tad theo uri vic wes zack zane",
};
const size_t english_names_given_count = sizeof english_names_given / sizeof *english_names_given;

const char *const english_names_stop[] = {
    "across along among amongst against beside toward towards throughout despite beneath myself "
    "yourself "
    "god himself herself itself ourselves themselves yourselves basis escapes downstairs upstairs "
    "aboard abroad "
    "anyhow anytime anyplace elsewhere hence indeed likewise "
    "otherwise push shift postpone switch squeeze fit snag grab hold drop keep lose bring screen "
    "whichever huh mhm mm hmm uhuh yup nope nah mmhmm gotcha alrighty"
    " lowercase uppercase caps a an the and or but so because if then than that this these those "
    "there here it its it's is "
    "isn't are aren't was",
    "wasn't were be been being am i i'm i'd i'll i've im id ive ill me my mine we we'd we'll we're "
    "our us you your you're he she",
    "his her him they their them who what when where why how which can can't cant could couldn't "
    "would wouldn't will won't",
    "shall should may might must do does did don't dont doesn't didn't have has had haven't having "
    "need needs needed want wants",
    "wanted like likes liked love please thanks thank thankyou hi hello hey howdy greetings yes "
    "yeah yep yup no nope not ok okay sure right",
    "well oh um uh er just only also too very really quite still again already yet ever never "
    "always maybe perhaps",
    "probably actually basically with without within for from to of in on at by as into onto off "
    "over under about around",
    "after before during until since between through up down out back away calling call called "
    "calls speaking speak talking talk looking look trying",
    "try wanting hoping hope wondering wonder booking book booked bookings reserve reservation "
    "reserving appointment appointments schedule scheduling",
    "checking check confirm confirming cancel cancelling canceling change changing reschedule "
    "rescheduling move moving",
    "asking ask interested regarding concerning let let's lets get getting got give giving go "
    "going gone come coming came",
    "make making made take taking took see seeing saw know knowing think thinking say saying said "
    "tell telling told",
    "help helping using use work works working available free busy ready able unable possible good "
    "great fine nice new old same",
    "other another any some all both each every few many much more most less least one ones none "
    "number phone email mail",
    "address name names spelled spelt spelling first last surname middle full mobile cell contact "
    "reach account today tomorrow yesterday tonight",
    "morning afternoon evening night noon midnight day week weekend month year hour minute second "
    "time date o'clock oclock",
    "next now later soon early late earlier asap again once twice sorry wait actually mean instead "
    "rather cool perfect lovely wonderful",
    "excellent awesome alright absolutely exactly correct yours mr mrs ms dr doctor dentist salon "
    "haircut party people person persons",
    "table room seat group guests you'd what's that's who's where's there's here's how's when's "
    "hows whats thats theres am pm",
    "monday tuesday wednesday thursday friday saturday sunday january february september october "
    "november december march",
    "find finding open close closed starts start ends end something anything nothing someone "
    "anyone everyone everything somewhere",
    "put down under via per plus minus dot underscore dash question problem issue appreciate bye "
    "goodbye cheers dear team support agent",
    "want're wanna gonna gotta lemme cos cuz cause though although while whenever wherever "
    "whatever whether unless",
    "wife husband son daughter mother father mom mum dad brother sister friend boss partner kid "
    "kids child children",
    "appointment's slot slots availability schedule's visit visiting cleaning checkup check-up "
    "consultation treatment service services session",
    "yes, no, was'nt i,m yesterday's it'll he's she's she'd he'd they're we've you've shouldn't "
    "one's got lots lot",
    "am've me'n else except how're bit kinda sorta pls plz u ur thx ty hiya looks sounds seems "
    "seem same fit suit suits",
};
const size_t english_names_stop_count = sizeof english_names_stop / sizeof *english_names_stop;

const char *const english_names_state[] = {
    "fine good great well okay ok sorry busy free available sick ill late early ready sure happy "
    "glad sad afraid tired",
    "hungry thirsty angry upset worried concerned confused lost stuck done finished set good-to-go "
    "interested excited curious aware allergic",
    "pregnant diabetic vegan vegetarian single married divorced retired unemployed employed "
    "disabled flexible open closed urgent important",
    "necessary possible impossible likely unlikely true false wrong right correct incorrect "
    "perfect excellent awesome amazing wonderful",
    "terrible horrible awful bad worse worst better best nice lovely cool hot cold warm cheap "
    "expensive easy hard difficult simple",
    "quick fast slow long short big small large little huge tiny new old young different similar "
    "same common rare normal usual unusual",
    "fun funny serious crazy weird strange odd nervous anxious scared calm quiet loud clean dirty "
    "empty full local foreign",
    "alone home back away out off on in up down here there outside inside downtown nearby far "
    "close near online offline",
    "absolutely actually almost already also always basically certainly clearly currently "
    "definitely deeply easily either especially",
    "eventually exactly extremely fairly finally frankly generally gladly hardly honestly "
    "hopefully immediately just kind kinda least",
    "literally mainly maybe merely mostly nearly neither never normally obviously occasionally "
    "often only originally particularly perhaps",
    "personally please possibly preferably presently pretty previously probably quite rarely "
    "rather really recently relatively",
    "seriously simply slightly somewhat sometimes soon sorta specifically still super supposed "
    "surely technically temporarily thankfully",
    "therefore thus too totally truly typically unfortunately usually utterly very yet gonna gotta "
    "trying going looking",
    "not no yes so such more less most much many enough all both half part everything everyone "
    "everybody something someone somebody",
    "anything anyone anybody nothing nobody none another other else per due via worth like unlike "
    "plus",
    "nobody's you yours mine ours theirs his hers whose what whatever when whenever where wherever "
    "which whichever who whoever why how",
    "english american british canadian german french spanish italian indian chinese japanese "
    "mexican russian irish scottish australian",
    "male female man woman guy girl boy lady adult adults child children kid kids student teacher "
    "nurse doctor patient customer client member regular visitor",
    "mother father mom mum dad parent wife husband son daughter brother sister aunt uncle cousin "
    "friend colleague boss manager owner assistant",
    "work business pleasure school college university vacation holiday lunch dinner breakfast "
    "brunch coffee haircut checkup cleaning massage",
    "surgery emergency appointment booking reservation consultation meeting interview party "
    "birthday anniversary wedding event",
    "pain headache toothache backache fever cough flu cold rash injury blood teeth tooth hair skin "
    "nails eyes eye back neck knee leg foot hand arm head",
    "okay-ish fabulous brilliant fantastic superb delighted thrilled pleased satisfied grateful "
    "thankful appreciative honest certain uncertain unsure",
    "unavailable unable unhappy unwell unlucky lucky rich poor broke healthy fit strong weak smart "
    "clever dumb stupid silly",
    "raining snowing sunny cloudy windy humid dark light bright noisy public private general "
    "special specific particular main major minor",
    "red blue green yellow black white purple pink orange grey gray brown blonde",
    "three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred "
    "thousand million zero two one",
    "everyday daily weekly monthly yearly annual annually quarterly hourly instant instantly asap "
    "fully partly half-way midway",
    "dentist stylist barber hairdresser therapist dermatologist gynecologist ophthalmologist "
    "pediatrician cardiologist surgeon optician plumber electrician",
    "beginner expert professional amateur tourist local vip guest host speaker caller driver "
    "passenger",
    "disappointed impressed annoyed frustrated bored amused shocked surprised stressed exhausted "
    "relaxed relieved overwhelmed overdue",
    "booked scheduled confirmed cancelled canceled postponed delayed rescheduled moved changed "
    "broken fixed closed opened",
    "unisex cosmetic manual automatic electric digital medical dental legal financial personal "
    "professional emotional physical mental",
    "weather time money fault choice turn place name number address phone email question problem "
    "issue idea plan point reason matter thing stuff way",
    "perfectly totally completely entirely wholly nearly roughly approximately around about above "
    "below between beyond behind",
    "that this these those the a an my your our their its it he she we they them us me him her",
    "now today tomorrow tonight yesterday later sooner whenever afterwards beforehand monday "
    "tuesday wednesday thursday friday saturday sunday",
    "me's mobile urgent-ish insured covered registered signed logged connected disconnected hooked "
    "eligible entitled welcome invited",
    "regarding concerning for to from with without at by of about on in into onto off over under "
    "after before during until since",
    "control construction warranty pressure review renovation investigation contract quarantine "
    "left right north south east west central nearer further farther closer cheaper quicker faster "
    "slower longer shorter bigger smaller earlier",
};
const size_t english_names_state_count = sizeof english_names_state / sizeof *english_names_state;

const char *const english_names_surname[] = {
    "brown green black white gray grey young long small little short strong best bright wise noble",
    "west north south east close hall hill price park king rich sharp moody savage sweet swift "
    "good",
    "day early friday monday love power cash coffee fish home house lane field way street church "
    "park",
    "light cross case ward banks waters summers winters rivers woods marks williams roberts "
    "daniels",
};
const size_t english_names_surname_count =
    sizeof english_names_surname / sizeof *english_names_surname;
