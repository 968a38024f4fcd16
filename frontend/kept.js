// What this device keeps of one person's conversations: texts under keys in IndexedDB, and never a token. Begins to read while
// the application still loads. Whatever is written names its owner, and is dropped unless it is the one for whom we keep:
// a tab that has not heard of a sign-out yet cannot bring anything back.
const OWNER = "owner";

const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open("parlance", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("kept");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** One transaction: everything that `work` does to the store, or nothing. */
async function change(work) {
  const transaction = (await opened).transaction("kept", "readwrite");
  const store = transaction.objectStore("kept");
  work(store, (told) => (store.get(OWNER).onsuccess = ({ target }) => told(target.result)));
  return transaction;
}

async function readAll() {
  const store = (await opened).transaction("kept").objectStore("kept");
  const ask = (request) => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = reject)));
  const [keys, texts] = await Promise.all([ask(store.getAllKeys()), ask(store.getAll())]);
  return keys.flatMap((key, place) => [key, texts[place]]);
}

let early = readAll();
early.catch(() => {});

globalThis.parlanceKept = {
  /** Keys and texts in turn. A device that does not answer soon has nothing. */
  read: () => Promise.race([[early, (early = null)][0] ?? readAll(), new Promise((give_up) => setTimeout(give_up, 1000, []))]),
  /** From now on we keep for this person, and for nobody else. */
  claim: (me) => change((store, whose) => whose((owner) => owner !== me && (store.clear(), store.put(me, OWNER)))),
  /** Keys and texts in turn; no text forgets the key. A page that is being left has no time for the owner's answer. */
  write: (me, pairs, leaving) =>
    change((store, whose) => {
      whose((owner) => owner !== me && store.transaction.abort());
      for (let at = 0; at < pairs.length; at += 2) pairs[at + 1] ? store.put(pairs[at + 1], pairs[at]) : store.delete(pairs[at]);
      if (leaving) store.transaction.commit();
    }),
  clear: () => change((store) => store.clear()),
};
