"""Column names for what an account wishes of its visits; see `columns_words` for how they are read."""

from collections.abc import Mapping

WISH_FIELDS: Mapping[str, str] = {
    "blocked_until": """
        blocked until | call block until | do not visit before | no visit before | not before |
        block until | on hold until | visit not before | gesperrt bis | besuchssperre bis | sperre
        bis | nicht vor | nicht besuchen vor | blokeret indtil | ikke for | blokeret til |
        заблокирован до | не посещать до | не раньше | bloque jusqu au | pas avant | bloqueado hasta
        | no antes de
    """,
    "appointment": """
        appointment | next appointment | appointment date | agreed date | fixed date | next visit
        agreed | termin | nachster termin | besuchstermin | fester termin | aftale | naeste aftale |
        aftalt dato | встреча | дата встречи | назначенный визит | согласованная дата | rendez vous
        | rdv | prochain rendez vous | cita | proxima cita | fecha acordada
    """,
    "promised_by": """
        promised by | due by | visit by | visit due by | must be visited by | deadline | zugesagt
        bis | besuch bis | spatestens | spatestens bis | lovet inden | senest | обещано до |
        посетить до | не позднее | срок | promis pour | visiter avant | au plus tard | prometido
        para | visitar antes de | a mas tardar
    """,
    "contract": """
        contract | by contract | contractual | contract visits | visits by contract | vertraglich |
        vertrag | vertragsbesuche | kontrakt | kontraktbesog | по договору | договор | контракт |
        contrat | contractuel | por contrato | contrato
    """,
    "load": """
        load | load per visit | units per visit | volume per visit | boxes per visit | crates per visit | cargo
        | ladung | lademenge | menge je besuch | einheiten je besuch | last | laes | maengde pr besog | груз
        | объем на визит | единиц на визит | charge | charge par visite | volume par visite | carga | carga por visita
    """,
    "min_gap_days": """
        min days between visits | minimum days between visits | minimum days apart | min days apart
        | min gap days | at least days apart | mindestabstand | mindestabstand tage | mindestabstand
        in tagen | min dage mellem besog | mindste afstand dage | минимум дней между визитами | не
        чаще дней | minimum jours entre visites | ecart minimum jours | minimo dias entre visitas
    """,
    "visit_weekdays": """
        visit weekdays | visit days | visit day | preferred weekdays | preferred weekday | preferred
        day | agreed weekdays | weekday of visit | tour day | besuchstage | besuchstag | wunschtag |
        wunschtage | tourtag | besogsdage | besogsdag | onskedag | дни визитов | день визита | дни
        посещений | день посещения | jour de visite | jours de visite | dia de visita | dias de
        visita
    """,
    "ab_week": """
        a b week | ab week | week a b | a or b week | even odd week | odd even week | week parity |
        cycle week | a b woche | ab woche | wochenrhythmus a b | gerade ungerade woche | wochentyp |
        a b uge | lige ulige uge | неделя а б | четная нечетная неделя | четность недели | semaine a
        b | semaine paire impaire | semana a b | semana par impar
    """,
    "visits_by_month": """
        visits by month | visits each month | monthly pattern | seasonal visits | season pattern |
        visits jan dec | besuche je monat | besuche nach monat | saisonbesuche | besog efter maned |
        saesonbesog | визиты по месяцам | посещения по месяцам | сезонность визитов | visites par
        mois de l annee | visites saisonnieres | visitas de cada mes | visitas estacionales
    """,
    "phone_visits_per_year": """
        phone visits per year | phone visits a year | phone visits | telephone visits | remote
        visits per year | remote visits | video visits | phone contacts per year | visits by phone |
        telefonbesuche | telefonbesuche pro jahr | telefonkontakte pro jahr | telefontermine |
        videobesuche | telefonbesog | telefonbesog pr ar | визиты по телефону | звонков в год |
        телефонных визитов в год | visites par telephone | visites telephoniques | visitas por
        telefono | visitas telefonicas
    """,
    "usual_time": """
        usual time | usual visit time | preferred time | preferred hour | best time | time of day |
        wunschzeit | ubliche uhrzeit | bevorzugte uhrzeit | besuchsuhrzeit | onsket tid |
        saedvanligt tidspunkt | удобное время | обычное время | предпочтительное время | heure
        habituelle | heure preferee | hora habitual | hora preferida
    """,
    "holiday_calendar": """
        holiday calendar | public holidays | holidays | holiday region | feiertage |
        feiertagskalender | feiertage nach | helligdage | helligdagskalender | праздники |
        праздничные дни | календарь праздников | jours feries | calendrier des jours feries |
        festivos | calendario de festivos
    """,
}
