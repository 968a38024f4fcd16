/** A person as the API knows them: quick ways to what a test needs before it begins. */
import { randomBytes } from "node:crypto";

export const password = "correct horse battery";

export type Message = { id: string; seq: number; author_id: string; nonce?: string; content: { type: string; body?: string } };
type SignedIn = { user: { id: string; username: string; display_name: string }; access_token: string };
type Room = { visibility?: "public" | "private"; alias?: string; topic?: string; people?: Account[] };

/** How a request is made: with `fetch`, or as a browser would, which keeps the cookie. */
export type Post = (url: string, body: object) => Promise<SignedIn>;

export class Account {
  private constructor(
    readonly url: string,
    readonly id: string,
    readonly username: string,
    readonly name: string,
    private readonly token: string,
  ) {}

  static async register(url: string, username: string, name: string, post: Post = postJson): Promise<Account> {
    const email = `${username}@harbour.example`;
    const signedIn = await post(`${url}/api/v1/auth/register`, { username, email, password, display_name: name });
    return new Account(url, signedIn.user.id, username, name, signedIn.access_token);
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.token}` };
    if (body) headers["content-type"] = "application/json";
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    return await read<T>(answer);
  }

  /** A new room; its id. */
  async room(name: string, { visibility = "private", alias, topic, people = [] }: Room = {}): Promise<string> {
    const room = { kind: "room", name, alias, topic, visibility, user_ids: people.map((person) => person.id) };
    return (await this.call<{ id: string }>("POST", "/conversations", room)).id;
  }

  /** The direct conversation with somebody, which begins with these words; its id. */
  async direct(other: Account, body: string): Promise<string> {
    const message = { nonce: newNonce(), body };
    return (await this.call<{ id: string }>("POST", "/conversations", { kind: "direct", user_id: other.id, message })).id;
  }

  async say(room: string, body: string): Promise<Message> {
    return await this.call("POST", `/conversations/${room}/messages`, { nonce: newNonce(), body });
  }

  /** Everything that was said in a conversation, as the server keeps it. */
  async history(room: string): Promise<Message[]> {
    const all: Message[] = [];
    for (;;) {
      const after = all.at(-1)?.seq ?? 0;
      const page = await this.call<{ messages: Message[]; at_end: boolean }>("GET", `/conversations/${room}/messages?after=${after}&limit=200`);
      all.push(...page.messages);
      if (page.at_end) return all;
    }
  }

  async texts(room: string): Promise<string[]> {
    return (await this.history(room)).flatMap((message) => message.content.body ?? []);
  }
}

async function postJson(url: string, body: object): Promise<SignedIn> {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return await read(answer);
}

async function read<T>(answer: Response): Promise<T> {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** A UUID of version 7. */
function newNonce(): string {
  const hex = Date.now().toString(16).padStart(12, "0") + "7" + randomBytes(2).toString("hex").slice(1) + "8" + randomBytes(8).toString("hex").slice(1);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
