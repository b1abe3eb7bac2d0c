// What stays in this browser: IndexedDB, by name of the drawer and key.
const NAME = "tongban-licences";
const DRAWERS = ["licences", "verifier"];

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => DRAWERS.forEach((drawer) => request.result.createObjectStore(drawer));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(drawer, mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const request = work(database.transaction(drawer, mode).objectStore(drawer));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

export const put = (drawer, key, value) => run(drawer, "readwrite", (store) => store.put(value, key));
export const get = (drawer, key) => run(drawer, "readonly", (store) => store.get(key));
export const all = (drawer) => run(drawer, "readonly", (store) => store.getAll());
export const remove = (drawer, key) => run(drawer, "readwrite", (store) => store.delete(key));
