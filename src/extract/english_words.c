/*
 * english_words.c: the words that English forms know by class, as data. One row gives one meaning
 * to all the words of its first column. Number words and digits get their classes from their value
 * (grammar_compile.c); a word that only occurs literally in a form needs no row.
 */
#include "extract/grammar_form.h"
#include "extract/time_meaning.h"

const struct word_row english_words_rows[] = {
    /* weekdays; "sun" and "sat" are also plain words, so they need company */
    {"monday mon monday's", "weekday", {1}},
    {"tuesday tues tue tuesday's tuseday teusday", "weekday", {2}},
    {"wednesday weds wednesday's wensday wendsday wednsday wednesdy", "weekday", {3}},
    {"thursday thurs thur thursday's thrusday thursdy", "weekday", {4}},
    {"friday fri friday's firday", "weekday", {5}},
    {"saturday saturday's saterday", "weekday", {6}},
    {"sunday sunday's", "weekday", {7}},
    {"wed", "weekdayw", {3}},
    {"thu", "weekdayw", {4}},
    {"sat", "weekdayw", {6}},
    {"sun", "weekdayw", {7}},
    {"mondays", "weekdays", {1}},
    {"tuesdays", "weekdays", {2}},
    {"wednesdays", "weekdays", {3}},
    {"thursdays", "weekdays", {4}},
    {"fridays", "weekdays", {5}},
    {"saturdays", "weekdays", {6}},
    {"sundays", "weekdays", {7}},
    {"january", "month", {1}},
    {"february febuary feburary", "month", {2}},
    {"april", "month", {4}},
    {"june", "month", {6}},
    {"july", "month", {7}},
    {"august", "month", {8}},
    {"september", "month", {9}},
    {"october", "month", {10}},
    {"november", "month", {11}},
    {"december", "month", {12}},
    /* abbreviations, and months that are also verbs or names: they need a number or a preposition
     */
    {"jan", "monthw", {1}},
    {"feb", "monthw", {2}},
    {"march mar", "monthw", {3}},
    {"apr", "monthw", {4}},
    {"may", "monthw", {5}},
    {"jun", "monthw", {6}},
    {"jul", "monthw", {7}},
    {"aug", "monthw", {8}},
    {"sep sept", "monthw", {9}},
    {"oct", "monthw", {10}},
    {"nov", "monthw", {11}},
    {"dec", "monthw", {12}},
    {"today today's", "relday", {0}},
    {"tomorrow tomorrow's tomorow tommorow tommorrow tmrw tmr tomorrows", "relday", {1}},
    {"yesterday yesterday's", "relday", {-1}},
    {"morning mornin", "partword", {PART_MORNING}},
    {"midday", "partword", {PART_MIDDAY}},
    {"lunchtime", "partword", {PART_MIDDAY}},
    {"afternoon afternon arvo", "partword", {PART_AFTERNOON}},
    {"evening evenin", "partword", {PART_EVENING}},
    {"night", "partword", {PART_NIGHT}},
    {"mornings", "parts", {PART_MORNING}},
    {"lunchtimes", "parts", {PART_MIDDAY}},
    {"afternoons", "parts", {PART_AFTERNOON}},
    {"evenings", "parts", {PART_EVENING}},
    {"nights", "parts", {PART_NIGHT}},
    /* numbers; what they may be follows from the value (grammar_compile.c) */
    {"zero", "num", {0}},
    {"one", "num", {1}},
    {"two", "num", {2}},
    {"three", "num", {3}},
    {"four", "num", {4}},
    {"five", "num", {5}},
    {"six", "num", {6}},
    {"seven", "num", {7}},
    {"eight", "num", {8}},
    {"nine", "num", {9}},
    {"ten", "num", {10}},
    {"eleven", "num", {11}},
    {"twelve", "num", {12}},
    {"thirteen", "num", {13}},
    {"fourteen", "num", {14}},
    {"fifteen", "num", {15}},
    {"sixteen", "num", {16}},
    {"seventeen", "num", {17}},
    {"eighteen", "num", {18}},
    {"nineteen", "num", {19}},
    {"twenty", "num", {20}},
    {"thirty", "num", {30}},
    {"forty fourty", "num", {40}},
    {"fifty", "num", {50}},
    {"sixty", "num", {60}},
    {"seventy", "num", {70}},
    {"eighty", "num", {80}},
    {"ninety", "num", {90}},
    {"first", "ord", {1}},
    {"second", "ord", {2}},
    {"third", "ord", {3}},
    {"fourth", "ord", {4}},
    {"fifth", "ord", {5}},
    {"sixth", "ord", {6}},
    {"seventh", "ord", {7}},
    {"eighth", "ord", {8}},
    {"ninth nineth", "ord", {9}},
    {"tenth", "ord", {10}},
    {"eleventh", "ord", {11}},
    {"twelfth twelveth", "ord", {12}},
    {"thirteenth", "ord", {13}},
    {"fourteenth", "ord", {14}},
    {"fifteenth", "ord", {15}},
    {"sixteenth", "ord", {16}},
    {"seventeenth", "ord", {17}},
    {"eighteenth", "ord", {18}},
    {"nineteenth", "ord", {19}},
    {"twentieth", "ord", {20}},
    {"thirtieth", "ord", {30}},
    {"o'clock oclock o'clocks", "oclock", {0}},
    {"noon", "noon", {12}},
    {"midnight", "noon", {0}},
    {"oneish", "hish", {1}},
    {"twoish", "hish", {2}},
    {"threeish threish", "hish", {3}},
    {"fourish", "hish", {4}},
    {"fiveish fivish", "hish", {5}},
    {"sixish", "hish", {6}},
    {"sevenish", "hish", {7}},
    {"eightish", "hish", {8}},
    {"nineish ninish", "hish", {9}},
    {"tenish", "hish", {10}},
    {"elevenish", "hish", {11}},
    {"noonish twelveish middayish", "hish", {12}},
    {"minute minutes min mins", "clockunit unit", {UNIT_MINUTE, UNIT_MINUTE}},
    {"hour hours hr hrs hour's hours'", "clockunit unit", {UNIT_HOUR, UNIT_HOUR}},
    {"seconds secs", "clockunit unit", {UNIT_SECOND, UNIT_SECOND}},
    {"day days day's", "dayunit unit", {UNIT_DAY, UNIT_DAY}},
    {"week weeks week's wk wks", "dayunit unit", {UNIT_WEEK, UNIT_WEEK}},
    {"month months month's", "dayunit unit", {UNIT_MONTH, UNIT_MONTH}},
    {"year years year's", "dayunit unit", {UNIT_YEAR, UNIT_YEAR}},
    {"am", "ampm", {MERIDIEM_AM}},
    {"pm", "ampm", {MERIDIEM_PM}},
    {"to until till til through thru", "to", {0}},
    {"room suite apartment apt unit gate flight bus train platform terminal page option chapter "
     "version level floor table building highway route exit seat zone channel episode phase size "
     "window line pier dock bay lot ward bed booth aisle row track lane box ticket invoice "
     "ref case pin extension ext zip postcode "
     "item step section model",
     "label",
     {0}},
    {"street st road rd avenue ave drive lane boulevard blvd court place way square terrace close "
     "crescent parkway highway",
     "street",
     {0}},
    {"mr mrs ms miss dr doctor professor prof sir madam", "title", {0}},
    {"de la van von der den del di da dos du le bin ibn al el st mac ter ten", "particle", {0}},
    {"table tables party reservation group room rooms dinner lunch tickets ticket seats cab ride "
     "taxi "
     "breakfast brunch bedrooms",
     "counted",
     {0}},
    {"hi hello hey there yes yeah yep ok okay oh well so sure hiya howdy", "greeting", {0}},
    {"his her their its dr doctor dentist stylist hairdresser barber salon clinic provider "
     "therapist "
     "place business shop office doctor's dentist's stylist's salon's barber's clinic's",
     "others",
     {0}},
    {"patient son daughter wife husband mother father mom mum dad child kid brother sister client "
     "customer partner friend guest boyfriend girlfriend",
     "relative",
     {0}},
    {"it's its it is this that's thats i'm im i am my name the mrs mr ms miss that would be for "
     "under please put "
     "and just sorry thanks",
     "answerword",
     {0}},
    {"o oh", "digitword", {0}},
    {"but so because then if how what can could i'd id let's lets maybe instead however though "
     "although "
     "otherwise while whereas except perhaps therefore unless",
     "clause",
     {0}},
    {"at on in for by around about from after before until till to of and or between since near",
     "prep",
     {0}},
    /* what may stand behind a bare number or ordinal without making it a count of something */
    {"at on in for by around about from after before until till to of and or between since if "
     "please thanks thank would will is was works work sounds seems should could can i i'd i'm "
     "i'll "
     "we we'd you then but because so so that if when while with without today tomorrow tonight "
     "sharp ish or instead though maybe perhaps unless as also too okay ok fine good great not "
     "no wait sorry actually rather make that's thats it's its it might may must has have be "
     "this next my the a an does do suits suit alright right yes yeah hopefully "
     "preferably possibly either any works depending just only exactly latest "
     "earliest onwards onward local eastern central pacific est edt cst pst gmt utc bst via "
     "starting starts beginning begins between through from onward early late later even "
     "especially "
     "looks look sounds sound seems seem feels fits fit goes ends comes means isn't doesn't won't "
     "wouldn't "
     "oh ah can't cannot couldn't should'd should've been being being's he she they his her their "
     "our "
     "your "
     "who whose where here actually really probably definitely unless until still again already "
     "yet "
     "than ain't won'd got get gets take takes put keep "
     "available open free possible better best ideal perfect there are well cool wonderful love "
     "that'll that'd thatll because cause gives gets lovely excellent spot slot slots appointment "
     "appointments opening openings worked want need "
     "like let let's lets book schedule reserve cheers",
     "follow",
     {0}},
    /* what may stand between a day and a time of one phrase: "friday would be good, say at two" */
    {"maybe say like so then perhaps please if possible preferably would be is it great good "
     "perfect "
     "ideal best fine better i i'd i'll prefer want something anything sometime anytime any some "
     "time "
     "thanks sure hopefully ideally available open free slot appointment opening openings "
     "appointments "
     "looks sounds seems look sound brunch dinner whatever whichever you've i've we've your pretty "
     "much open all day either time "
     "there do you have got can could we get come in make it's let's the a an with work works "
     "after "
     "just on at for around about , and or to us me book put schedule reserve love really okay ok "
     "possibly probably roughly see my that's that'd if that be at's early as late lunch school "
     "how what starting starts beginning or so pop alright right sure",
     "link",
     {0}},
    /* left unread beside a value, these say that it may not be what was meant */
    {"next last after before until till except every each other not nor than instead since within "
     "following previous past half quarter fortnight bar longer conflict "
     "conflicts",
     "hint",
     {0}},
    /* telling English from other languages */
    {"the is are i i'd i'm you to and for please can could would like my at on in of with have "
     "book "
     "want need appointment it that this what time do does tomorrow today hello thanks thank yes "
     "not be me will there any next we your make how",
     "english",
     {0}},
    {"ich geht gehen passt koennte k\xc3\xb6nnte nehmen brauche braucht noch oder auch sehr uns "
     "mir dich nur dann nach vormittag nachmittag abends morgens vor zwei drei vier sieben acht "
     "zehn "
     "estoy tengo necesito reservar mesa puedo puede estar muy como llamo nombre hoy noche pero "
     "del al nous ne pas est mon ma avoir besoin reserver r\xc3\xa9server soir apres midi suis oui "
     "aujourd'hui mi chiamo vorremmo prenotare per tavolo questa non posso ho bisogno stasera oggi "
     "mia meu minha nao n\xc3\xa3o estou gostaria marcar hoje noite pode ser das "
     "wij kunnen niet dank naam heet kan ik ben op vanavond straks kan inte det jag heter vill ha "
     "en ett på imorgon idag tak jeg vil gerne "
     "ich und der die das ein eine einen fuer uhr bitte morgen moechte nicht mit einem ist heute "
     "termin um zum wir sie auf nach gern habe haben naechsten montag dienstag mittwoch "
     "donnerstag freitag samstag sonntag januar februar maerz mai juni juli oktober dezember "
     "m\xc3\xb6"
     "chte f\xc3\xbcr "
     "el los las una por favor quiero para con cita hola ma\xc3\xb1"
     "ana manana gracias que tarde "
     "lunes martes miercoles jueves viernes domingo enero febrero marzo abril mayo junio julio "
     "je voudrais un une pour demain rendez vous bonjour merci avec les des heures matin "
     "lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin "
     "juillet aout prochain prochaine "
     "vorrei un'appuntamento domani alle per grazie sono il lo che di mattina sera luned\xc3\xac "
     "quero uma consulta amanha amanh\xc3\xa3 obrigado \xc3\xa0s segunda feira terca quinta sexta "
     "ik wil graag een afspraak morgen om uur voor het maandag dinsdag woensdag donderdag vrijdag "
     "jag vill boka tid klockan och imorgon tack chcę prosz\xc4\x99 dzie\xc5\x84",
     "foreign",
     {0}},
    {"uh um er erm hmm uhh umm uhm ah mm", "filler", {0}},
};
const size_t english_words_count = sizeof english_words_rows / sizeof *english_words_rows;
