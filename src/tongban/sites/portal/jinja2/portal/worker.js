// Keeps this one page, what it is made of and what it last fetched, so that it opens without a network.
const KEPT = "tongban-{{ start|replace('/', '') }}";
const START = "{{ start }}";

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && address.pathname === START) event.respondWith(page(request));
  else if (address.pathname.startsWith("{{ static('') }}")) event.respondWith(asset(request));
});

/** The page of the network, else the one kept; an answer that led elsewhere is not kept. */
async function page(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await kept.put(START, answer.clone());
    return answer;
  } catch (gone) {
    const found = await kept.match(START);
    if (found) return found;
    throw gone;
  }
}

/** Names of assets carry a hash of their content: what is kept is what would be fetched. */
async function asset(request) {
  const kept = await caches.open(KEPT);
  const found = await kept.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await kept.put(request, answer.clone());
  return answer;
}
