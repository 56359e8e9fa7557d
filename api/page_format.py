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

    def long_day(day: date) -> str:
        named = {"weekday": weekdays[day.weekday()], "day": day.day, "month": months[day.month - 1]}
        return _("%(weekday)s, %(day)d %(month)s") % named

    def short_day(day: date) -> str:
        return _("%(weekday)s %(day)d %(month)s") % {
            "weekday": short[day.weekday()],
            "day": day.day,
            "month": months[day.month - 1][:3],
        }

    def weekday(day: date) -> str:
        return weekdays[day.weekday()]

    def day_month(day: date) -> str:
        return _("%(day)d %(month)s") % {"day": day.day, "month": months[day.month - 1][:3]}

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
        "visits": visits,
        "short_reason": reason,
    }
