// 核验: reads a QR code, and checks what a phone shows without asking anybody, from keys and status lists fetched before.
import { Refused } from "./credentials/jose.js";
import { check, readList, verify } from "./credentials/sd-jwt.js";
import * as store from "./credentials/store.js";
import { install } from "./credentials/worker.js";

const given = JSON.parse(document.getElementById("verifier-data").textContent);
const { words, reasons } = given;
const SYNC_MS = 45_000;
const REMEMBERED_MS = 180_000;
const CLOCK_TOLERANCE_S = 30;
const A_DAY_S = 86_400;
const find = (selector) => document.querySelector(selector);
const video = find("[data-video]");
const pasted = find("[data-pasted]");
const used = new Map();
let known;
let nonce;
let stream;

async function begin() {
  find("[data-offline]").hidden = false;
  if (navigator.mediaDevices?.getUserMedia) find("[data-scan]").hidden = false;
  else find("[data-scan-offline]").hidden = true;
  newNonce();
  known = await store.get("verifier", "data");
  await sync();
  setInterval(sync, SYNC_MS);
  window.addEventListener("online", sync);
  await reader(); // its script belongs to what is kept
  await install("/verify/").catch(() => {});
}

/** Fetch keys and lists; the difference of the clocks is kept with them. */
async function sync() {
  try {
    const before = Date.now();
    const answer = await fetch(given.data, { cache: "no-store" });
    if (!answer.ok) throw new Error(`verification data answered ${answer.status}`);
    const data = await answer.json();
    known = { data, clockOffset: Date.parse(data.made_at) / 1000 - (before + Date.now()) / 2000 };
    await store.put("verifier", "data", known);
  } catch {
    // Without a network what was fetched before is used, and its age is said.
  }
  tellAge();
}

const now = () => Date.now() / 1000 + (known?.clockOffset ?? 0);

function tellAge() {
  find("[data-age]").textContent = known ? asOf(Math.max(0, now() - Date.parse(known.data.made_at) / 1000)) : words.never;
  const note = find("[data-clock]");
  const sentence = clockWords();
  note.hidden = !sentence;
  note.textContent = sentence;
}

function clockWords() {
  const offset = known?.clockOffset ?? 0;
  // Kept lists may be ten seconds old when they come: a small difference is none.
  if (Math.abs(offset) <= CLOCK_TOLERANCE_S) return "";
  if (Math.abs(offset) > A_DAY_S) return words.wrong_day;
  const minutes = Math.max(1, Math.round(Math.abs(offset) / 60));
  return (offset < 0 ? words.fast : words.slow).replace("%(minutes)s", minutes);
}

function asOf(seconds) {
  if (seconds < 90) return words.as_of_now;
  if (seconds < 7200) return words.as_of.replace("%(minutes)s", Math.round(seconds / 60));
  return words.as_of_hours.replace("%(hours)s", Math.round(seconds / 3600));
}

function newNonce() {
  nonce = String(crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000).padStart(6, "0");
  find("[data-nonce]").textContent = `${nonce.slice(0, 3)} ${nonce.slice(3)}`;
}

/** Check one showing and tell the result; a good one has used up the number. */
async function judge(presentation) {
  const at = now();
  try {
    if (!known) throw new Refused("STATUS_UNKNOWN");
    const keys = keyring();
    const shown = await verify(presentation.trim(), { keys, audience: given.audience, nonce, at });
    if (used.get(shown.mark) > Date.now()) return tell("bad", words.bad, [words.used], []);
    const lists = await Promise.all(known.data.lists.map((token) => readList(token, keys)));
    const age = check(shown, lists.find((list) => list.uri === shown.place.uri), at);
    used.set(shown.mark, Date.now() + REMEMBERED_MS);
    newNonce();
    return tell("good", words.good, [words.checked, asOf(age), clockWords(), words.legal], facts(shown));
  } catch (trouble) {
    if (!(trouble instanceof Refused)) throw trouble;
    const isUnknown = trouble.reason === "STATUS_UNKNOWN";
    return tell(isUnknown ? "unknown" : "bad", isUnknown ? words.unknown : words.bad, [reasons[trouble.reason], clockWords()], []);
  }
}

function keyring() {
  const found = new Map();
  for (const { issuer, keys } of known.data.issuers) for (const key of keys) found.set(`${issuer} ${key.kid}`, key);
  return (issuer, kid) => found.get(`${issuer} ${kid}`);
}

function facts({ claims, shownAt }) {
  const type = known.data.types.find((one) => one.vct === claims.vct);
  const rows = [[words.licence, type?.name ?? claims.vct]];
  for (const claim of type?.claims ?? []) {
    const [name] = claim.path;
    if (name in claims) rows.push([claim.display[0].label, plain(claims[name])]);
  }
  if (rows.length === 1) rows.push(["", words.nothing]);
  rows.push([words.shown_at, new Date(shownAt * 1000).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai" })]);
  return rows;
}

const plain = (value) => (value === true ? words.yes : value === false ? words.no : String(value));

function tell(kind, title, sentences, rows) {
  const place = find("[data-verdict]");
  const heading = document.createElement("h2");
  heading.append(find("[data-icons]").content.querySelector(`[data-icon-${kind}]`).firstElementChild.cloneNode(true), title);
  const lines = sentences.filter(Boolean).map((sentence) => Object.assign(document.createElement("p"), { textContent: sentence }));
  const list = document.createElement("dl");
  list.className = "pairs";
  for (const [term, description] of rows) {
    list.append(
      Object.assign(document.createElement("dt"), { textContent: term }),
      Object.assign(document.createElement("dd"), { textContent: description }),
    );
  }
  place.className = `verdict verdict--${kind}`;
  place.replaceChildren(heading, ...lines, ...(rows.length ? [list] : []));
  place.hidden = false;
  place.focus();
  place.scrollIntoView({ block: "nearest" });
}

/** What a QR code says: a showing of a phone, or the address with a code's digits. */
async function take(text) {
  const code = /^https?:.*[?&]code=([0-9]{8})/.exec(text)?.[1];
  if (!code) return judge(text);
  const form = find("[data-code-form]");
  form.elements.code.value = code;
  return form.submit();
}

async function scan() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return tell("unknown", words.unknown, [words.camera], []);
  }
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  const read = await reader();
  while (stream?.active) {
    const found = await read(video, video.videoWidth, video.videoHeight);
    if (found) {
      stop();
      return take(found);
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return undefined;
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = undefined;
  video.hidden = true;
}

/** The browser's own detector where there is one, else a script fetched when first needed. */
async function reader() {
  if ("BarcodeDetector" in window) {
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async (source) => (await detector.detect(source).catch(() => []))[0]?.rawValue;
  }
  const { default: decodeQR } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  return async (source, width, height) => {
    if (!width || !height) return undefined;
    Object.assign(canvas, { width, height });
    brush.fillStyle = "#ffffff";
    brush.fillRect(0, 0, width, height);
    brush.drawImage(source, 0, 0, width, height);
    try {
      return decodeQR(brush.getImageData(0, 0, width, height));
    } catch {
      return undefined;
    }
  };
}

find("[data-picture]").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  const picture = await createImageBitmap(file);
  const found = await (await reader())(picture, picture.width, picture.height);
  event.target.value = "";
  await (found ? take(found) : tell("unknown", words.unknown, [words.unreadable], []));
});
find("[data-scan]").addEventListener("click", scan);
find("[data-scan-offline]").addEventListener("click", scan);
find("[data-new-nonce]").addEventListener("click", newNonce);
find("[data-check-pasted]").addEventListener("click", () => take(pasted.value.trim()));

begin();
