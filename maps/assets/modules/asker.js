import { t } from "./live_words.js";

/** Asks the server of this page, and says in one kind of error whatever it refuses. */

export class Refused extends Error {
  /** @param {number} status @param {any} body */
  constructor(status, body) {
    super(body.detail || `${status}`);
    this.status = status;
    this.body = body;
  }
}

/** @param {string} root of the application @param {(answer: Response) => void} [heard] what was answered, refused or not */
export function asker(root, heard = () => undefined) {
  /**
   * @param {string} method @param {string} path @param {any} [body] @param {Record<string, string>} [headers]
   * @returns {Promise<any>}
   */
  return async function ask(method, path, body, headers = {}) {
    let answer;
    try {
      answer = await fetch(`${root}${path}`, {
        method,
        credentials: "same-origin",
        headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch {
      throw new Refused(0, { detail: t("The server cannot be reached; nothing was changed.") });
    }
    const said = await answer.json().catch(() => ({}));
    heard(answer);
    if (!answer.ok) throw new Refused(answer.status, said);
    return said;
  };
}
