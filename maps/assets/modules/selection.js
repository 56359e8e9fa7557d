import { el, facts } from "./dom.js";
import { Lasso } from "./lasso.js";

/** Accounts chosen with the lasso: how many, how much work, whose, and the list as a file. */

/**
 * @param {{map: any, cloud: any, plan: any, card: HTMLElement, button: HTMLElement, close: () => void}} parts
 */
export function selection({ map, cloud, plan, card, button, close }) {
  const lasso = new Lasso(map);
  const press = (/** @type {boolean} */ on) => button.setAttribute("aria-pressed", String(on));
  button.addEventListener("click", () => {
    if (lasso.enabled()) lasso.disable();
    else lasso.enable();
    press(lasso.enabled());
  });
  lasso.on("end", () => press(false));
  lasso.on("lasso", (/** @type {any} */ event) => {
    const points = cloud.inside(event.ring);
    cloud.select(points);
    show(points.map((/** @type {number} */ point) => cloud.row[point]));
  });

  /** @param {number[]} rows */
  function show(rows) {
    const { t, number } = plan;
    const accounts = rows.map((row) => plan.account(row));
    const sum = (/** @type {(account: any) => number} */ of) => accounts.reduce((total, account) => total + (of(account) || 0), 0);
    const value = sum((account) => account.value);
    const list = el("button", { type: "button", class: "button", text: t("save_list"), onclick: () => save(plan, accounts) });
    card.setAttribute("aria-label", t("chosen"));
    card.replaceChildren(
      el("h2", { text: t("chosen") }),
      el("button", { type: "button", class: "close", "aria-label": t("close"), text: "×", onclick: close }),
      facts([
        [t("accounts"), number(rows.length)],
        [t("visits_a_year"), number(sum((account) => account.visits))],
        [t("service_hours_a_year"), number(sum((account) => (account.visits * account.minutes) / 60))],
        [t("value"), value ? number(value) : ""],
      ]),
      ...(rows.length ? [owners(plan, accounts), list] : []),
    );
    card.hidden = false;
    card.focus();
  }

  return { clear: () => cloud.select([]) };
}

/** @param {any} plan @param {any[]} accounts */
function owners(plan, accounts) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const { zone } of accounts) counts.set(zone, (counts.get(zone) || 0) + 1);
  const rows = [...counts].sort((a, b) => b[1] - a[1]).map(([zone, count]) =>
    el("li", {}, el("span", { class: `badge tone-${plan.zones[zone].color}`, text: zone + 1 }), ` ${plan.zones[zone].rep || plan.zones[zone].name} `, el("b", { text: plan.number(count) })),
  );
  return el("ul", { class: "owners" }, ...rows);
}

/** The list as a CSV file; a cell that a spreadsheet would run as a formula gets an apostrophe. @param {any} plan @param {any[]} accounts */
function save(plan, accounts) {
  const cell = (/** @type {any} */ value) => `"${String(value).replace(/^[=+\-@\t\r]/, "'$&").replace(/"/g, '""')}"`;
  const head = ["id", "name", "address", "rep", "lat", "lon", "visits_per_year", "service_min"];
  const rows = accounts.map((a) => [a.id, a.name, a.address, a.rep, a.lat.toFixed(6), a.lon.toFixed(6), a.visits, a.minutes].map((value, k) => (k < 4 ? cell(value) : value)));
  const text = `\uFEFF${[head, ...rows].map((row) => row.join(",")).join("\r\n")}\r\n`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  el("a", { href: address, download: `${plan.t("accounts")}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
