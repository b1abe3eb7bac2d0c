// The page opens without a network once its worker has kept it and what it is made of.
export async function install(scope) {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(`${scope}worker.js`, { scope });
  const registration = await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => {
      navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
      if (navigator.serviceWorker.controller) resolve();
    });
  }
  const kept = await caches.open(`tongban-${scope.replaceAll("/", "")}`);
  const parts = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], svg use")];
  const addresses = new Set(parts.map((part) => (part.src || part.href?.baseVal || part.href).split("#")[0]));
  for (const entry of performance.getEntriesByType("resource")) {
    if (entry.name.includes("/static/")) addresses.add(entry.name);
  }
  const page = await fetch(scope);
  if (page.ok && !page.redirected) await kept.put(scope, page);
  await Promise.all([...addresses].map((address) => kept.match(address).then((found) => found ?? kept.add(address))));
  document.documentElement.dataset.offline = "ready";
  return registration;
}
