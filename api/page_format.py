"""How pages write times, durations and days; the words through gettext."""

from datetime import date, datetime
from gettext import NullTranslations
from typing import Any


def formats(words: NullTranslations) -> dict[str, Any]:
    """Jinja filters in the language of these words."""
    _, ngettext = words.gettext, words.ngettext
    weekdays = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    short = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    months = (
        *(_("January"), _("February"), _("March"), _("April"), _("May"), _("June")),
        *(_("July"), _("August"), _("September"), _("October"), _("November"), _("December")),
    )

    def clock(moment: datetime) -> str:
        return f"{moment:%H:%M}"

    def duration(seconds: int) -> str:
        minutes = max(0, (seconds + 30) // 60)
        hours, rest = divmod(minutes, 60)
        if not hours:
            return _("%(min)d min") % {"min": rest}
        return _("%(h)d h %(min)02d min") % {"h": hours, "min": rest} if rest else _("%(h)d h") % {"h": hours}

    def long_day(day: date, today: date | None = None) -> str:
        named = {"weekday": weekdays[day.weekday()], "day": day.day, "month": months[day.month - 1], "year": day.year}
        return (
            _("%(weekday)s, %(day)d %(month)s %(year)d") if far(day, today) else _("%(weekday)s, %(day)d %(month)s")
        ) % named

    def short_day(day: date, today: date | None = None) -> str:
        named = {"weekday": short[day.weekday()], "day": day.day, "month": months[day.month - 1][:3], "year": day.year}
        return (
            _("%(weekday)s %(day)d %(month)s %(year)d") if far(day, today) else _("%(weekday)s %(day)d %(month)s")
        ) % named

    def far(day: date, today: date | None) -> bool:
        """Another year than that of today: the day says which."""
        return today is not None and day.year != today.year

    def weekday(day: date) -> str:
        return weekdays[day.weekday()]

    def day_month(day: date) -> str:
        return _("%(day)d %(month)s") % {"day": day.day, "month": months[day.month - 1][:3]}

    def km(metres: int) -> str:
        return _("%(km)s km") % {"km": f"{metres / 1000:.1f}" if metres < 99_950 else str(round(metres / 1000))}

    def visits(count: int) -> str:
        return ngettext("%(count)d visit", "%(count)d visits", count) % {"count": count}

    def reason(text: str) -> str:
        """The short form of a solver's reason: up to the first colon, comma or semicolon."""
        return text.partition(";")[0].partition(":")[0].partition(",")[0]

    return {
        "clock": clock,
        "duration": duration,
        "long_day": long_day,
        "short_day": short_day,
        "weekday": weekday,
        "day_month": day_month,
        "km": km,
        "visits": visits,
        "short_reason": reason,
    }
