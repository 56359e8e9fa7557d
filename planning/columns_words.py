"""Column names in six languages, as they stand in exports: English, German, Danish, Russian, French, Spanish.

Within a field the better name comes first: where a file has two of them, the earlier one is taken. Accents, case,
underscores and joinedCapitals do not matter (see `table_words.header_words`), and words for the account itself
("customer name", "store latitude", "Kundennummer") are taken off before a second look.
"""

from collections.abc import Mapping

from planning.columns_wishes import WISH_FIELDS
from planning.table_words import header_words, word_set

ACCOUNT_FIELDS: Mapping[str, str] = {
    "id": """
        id | account id | customer id | client id | outlet id | store id | business id | site id | key |
        code | number | no | nr | num | ref | kundennummer | kundennr | kunden nr | kd nr | kd nummer |
        kunden id | debitor | debitorennummer | kundenr | kundenummer | nummer | ид | идентификатор | код |
        номер | код клиента | код тт | ид клиента | identifiant | code client | numero | numero client |
        n client | codigo | codigo cliente | codigo de cliente | clave | osm id | uid | uuid | guid | external id
    """,
    "name": """
        name | account name | account | customer | customer name | client | company | company name |
        business name | store | store name | outlet | shop | title | dba | dba name | facility name | site
        name | kunde | kundenname | firma | firmenname | bezeichnung | name 1 | name1 | kunder | virksomhed
        | firmanavn | navn | kundenavn | butik | название | наименование | клиент | имя | организация |
        контрагент | торговая точка | наименование клиента | название тт | nom | nom du client | raison
        sociale | entreprise | societe | enseigne | magasin | nombre | cliente | empresa | razon social |
        tienda | nombre del cliente
    """,
    "address": """
        address | street address | address line 1 | address line | address 1 | address1 | addr | full
        address | street | street name | addr street | location address | adresse | strasse | str | strasse
        und hausnummer | anschrift | strasse hausnummer | strasse hausnr | strasse nr | strassenname | vej |
        vejnavn | gade | gadenavn | адрес | улица | адрес доставки | фактический адрес | полный адрес |
        адрес тт | адрес торговой точки | rue | voie | adresse complete | adresse postale | direccion |
        calle | domicilio | direccion completa | location
    """,
    "house": """
        house number | house no | housenumber | house nr | street number | street no | addr housenumber |
        hausnummer | hausnr | haus nr | hnr | husnummer | husnr | hus nr | дом | номер дома | № дома | n
        дома | numero de rue | numero de voie | numero de casa | numero exterior | num ext
    """,
    "city": """
        city | town | city name | locality | municipality | place | suburb | addr city | ort | stadt |
        ortsname | wohnort | gemeinde | by | bynavn | kommune | postdistrikt | город | населенный пункт |
        нас пункт | г | ville | commune | localite | plz ort | plz und ort | postnr by | cp ville | ciudad |
        poblacion | municipio | localidad
    """,
    "postcode": """
        postcode | post code | postal code | zip | zip code | zipcode | postal | addr postcode | plz |
        postleitzahl | postnr | postnummer | post nr | индекс | почтовый индекс | code postal | cp | codigo
        postal | c p | zip postal code
    """,
    "region": """
        region | state | province | county | state province | state code | bundesland | kanton | landkreis |
        bezirk | landsdel | amt | область | регион | край | субъект | субъект рф | departement | provincia |
        comunidad autonoma | estado | prefecture | oblast
    """,
    "country": """
        country | country code | country name | iso country | nation | land | staat | landkode | landekode |
        страна | код страны | pays | pais | office location
    """,
    "lat": """
        lat | latitude | y lat | geo lat | gps lat | lat wgs84 | breite | breitengrad | geogr breite |
        geographische breite | breddegrad | bredde | широта | гео широта | latitud | gps latitude
    """,
    "lon": """
        lon | longitude | lng | long | geo lon | geo lng | gps lon | gps lng | lon wgs84 | lange |
        langengrad | laenge | laengengrad | geogr lange | geographische lange | laengdegrad | langdegrad |
        долгота | гео долгота | longitud | gps longitude
    """,
    "y": """
        y | y coord | y coordinate | ycoord | northing | hochwert | utm y | coord y | norden
    """,
    "x": """
        x | x coord | x coordinate | xcoord | easting | rechtswert | utm x | coord x | osten
    """,
    "latlon": """
        lat lon | lat long | latlon | latlng | lat lng | latitude longitude | coordinates | coords |
        coordinate | geo | gps | gps coordinates | location | geolocation | geo point | geopoint | position
        | koordinaten | koordinate | geokoordinaten | gps koordinaten | koordinater | координаты | гео
        координаты | gps координаты | широта долгота | coordonnees | coordonnees gps | coordenadas |
        coordenadas gps
    """,
    "geometry": """
        geometry | geom | the geom | wkt | wkt geom | shape | wkb geometry | wkb | геометрия | geometrie |
        geometria | st astext
    """,
    "current_rep": """
        current rep | rep | sales rep | salesrep | sales representative | representative | owner | account
        owner | assigned to | assigned rep | sales agent | agent | salesperson | sales person | account
        manager | seller | aussendienst | aussendienstmitarbeiter | adm | vertreter | betreuer |
        kundenbetreuer | verkaufer | zustandig | aktueller vertreter | mitarbeiter | saelger | konsulent |
        repraesentant | salgskonsulent | ansvarlig | ejer | торговый представитель | тп | представитель |
        торгпред | менеджер | ответственный | агент | торговый агент | текущий представитель | мерчендайзер
        | commercial | representant | vendeur | responsable | delegue | vendedor | comercial | representante
        | agente | rep name
    """,
    "segment": """
        segment | class | abc | abc class | tier | category | customer class | customer segment | grade |
        priority class | type | sector | channel type | klasse | abc klasse | kundenklasse | kategorie |
        kundensegment | kundegruppe | gruppe | kategori | kundesegment | сегмент | категория | класс |
        группа | тип | abc категория | формат | категория клиента | segmento | categorie | classe |
        categoria | clase
    """,
    "industry": """
        industry | industry code | branch of trade | line of business | business type | trade | branche |
        wirtschaftszweig | gewerbe | erhverv | отрасль | сфера | сфера деятельности | вид деятельности | secteur |
        secteur d activite | industrie | sector economico | industria | rubro
    """,
    "visit_type": """
        visit type | type of visit | kind of visit | visit kind | visit category | activity type | purpose of visit |
        visit purpose | besuchsart | besuchstyp | art des besuchs | besuchszweck | besogstype | type besog |
        besogets formal | тип визита | вид визита | тип посещения | вид посещения | цель визита | type de visite |
        type visite | objet de la visite | tipo de visita | tipo visita | motivo de la visita
    """,
    "visits_per_year": """
        visits per year | visits a year | annual visits | visits yearly | yearly visits | visit frequency |
        visits | frequency | call frequency | visit rate | calls per year | visits year | freq | besuche pro
        jahr | besuche jahr | besuche | besuchsfrequenz | besuchsrhythmus | besuchshaufigkeit | frequenz |
        rhythmus | turnus | besuchsturnus | besog pr ar | besog per ar | besog om aret | besogsfrekvens |
        frekvens | besog | визитов в год | посещений в год | частота посещений | частота визитов | частота |
        визиты | периодичность | количество визитов | визиты в год | периодичность посещений | частота
        посещения | visites par an | frequence de visite | frequence des visites | frequence | visites |
        visites annuelles | visitas por ano | visitas al ano | frecuencia de visita | frecuencia de visitas
        | frecuencia | visitas | visitas anuales | calls year | visits per annum | nombre de visites par an
        | numero de visitas al ano | визитов год | besuche im jahr
    """,
    "visits_per_month": """
        visits per month | visits a month | monthly visits | visits month | besuche pro monat | besuche
        monat | besog pr maned | besog om maneden | визитов в месяц | посещений в месяц | визиты в месяц |
        visites par mois | visitas por mes | visitas al mes | visitas mensuales | calls per month | calls
        month | визитов в мес | посещений в мес | визитов мес | во визитов в месяц | во визитов в мес |
        besuche im monat | nombre de visites par mois
    """,
    "visits_per_week": """
        visits per week | visits a week | weekly visits | visits week | besuche pro woche | besuche woche |
        besog pr uge | besog om ugen | визитов в неделю | посещений в неделю | визиты в неделю | visites par
        semaine | visitas por semana | visitas a la semana | calls per week | calls week | визитов в нед |
        визитов нед | besuche in der woche
    """,
    "weeks_between_visits": """
        weeks between visits | visit interval weeks | interval weeks | cycle weeks | visit cycle weeks |
        every weeks | besuchsintervall wochen | intervall wochen | besuchsrhythmus wochen | uger mellem
        besog | интервал недель | недель между визитами | semaines entre visites | semanas entre visitas
    """,
    "days_between_visits": """
        days between visits | visit interval days | interval days | visit interval | besuchsintervall tage |
        intervall tage | tage zwischen besuchen | dage mellem besog | дней между визитами | интервал дней |
        jours entre visites | dias entre visitas
    """,
    "last_visit": """
        last visit | last visit date | last visited | date of last visit | last call | last call date |
        letzter besuch | datum letzter besuch | letzter besuch am | letztes besuchsdatum | sidste besog |
        seneste besog | последний визит | дата последнего визита | последнее посещение | дата последнего
        посещения | derniere visite | date derniere visite | date de derniere visite | ultima visita | fecha
        ultima visita | fecha de ultima visita
    """,
    "service_min": """
        visit duration | visit minutes | duration | minutes | visit length | service minutes | service min |
        service time | visit time | duration min | duration minutes | visit duration min | visit duration
        minutes | time on site | call duration | min per visit | minutes per visit | mins | besuchsdauer |
        dauer | besuchszeit | minuten | besuchsdauer min | besuchsdauer minuten | dauer min | dauer minuten
        | aufenthaltsdauer | besogstid | varighed | besogsvarighed | minutter | varighed min | длительность
        визита | длительность | продолжительность визита | продолжительность | время визита | минут | минуты
        | длительность мин | длительность визита мин | время в точке | duree visite | duree de visite |
        duree de la visite | duree | duree min | duracion | duracion visita | duracion de la visita |
        duracion de visita | duracion min | minutos | time min | time minutes | dauer in min | dauer in
        minuten | время мин | время визита мин | temps min | tiempo min
    """,
    "service_h": """
        visit hours | hours per visit | duration hours | visit duration hours | visit duration h | duration
        h | dauer stunden | dauer std | dauer h | besuchsdauer std | besuchsdauer stunden | varighed timer |
        длительность часов | длительность ч | duree heures | duree h | duracion horas | duracion h
    """,
    "value": """
        actual sales | sales | revenue | turnover | annual sales | annual revenue | sales value | sales last
        year | value | sales eur | sales usd | amount | umsatz | jahresumsatz | umsatz vorjahr | ist umsatz
        | umsatz ist | umsatz eur | erlos | omsaetning | salg | arsomsaetning | продажи | выручка | оборот |
        объем продаж | факт | факт продаж | продажи факт | товарооборот | объем | chiffre d affaires |
        chiffre affaires | ca | ventes | ca annuel | ventas | facturacion | volumen de ventas | ventas
        anuales | ingresos
    """,
    "potential": """
        potential | sales potential | potential sales | market potential | potential value | potential eur |
        potenzial | umsatzpotenzial | umsatzpotential | potentiale | potenziale | potentiale umsatz |
        salgspotentiale | потенциал | потенциал продаж | potentiel | potentiel de vente | potencial |
        potencial de ventas
    """,
    "opening_hours": """
        opening hours | open hours | hours | business hours | opening times | visiting hours | working hours
        | offnungszeiten | oeffnungszeiten | geschaftszeiten | besuchszeiten | abningstider | abningstid |
        часы работы | время работы | режим работы | график работы | horaires | heures d ouverture | horaires
        d ouverture | horario | horarios | horario de apertura
    """,
    "locked": """
        locked | lock | fixed | pinned | keep rep | do not move | keep | gesperrt | fixiert | fest |
        gebunden | last | fastlast | laast | закреплен | зафиксирован | заблокирован | фикс | не передавать
        | закрепление | verrouille | bloque | fixe | bloqueado | fijo | fijado
    """,
    "key_account": """
        key account | key account owner | key account manager | named account | named owner | named rep | named |
        key customer | key client | strategic account | national account | global account | kam | schlusselkunde |
        schlusselkundenbetreuer | grosskunde | namentlich | noglekunde | storkunde | ключевой клиент |
        ключевой | кам | именной клиент | персональный клиент | compte cle | grand compte | cuenta clave | gran cuenta
    """,
    "skills": """
        required skills | required skill | skills required | skill required | needed skills | needed skill | needs
        skill | skills | skill | qualification | qualifications | required qualification | benotigte qualifikation |
        erforderliche qualifikation | qualifikation | qualifikationen | fahigkeit | fahigkeiten | kenntnisse |
        faerdighed | faerdigheder | kompetence | kompetencer | навык | навыки | требуемые навыки | нужный навык |
        квалификация | competence requise | competences requises | competence | competences | habilidad requerida |
        habilidades requeridas | habilidad | habilidades
    """,
    **WISH_FIELDS,
}

REP_FIELDS: Mapping[str, str] = {
    "name": """
        name | rep | rep name | sales rep | salesperson | representative | employee | agent | sales agent |
        mitarbeiter | vertreter | aussendienst | aussendienstmitarbeiter | verkaufer | navn | saelger |
        konsulent | medarbejder | имя | фио | сотрудник | торговый представитель | представитель | тп | nom
        | representant | commercial | vendeur | nombre | vendedor | representante | comercial
    """,
    "address": """
        home address | address | home | street | street address | adresse | strasse | wohnadresse |
        anschrift | heimatadresse | privatadresse | hjemmeadresse | bopael | адрес | домашний адрес | улица
        | место старта | адрес дома | adresse domicile | domicile | direccion | domicilio | calle | start
        address
    """,
    "house": ACCOUNT_FIELDS["house"],
    "city": f"{ACCOUNT_FIELDS['city']} | home city | home town",
    "postcode": f"{ACCOUNT_FIELDS['postcode']} | home postcode | home zip",
    "region": ACCOUNT_FIELDS["region"],
    "country": f"{ACCOUNT_FIELDS['country']} | home country",
    "lat": f"{ACCOUNT_FIELDS['lat']} | home lat | home latitude | start lat",
    "lon": f"{ACCOUNT_FIELDS['lon']} | home lon | home lng | home longitude | start lon",
    "latlon": f"{ACCOUNT_FIELDS['latlon']} | home coordinates | home location",
    "weekdays": """
        weekdays | days | working days | work days | workdays | arbeitstage | wochentage | tage | ugedage |
        arbejdsdage | dage | дни | рабочие дни | дни недели | jours | jours de travail | jours travailles |
        dias | dias laborables | dias de trabajo
    """,
    "shift": """
        shift | hours | working hours | work hours | work time | arbeitszeit | schicht | arbeitszeiten |
        arbejdstid | vagt | смена | рабочее время | часы работы | график | horaires | horaire | horario |
        jornada | turno
    """,
    "shift_start": """
        shift start | start | start time | from | begin | starts at | work start | arbeitsbeginn | beginn |
        von | schichtbeginn | start arbeit | starttid | mode | начало | начало работы | начало смены | с |
        debut | heure debut | de | inicio | hora inicio | desde
    """,
    "shift_end": """
        shift end | end | end time | to | until | ends at | work end | arbeitsende | ende | bis |
        schichtende | slut | sluttid | конец | конец работы | конец смены | окончание | до | fin | heure fin
        | a | hora fin | hasta
    """,
    "days_per_year": """
        days per year | days a year | net days | net days per year | working days per year | field days |
        days year | selling days | arbeitstage pro jahr | nettotage | netto arbeitstage | tage pro jahr |
        reisetage | aussendiensttage | dage pr ar | arbejdsdage pr ar | дней в год | рабочих дней в году |
        рабочих дней в год | дни в год | jours par an | jours ouvres par an | dias por ano | dias al ano
    """,
    "holidays": WISH_FIELDS["holiday_calendar"],
    "days_off": """
        days off | leave | leave dates | vacation | absences | absent | absence dates | urlaub | urlaubstage |
        abwesenheit | abwesenheiten | abwesend | ferie | feriedage | fravaer | отпуск | отсутствие | отсутствия |
        даты отпуска | conges | absence | vacaciones | ausencias
    """,
    "nights_away": """
        nights away | overnight | overnight stays | overnight stay | nights out | ubernachtung | ubernachtungen |
        auswarts ubernachten | overnatning | overnatninger | ночевки | ночевка | nuitees | nuits dehors | pernoctaciones
    """,
    "capacity": """
        capacity | vehicle capacity | van capacity | load capacity | units per day | kapazitat | ladekapazitat |
        fahrzeugkapazitat | kapacitet | lasteevne | вместимость | грузоподъемность | capacite | capacite vehicule |
        capacidad | capacidad vehiculo
    """,
    "depot": """
        depot | warehouse | depot coordinates | depot location | lager | depotkoordinaten | lager koordinaten |
        lagersted | склад | депо | координаты склада | entrepot | almacen | deposito
    """,
    "reload_min": """
        reload minutes | reload min | loading minutes | minutes to reload | reload time | ladezeit | lademinuten |
        beladezeit | laessetid | lastetid | минут на загрузку | время загрузки | minutes de chargement |
        temps de chargement | minutos de carga | tiempo de carga
    """,
    "depot_start": """
        starts at depot | depot start | start at depot | day starts at depot | beginnt am lager | start am lager |
        start ved lager | начинает со склада | старт со склада | depart du depot | commence au depot |
        empieza en almacen
    """,
    "week_h": """
        hours per week | hours a week | weekly hours | max hours per week | most hours a week | field hours per week |
        wochenstunden | stunden pro woche | stunden je woche | timer pr uge | timer om ugen | часов в неделю |
        heures par semaine | horas por semana | horas semanales
    """,
    "share_of_full_time": """
        share of full time | full time share | fte | part time | employment | employment share | workload
        share | percent | teilzeit | beschaftigungsgrad | arbeitszeitanteil | anteil | pensum |
        stellenanteil | deltid | beskaeftigelsesgrad | ставка | занятость | доля ставки | доля | temps
        partiel | taux | etp | quotite | jornada parcial | tiempo parcial | dedicacion
    """,
    "skills": """
        skills | skill | qualifications | products | languages | specialities | fahigkeiten | kenntnisse |
        qualifikationen | qualifikation | sprachen | faerdigheder | kompetencer | sprog | навыки | умения |
        квалификация | языки | competences | competence | langues | habilidades | competencias | idiomas
    """,
}

CHANNEL_NAMES = """
    channel | contact | contact channel | medium | mode | kanal | kontaktkanal | kontaktart | канал | способ |
    канал связи | canal | moyen | medio
"""
POLICY_FIELDS: Mapping[str, str] = {
    **{
        field: ACCOUNT_FIELDS[field]
        for field in (
            "segment",
            "visits_per_year",
            "visits_per_month",
            "visits_per_week",
            "weeks_between_visits",
            "service_min",
        )
    },
    "channel": CHANNEL_NAMES,
}
VISIT_TYPE_FIELDS: Mapping[str, str] = {
    "visit_type": f"{ACCOUNT_FIELDS['visit_type']} | type | code | kind | name | art | typ | тип | вид | код | tipo",
    "service_min": ACCOUNT_FIELDS["service_min"],
    "workload_weight": """
        workload weight | weight | weight of work | factor | gewicht | gewichtung | faktor | arbeitsgewicht | vaegt |
        вес | вес работы | коэффициент | poids | coefficient | facteur | peso | factor de trabajo | ponderacion
    """,
}

# Words for the account itself, taken off a header before the second look.
ENTITY = word_set(
    """
    account addr billing business butik client cliente company customer de del du facility filiale
    firm firma geo gps home klient kunde kunden kundens la location magasin mailing main markt
    outlet partner primary shipping shop site store the tienda visit visiting wgs84 клиент клиента
    контрагента магазин магазина точка точки тт anzahl antal количество
    кол
    """
)

type Meanings = Mapping[str, tuple[tuple[str, int], ...]]
"""Column name without blanks -> each field it can mean, with its rank in that field's order."""


def phrases(fields: Mapping[str, str]) -> Meanings:
    """Every known column name; a few mean more than one thing ("location"), and then the values decide."""
    out: dict[str, tuple[tuple[str, int], ...]] = {}
    for field, text in fields.items():
        for rank, phrase in enumerate([field.replace("_", " "), *text.split("|")]):
            words = squeezed(header_words(phrase))
            if words and field not in (known for known, _ in out.get(words, ())):
                out[words] = (*out.get(words, ()), (field, rank))
    return out


def squeezed(words: str) -> str:
    """Words run together, so that "post code" and "postcode" are one."""
    return words.replace(" ", "")
