"""Words that mean something in an address besides names: street types, directions, markers of numbers and units.

All are compared in the form of `geo.address_fold.fold`. One code, itself a spelling, stands for all spellings of a
street type; codes of one group mean the same in different languages ("Tverskaya street" is "Тверская улица").
"""

from geo.address_fold import fold


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


_TYPES = {
    "street": "street st stree streeet strt",
    "strasse": "strasse str",
    "gade": "gade gd gt",
    "ulitsa": "улица ул ulica ulitca ulitsa ulitza вулиця",
    "katu": "katu",
    "gata": "gata gatan",
    "avenue": "avenue ave av aven avnue",
    "prospekt": "проспект просп пр-кт пркт пр-т прт prospekt prospect",
    "proezd": "проезд пр-д прд proezd proyezd",
    "pr": "пр",
    "lane": "lane ln",
    "pereulok": "переулок пер pereulok",
    "gasse": "gasse",
    "kuja": "kuja",
    "strade": "stræde",
    "road": "road rd",
    "vej": "vej vei",
    "weg": "weg",
    "tie": "tie",
    "vagen": "vägen väg",
    "shosse": "шоссе ш shosse highway hwy",
    "drive": "drive dr drv",
    "court": "court ct",
    "boulevard": "boulevard blvd boul bd bulevard",
    "bulvar": "бульвар б-р бр бул bulvar",
    "place": "place pl",
    "square": "square sq",
    "ploshchad": "площадь ploshchad ploshad",
    "platz": "platz",
    "plads": "plads",
    "torv": "torv",
    "torget": "torget",
    "aukio": "aukio",
    "tori": "tori",
    "circle": "circle cir",
    "terrace": "terrace ter terr",
    "parkway": "parkway pkwy",
    "way": "way wy",
    "alley": "alley aly",
    "plaza": "plaza plz",
    "crescent": "crescent cres",
    "close": "close",
    "trail": "trail trl",
    "expressway": "expressway expy freeway fwy",
    "stairway": "stairway stwy steps",
    "loop": "loop",
    "row": "row",
    "walk": "walk",
    "hill": "hill",
    "allee": "allee allé alle аллея ал alleya",
    "ring": "ring",
    "damm": "damm",
    "ufer": "ufer",
    "naberezhnaya": "набережная наб naberezhnaya embankment emb",
    "tupik": "тупик туп tupik",
    "rue": "rue",
    "via": "via",
    "calle": "calle",
}
_SPELLINGS = [(tuple(fold(word).split()), code) for code, words in _TYPES.items() for word in words.split()]
TYPES = {"".join(spelling): code for spelling, code in _SPELLINGS}
TYPE_PAIRS = {spelling: code for spelling, code in _SPELLINGS if len(spelling) == 2}
_GROUPS = (
    "street strasse gade ulitsa katu gata rue via calle",
    "avenue prospekt pr",
    "proezd pr drive",
    "lane pereulok gasse kuja strade",
    "road vej weg tie vagen shosse way",
    "place square plaza ploshchad platz plads torv torget aukio tori",
    "allee alley",
    "boulevard bulvar",
    "naberezhnaya ufer",
)
GROUPS_OF = {code: frozenset(i for i, group in enumerate(_GROUPS) if code in group.split()) for code in _TYPES}
# Types that grow together with the name: Hauptstraße, Vestergade.
_GLUED = _folded("strasse str gasse weg platz allee damm ufer gade vej plads stræde torv katu kuja tie gatan vägen")
GLUED = tuple(sorted(_GLUED, key=lambda word: (-len(word), word)))
LEAST_CORE = 3  # letters of a name that must be left when its type is cut off
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS = {word: str(i) for i, word in enumerate(_ORDINALS.split(), start=1)}
ORDINAL_ENDINGS = _folded("st nd rd th й я ой ая ый ий го е ые")
DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w", "so": "s"}
ARTICLES = frozenset({"the"})
# Types that English addresses confuse ("Belden Place" for Belden Street), and before which the house number stands.
_ENGLISH = (
    "street avenue lane road drive court boulevard place square circle terrace parkway way alley plaza crescent close "
    "trail expressway stairway loop row walk hill"
)
ENGLISH = frozenset(_ENGLISH.split())
SAINTS = _folded("st saint sankt sct skt")
NUMBER_MARKERS = _folded("д дом домовл вл владение зд здание no nr num number haus hausnummer house hus nummer n")
_PARTS = {
    "k": _folded("к корп корпус k korp korpus bldg building"),
    "s": _folded("с стр строение s str stroenie"),
    "l": _folded("лит литера lit litera"),
}
PART_MARKERS = {word: code for code, words in _PARTS.items() for word in words}
# A unit inside a house, never the house: the word stands before its number, or after an ordinal.
UNIT_MARKERS = _folded(
    "apt apartment unit suite ste room rm floor fl space spc stall kiosk booth gate lot кв квартира офис оф office "
    "пом помещение подъезд под этаж эт комн комната wohnung whg etage og stock lejl lejlighed dør sal box"
)
# Something with a number of its own beside a street, never a house on it: "Pier 39", "Berth 5".
BERTHS = _folded("pier piers wharf berth slip dock hangar terminal shed причал пирс пристань ангар терминал")
REGION_MARKERS = _folded("г гор город обл область район край респ республика мкр пос поселок деревня село gorod")
CORNERS = _folded("угол corner ecke hjørnet hjørne intersection and und og и at")
KILOMETRES = _folded("км km километр kilometer kilometre kilometr")
