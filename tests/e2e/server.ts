/** The real program on a free port with data of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const patience = 30_000;

export class Server {
  readonly url: string;
  #process: ChildProcess | undefined;
  #log = "";
  #killedAt = 0;

  private constructor(
    private readonly port: number,
    private readonly data: string,
    private readonly settings: Record<string, string>,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts a server with fresh data; `settings` are further PARLANCE_… variables. */
  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), "parlance-e2e-"));
    const server = new Server(await freePort(), data, settings);
    await server.#launch();
    return server;
  }

  /** Ends the program at once, as a power cut would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
    this.#killedAt = Date.now();
  }

  /** Starts the program again after it was killed, but lets it be dead for so long. */
  async revive(after: number): Promise<void> {
    await delay(Math.max(0, this.#killedAt + after - Date.now()));
    await this.#launch();
  }

  /** Starts the program again, with the same address and data; a running one is first asked to end. */
  async restart(): Promise<void> {
    await this.#end("SIGTERM");
    await this.#launch();
  }

  /** Ends the program and removes its data. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    await rm(this.data, { recursive: true, force: true });
  }

  /** What the program wrote so far, over all its starts. */
  get log(): string {
    return this.#log;
  }

  async #launch(): Promise<void> {
    const program = process.env.PARLANCE_BIN ?? resolve(import.meta.dirname, "../../target/debug/parlance");
    const child = spawn(program, ["serve"], {
      cwd: this.data,
      env: {
        ...ownEnvironment(),
        PARLANCE_LISTEN: `127.0.0.1:${this.port}`,
        PARLANCE_DATA_DIR: this.data,
        ...this.settings,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let failure: Error | undefined;
    child.on("error", (error) => (failure = error));
    const keep = (text: Buffer) => (this.#log += text.toString());
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    this.#process = child;
    // Whatever ends this worker ends its server.
    process.once("exit", () => child.kill("SIGKILL"));

    const started = Date.now();
    while (!(await this.#isReady())) {
      if (failure || child.exitCode !== null || Date.now() - started > patience) {
        await this.#end("SIGKILL");
        throw new Error(`the server did not start: ${failure ?? this.#log}`);
      }
      await delay(50);
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
    } catch {
      return false;
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    const last = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(last);
  }
}

/** Without our own settings: the program refuses variables of its name that it does not know. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PARLANCE_")));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
