// Keeps the client itself on this device, so that it opens without a network: the page of one build and every file that
// this page names. The page is the list of what belongs to the build, so this script need not change with each of them.
// The API, its sockets and its documentation are none of its business.
"use strict";

const KEPT = "parlance-client-1";
const PAGE = "/";
const PICTURES = ["/icons.svg", "/art.svg", "/favicon.svg", "/icon-maskable.svg", "/manifest.webmanifest"];
const NOT_OURS = /^\/(api|docs|healthz|readyz)(\/|$)/;
// Such a name never holds anything else.
const HASHED = /-[0-9a-f]{16}(_bg)?\.\w+$/;
const PATIENCE_MS = 3000;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(fetch(PAGE, { cache: "no-cache" }).then(take));
});

addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

async function activate() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
  await registration.navigationPreload?.enable();
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin || NOT_OURS.test(pathname)) return;
  if (mode === "navigate") {
    // A path with an ending names a file.
    if (!/\.\w+$/.test(pathname)) event.respondWith(page(event));
  } else if (HASHED.test(pathname)) {
    event.respondWith(file(pathname));
  } else if (PICTURES.includes(pathname)) {
    event.respondWith(fetch(event.request).catch(async () => (await kept(pathname)) ?? Response.error()));
  }
});

/** From the server, so that a new build is noticed; the kept one if the server does not answer soon, or only that it is ill. */
async function page(event) {
  const asked = Promise.resolve(event.preloadResponse).then((early) => early ?? fetch(event.request));
  const late = new Promise((_, give_up) => setTimeout(give_up, PATIENCE_MS));
  try {
    const answer = await Promise.race([asked, late]);
    if (answer.status < 500) {
      event.waitUntil(take(answer.clone()).catch(() => {}));
      return answer;
    }
  } catch {}
  return (await kept(PAGE)) ?? asked;
}

async function file(path) {
  return (await kept(path)) ?? (await load(path)).clone();
}

const loading = new Map();

/** Loads and keeps a file, once for all who ask for it at the same time. */
function load(path) {
  if (!loading.has(path)) {
    const loaded = fetch(path, HASHED.test(path) ? {} : { cache: "no-cache" }).then(async (answer) => {
      if (answer.ok) await (await caches.open(KEPT)).put(path, answer.clone());
      return answer;
    });
    loading.set(path, loaded);
    loaded.catch(() => {}).then(() => loading.delete(path));
  }
  return loading.get(path);
}

/** Keeps a build: its files first and its page last, so that the kept page never names a file that is not there. */
async function take(answer) {
  const isPage = answer.ok && !answer.redirected && /html/.test(answer.headers.get("content-type"));
  const html = isPage ? await answer.clone().text() : "";
  if (!html.includes("parlance-app") || html === (await (await kept(PAGE))?.text())) return;
  const files = new Set([...PICTURES, ...(html.match(/\/[\w.-]+-[0-9a-f]{16}(_bg)?\.\w+/g) ?? [])]);
  for (const path of files) {
    if (HASHED.test(path) && (await kept(path))) continue;
    if (!(await load(path)).ok) throw new Error(path);
  }
  const cache = await caches.open(KEPT);
  await cache.put(PAGE, answer);
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url);
    if (pathname !== PAGE && !files.has(pathname)) await cache.delete(url);
  }
}

async function kept(path) {
  return await (await caches.open(KEPT)).match(path, { ignoreVary: true });
}
