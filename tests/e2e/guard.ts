/** What must never happen in any test: errors in the console, a refused resource, a token in an address. */
import { expect, type BrowserContext, type Page } from "@playwright/test";
import type { Server } from "./server.ts";

export class Guard {
  readonly #problems: string[] = [];
  readonly #tolerated: RegExp[] = [];
  readonly #addresses = new Set<string>();
  readonly #tokens = new Set<string>();

  /** Watches every page that this context opens. */
  async watch(context: BrowserContext): Promise<void> {
    // A refusal by the content security policy is an event before it is a line in the console.
    await context.addInitScript(() =>
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`),
      ),
    );
    context.on("page", (page) => this.#watchPage(page));
    context.on("request", (request) => {
      this.#addresses.add(request.url());
      const bearer = request.headers()["authorization"]?.replace(/^Bearer /, "");
      if (bearer) this.#tokens.add(bearer);
    });
  }

  /** This test causes errors of this kind on purpose: the browser reports every refused request in its console. */
  tolerate(...problems: RegExp[]): void {
    this.#tolerated.push(...problems);
  }

  /** At the end of each test. */
  check(server: Server): void {
    const surprises = this.#problems.filter((problem) => !this.#tolerated.some((known) => known.test(problem)));
    expect(surprises, "nothing in the browsers' consoles").toEqual([]);
    const told = [...this.#tokens].filter((token) => [...this.#addresses].some((url) => url.includes(token)) || server.log.includes(token));
    expect(told, "no token in an address or in the log").toEqual([]);
  }

  #watchPage(page: Page): void {
    page.on("pageerror", (error) => this.#problems.push(`${error.stack ?? error}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.#problems.push(`${message.text()} (${message.location().url})`);
    });
    page.on("websocket", (socket) => this.#addresses.add(socket.url()));
  }
}
