// base64url, JSON parts and ES256 of compact tokens, by the browser's own cryptography.
const ES256 = { name: "ECDSA", hash: "SHA-256" };
const P256 = { name: "ECDSA", namedCurve: "P-256" };

/** Why something shown is not relied on: a reason of the platform's list. */
export class Refused extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export function encode(bytes) {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function decode(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Refused("MALFORMED");
  try {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  } catch {
    throw new Refused("MALFORMED");
  }
}

export function writeJson(value) {
  return encode(new TextEncoder().encode(JSON.stringify(value)));
}

export function readJson(text) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(decode(text)));
  } catch (trouble) {
    throw trouble instanceof Refused ? trouble : new Refused("MALFORMED");
  }
}

export async function digest(text) {
  return encode(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

export async function sign(header, payload, privateKey) {
  const body = `${writeJson({ alg: "ES256", ...header })}.${writeJson(payload)}`;
  const signature = await crypto.subtle.sign(ES256, privateKey, new TextEncoder().encode(body));
  return `${body}.${encode(signature)}`;
}

/** Header, payload and what was signed by what; only form, type and algorithm are checked. */
export function split(token, typ) {
  const parts = token.split(".");
  if (parts.length !== 3) throw new Refused("MALFORMED");
  const header = object(readJson(parts[0]));
  // The algorithm is pinned: what the token says is compared, never obeyed.
  if (header.alg !== "ES256" || "crit" in header) throw new Refused("ALGORITHM");
  if (header.typ !== typ) throw new Refused("MALFORMED");
  return { header, payload: object(readJson(parts[1])), signed: `${parts[0]}.${parts[1]}`, signature: decode(parts[2]) };
}

export async function isSigned(jwk, { signed, signature }) {
  if (signature.length !== 64) return false;
  const { kty, crv, x, y } = jwk ?? {};
  if (kty !== "EC" || crv !== "P-256") throw new Refused("KEY_BINDING");
  let key;
  try {
    key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, P256, false, ["verify"]);
  } catch {
    throw new Refused("KEY_BINDING");
  }
  return crypto.subtle.verify(ES256, key, signature, new TextEncoder().encode(signed));
}

export function object(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refused("MALFORMED");
  return value;
}

/** A key that never leaves this browser. */
export function newKey() {
  return crypto.subtle.generateKey(P256, false, ["sign", "verify"]);
}

export async function publicJwk(pair) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kty, crv, x, y };
}
