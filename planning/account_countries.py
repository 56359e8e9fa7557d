"""Roughly where a country lies: enough to see that latitude and longitude are the wrong way round."""

from planning.table_words import plain_words

# Main territory without overseas parts, degrees rounded outwards: south, north, west, east; then codes and names.
BOXES = (
    (46.3, 49.1, 9.5, 17.2, "at, aut, austria, osterreich, ostrig, австрия, autriche"),
    (-44, -10, 112, 154, "au, aus, australia, australien, австралия, australie"),
    (49.4, 51.6, 2.4, 6.5, "be, bel, belgium, belgien, belgie, belgique, бельгия, belgica"),
    (41.2, 44.3, 22.3, 28.7, "bg, bgr, bulgaria, bulgarien, болгария, bulgarie"),
    (51.2, 56.2, 23.1, 32.8, "by, blr, belarus, weissrussland, беларусь, белоруссия, bielorussie, bielorrusia"),
    (45.8, 47.9, 5.9, 10.6, "ch, che, switzerland, schweiz, suisse, svizzera, швейцария, suiza"),
    (48.5, 51.1, 12, 18.9, "cz, cze, czechia, czech republic, tschechien, tjekkiet, чехия, tchequie, chequia, cesko"),
    (47.2, 55.1, 5.8, 15.1, "de, deu, ger, germany, deutschland, tyskland, германия, allemagne, alemania"),
    (54.5, 57.8, 8, 15.3, "dk, dnk, denmark, danemark, danmark, дания, dinamarca"),
    (57.5, 59.8, 21.7, 28.3, "ee, est, estonia, estland, эстония, estonie, eesti"),
    (35.9, 43.9, -9.4, 4.4, "es, esp, spain, spanien, испания, espagne, espana"),
    (59.7, 70.2, 19, 31.6, "fi, fin, finland, finnland, финляндия, finlande, finlandia, suomi"),
    (41.3, 51.2, -5.2, 9.7, "fr, fra, france, frankreich, frankrig, франция, francia"),
    (49.8, 60.9, -8.7, 1.9, "gb, gbr, uk, united kingdom, great britain, grossbritannien, "
        "storbritannien, великобритания, royaume uni"),
    (34.8, 41.8, 19.3, 29.7, "gr, grc, greece, griechenland, graekenland, греция, grece, grecia"),
    (42.3, 46.6, 13.4, 19.5, "hr, hrv, croatia, kroatien, хорватия, croatie, croacia, hrvatska"),
    (45.7, 48.6, 16.1, 23, "hu, hun, hungary, ungarn, венгрия, hongrie, hungria, magyarorszag"),
    (51.4, 55.5, -10.7, -5.9, "ie, irl, ireland, irland, ирландия, irlande, irlanda"),
    (6.5, 35.7, 68, 97.5, "in, ind, india, indien, индия, inde"),
    (35.4, 47.2, 6.6, 18.6, "it, ita, italy, italien, италия, italie, italia"),
    (24, 45.7, 122.9, 146, "jp, jpn, japan, япония, japon"),
    (40.5, 55.5, 46.4, 87.4, "kz, kaz, kazakhstan, kasachstan, казахстан, kazajistan"),
    (53.8, 56.5, 20.9, 26.9, "lt, ltu, lithuania, litauen, литва, lituanie, lituania, lietuva"),
    (49.4, 50.2, 5.7, 6.6, "lu, lux, luxembourg, luxemburg, люксембург, luxemburgo"),
    (55.6, 58.1, 20.9, 28.3, "lv, lva, latvia, lettland, латвия, lettonie, letonia, latvija"),
    (50.7, 53.6, 3.3, 7.3, "nl, nld, netherlands, the netherlands, holland, niederlande, nederland, "
        "нидерланды, pays bas, paises bajos"),
    (57.9, 71.3, 4.4, 31.3, "no, nor, norway, norwegen, norge, норвегия, norvege, noruega"),
    (49, 54.9, 14.1, 24.2, "pl, pol, poland, polen, польша, pologne, polonia, polska"),
    (36.9, 42.2, -9.6, -6.1, "pt, prt, portugal, португалия"),
    (43.6, 48.3, 20.2, 29.8, "ro, rou, romania, rumanien, румыния, roumanie, rumania"),
    (41.1, 82, 19, 180, "ru, rus, russia, russian federation, russland, rusland, россия, рф, "
        "российская федерация, russie, rusia"),
    (55.3, 69.1, 10.9, 24.2, "se, swe, sweden, schweden, sverige, швеция, suede, suecia"),
    (45.4, 46.9, 13.3, 16.7, "si, svn, slovenia, slowenien, словения, slovenie, eslovenia"),
    (47.7, 49.7, 16.8, 22.6, "sk, svk, slovakia, slowakei, slovakiet, словакия, slovaquie, eslovaquia"),
    (35.8, 42.2, 25.6, 44.9, "tr, tur, turkey, turkiye, turkei, tyrkiet, турция, turquie, turquia"),
    (44.3, 52.4, 22.1, 40.3, "ua, ukr, ukraine, украина, ucrania"),
    (18.9, 71.5, -180, -66.9, "us, usa, united states, united states of america, vereinigte staaten, "
        "сша, etats unis, estados unidos"),
)  # fmt: skip
MARGIN_DEG = 0.5

type Box = tuple[float, float, float, float]
"""South, north, west, east in degrees."""


NAMED: dict[str, Box] = {
    name.strip(): (south, north, west, east) for south, north, west, east, names in BOXES for name in names.split(",")
}


def box_of(country: str) -> Box | None:
    """The box of a country given by name or ISO code in six languages; None for one that is not listed."""
    return NAMED.get(plain_words(country))


def lies_in(box: Box, lat: float, lon: float) -> bool:
    """True within the box, half a degree of slack included."""
    south, north, west, east = box
    return south - MARGIN_DEG <= lat <= north + MARGIN_DEG and west - MARGIN_DEG <= lon <= east + MARGIN_DEG
