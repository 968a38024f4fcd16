/** The people of a test: an account, a browser of their own, and what they do with it. */
import { expect, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "@playwright/test";
import { Account, password } from "./account.ts";
import type { Guard } from "./guard.ts";
import type { Server } from "./server.ts";

export class People {
  readonly #contexts: BrowserContext[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly server: Server,
    private readonly guard: Guard,
    private readonly named: (person: string) => string,
  ) {}

  /** Somebody new, signed in, with the client open at this path. */
  async enter(person: string, path = "/", options: BrowserContextOptions = {}): Promise<Person> {
    const context = await this.browse(options);
    const username = this.named(person);
    const account = await Account.register(this.server.url, username, displayName(username), async (url, data) => {
      const answer = await context.request.post(url, { data });
      expect(answer.status(), await answer.text()).toBe(201);
      return await answer.json();
    });
    const somebody = new Person(account, context, await context.newPage());
    await somebody.opens(path);
    return somebody;
  }

  /** Somebody new without a browser. */
  async account(person: string): Promise<Account> {
    const username = this.named(person);
    return await Account.register(this.server.url, username, displayName(username));
  }

  /** The same person on another device. */
  async again(account: Account, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await this.browse(options);
    const answer = await context.request.post(`${this.server.url}/api/v1/auth/login`, { data: { login: account.username, password } });
    expect(answer.status()).toBe(200);
    const somebody = new Person(account, context, await context.newPage());
    await somebody.opens("/");
    return somebody;
  }

  /** A browser in which nobody is signed in. */
  async browse(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({ baseURL: this.server.url, ...options });
    await this.guard.watch(context);
    this.#contexts.push(context);
    return context;
  }

  async leave(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
  }
}

export class Person {
  constructor(
    readonly account: Account,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  get name(): string {
    return this.account.name;
  }

  /** Another tab of the same browser. */
  async tab(path: string): Promise<Person> {
    const tab = new Person(this.account, this.context, await this.context.newPage());
    await tab.opens(path);
    return tab;
  }

  async opens(path: string): Promise<void> {
    await this.page.goto(path);
    await this.isLive();
  }

  async isLive(): Promise<void> {
    await expect(this.page.locator("html")).toHaveAttribute("data-conn", "live", { timeout: 15_000 });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: /^Message / });
  }

  /** Writes and sends a message in the open conversation. */
  async says(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** The rows of messages, oldest first. */
  get messages(): Locator {
    return this.page.getByRole("feed").locator("article[data-send]");
  }

  /** The row of the message with this text. */
  message(text: string): Locator {
    return this.messages.filter({ has: this.page.locator("[data-body]", { hasText: exactly(text) }) });
  }

  /** What is on screen in the open conversation, in its order. */
  async texts(): Promise<string[]> {
    return await this.page.getByRole("feed").locator("[data-body]").allTextContents();
  }

  /** The row of a conversation in the list. */
  listed(room: string): Locator {
    return this.page.locator(`aside a[data-room="${room}"]`);
  }

  /** The id of the open conversation. */
  async openRoom(): Promise<string> {
    await this.page.waitForURL(/\/c\/[0-9a-f-]{36}/);
    return /\/c\/([0-9a-f-]{36})/.exec(this.page.url())![1]!;
  }

  get title(): Locator {
    return this.page.getByRole("main").getByRole("heading", { level: 2 });
  }
}

export function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}

/** "ann_x1" is called "Ann x1". */
function displayName(username: string): string {
  return `${username.charAt(0).toUpperCase()}${username.slice(1)}`.replace("_", " ");
}
