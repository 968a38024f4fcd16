/** What every test gets: one server for each worker, people with browsers of their own, and an eye on what must never happen. */
import { test as base } from "@playwright/test";
import { Account } from "./account.ts";
import { Guard } from "./guard.ts";
import { People } from "./people.ts";
import { Server } from "./server.ts";

type Shared = {
  server: Server;
  /** Runs the worker's server, and is in nobody's way. */
  owner: Account;
};
type Own = {
  /** Makes a user name out of a person's: tests share a server, so `ann` alone may be taken. */
  named: (person: string) => string;
  guard: Guard;
  people: People;
};

export const test = base.extend<Own, Shared>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],

  owner: [async ({ server }, use) => use(await Account.register(server.url, "olga", "Olga Quay")), { scope: "worker", auto: true }],

  baseURL: async ({ server }, use) => use(server.url),

  named: async ({}, use, info) => {
    const unique = `${info.workerIndex}${Date.now().toString(36).slice(-6)}`;
    await use((person) => `${person}_${unique}`);
  },

  guard: async ({ server }, use) => {
    const guard = new Guard();
    await use(guard);
    guard.check(server);
  },

  context: async ({ context, guard }, use) => {
    await guard.watch(context);
    await use(context);
  },

  people: async ({ browser, server, guard, named }, use) => {
    const people = new People(browser, server, guard, named);
    await use(people);
    await people.leave();
  },
});

export { expect } from "@playwright/test";
