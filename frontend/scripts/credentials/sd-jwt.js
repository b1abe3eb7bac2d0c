// SD-JWT VC with key binding (RFC 9901): shown by the holder's phone, checked by the verifier's; the same checks as the platform's.
import { Refused, decode, digest, isSigned, object, readJson, sign, split } from "./jose.js";

const LEEWAY_S = 30;
const MAX_AGE_S = 60;
const ALWAYS_OPEN = ["iss", "nbf", "exp", "cnf", "vct", "status", "_sd", "...", "_sd_alg"];
const MOST_CHARACTERS = 64 * 1024;

/** The credential with the named claims only, signed by the phone's key for one audience and number. */
export async function present(credential, names, { key, audience, nonce, at }) {
  const [token, ...disclosures] = credential.split("~").filter(Boolean);
  const kept = disclosures.filter((one) => names.includes(readJson(one)[1]));
  const shown = [token, ...kept, ""].join("~");
  const claims = { iat: Math.floor(at), aud: audience, nonce, sd_hash: await digest(shown) };
  return shown + (await sign({ typ: "kb+jwt" }, claims, key));
}

/** What was shown; throws `Refused` with the reason. `keys(issuer, kid)` gives a JWK or undefined. */
export async function verify(presentation, { keys, audience, nonce, at }) {
  if (presentation.length > MOST_CHARACTERS) throw new Refused("MALFORMED");
  const end = presentation.lastIndexOf("~");
  if (end < 0) throw new Refused("MALFORMED");
  const keyBinding = presentation.slice(end + 1);
  if (!keyBinding) throw new Refused("KEY_BINDING");
  const shown = presentation.slice(0, end + 1);
  const [token, ...disclosures] = shown.slice(0, -1).split("~");
  const claims = await disclosed(await issued(token, keys, at), disclosures);
  const binding = await bound(keyBinding, claims, shown, { audience, nonce, at });
  return { claims, shownAt: binding.iat, mark: keyBinding.split(".")[2], place: placeOf(claims) };
}

async function issued(token, keys, at) {
  const parts = split(token, "dc+sd-jwt");
  const { header, payload } = parts;
  if (typeof payload.iss !== "string" || typeof header.kid !== "string" || typeof payload.vct !== "string") {
    throw new Refused("MALFORMED");
  }
  const key = keys(payload.iss, header.kid);
  if (!key) throw new Refused("UNKNOWN_KEY");
  if (!(await isSigned(key, parts))) throw new Refused("SIGNATURE");
  if (instant(payload.nbf) > at + LEEWAY_S) throw new Refused("NOT_YET");
  if (payload.exp !== undefined && at >= instant(payload.exp) + LEEWAY_S) throw new Refused("EXPIRED");
  return payload;
}

/** Our credentials disclose members of the credential itself; anything deeper is not one of ours and refused. */
async function disclosed(payload, disclosures) {
  if ((payload._sd_alg ?? "sha-256") !== "sha-256") throw new Refused("ALGORITHM");
  const { _sd: digests = [], _sd_alg: _algorithm, ...claims } = payload;
  if (!Array.isArray(digests) || new Set(digests).size !== digests.length) throw new Refused("DISCLOSURE");
  if (new Set(disclosures).size !== disclosures.length) throw new Refused("DISCLOSURE");
  for (const one of disclosures) {
    if (!digests.includes(await digest(one))) throw new Refused("DISCLOSURE");
    const parts = readJson(one);
    if (!Array.isArray(parts) || parts.length !== 3 || typeof parts[1] !== "string") throw new Refused("DISCLOSURE");
    const [, name, value] = parts;
    if (Object.hasOwn(claims, name) || ALWAYS_OPEN.includes(name)) throw new Refused("DISCLOSURE");
    claims[name] = value;
  }
  return claims;
}

async function bound(token, claims, shown, { audience, nonce, at }) {
  const parts = split(token, "kb+jwt");
  const { payload } = parts;
  if (!(await isSigned(claims.cnf?.jwk, parts))) throw new Refused("KEY_BINDING");
  if (payload.sd_hash !== (await digest(shown))) throw new Refused("KEY_BINDING");
  if (payload.aud !== audience) throw new Refused("AUDIENCE");
  if (payload.nonce !== nonce) throw new Refused("NONCE");
  if (typeof payload.iat !== "number") throw new Refused("KEY_BINDING");
  if (payload.iat > at + LEEWAY_S) throw new Refused("CLOCK");
  if (at - payload.iat > MAX_AGE_S + LEEWAY_S) throw new Refused("TOO_OLD");
  return payload;
}

function placeOf(claims) {
  const place = claims.status?.status_list;
  if (typeof place?.uri !== "string" || !Number.isInteger(place.idx) || place.idx < 0) throw new Refused("STATUS_LIST");
  return place;
}

/** A status list whose signature is good. */
export async function readList(token, keys) {
  const parts = split(token, "statuslist+jwt");
  const { header, payload } = parts;
  const key = keys(payload.iss, header.kid);
  if (!key) throw new Refused("UNKNOWN_KEY");
  if (!(await isSigned(key, parts))) throw new Refused("STATUS_LIST");
  const inside = object(payload.status_list);
  if (![1, 2, 4, 8].includes(inside.bits) || typeof inside.lst !== "string") throw new Refused("STATUS_LIST");
  return {
    uri: payload.sub,
    issuer: payload.iss,
    issuedAt: instant(payload.iat),
    expiresAt: instant(payload.exp),
    bits: inside.bits,
    packed: await unpacked(decode(inside.lst)),
  };
}

/** How many seconds old the knowledge is that what was shown is valid; throws `Refused`. */
export function check({ claims, place }, list, at) {
  if (!list || list.uri !== place.uri || list.issuer !== claims.iss) throw new Refused("STATUS_LIST");
  if (at < list.issuedAt - LEEWAY_S) throw new Refused("CLOCK");
  const bit = place.idx * list.bits;
  if (bit >> 3 >= list.packed.length) throw new Refused("STATUS_LIST");
  const status = (list.packed[bit >> 3] >> (bit & 7)) & ((1 << list.bits) - 1);
  if (status === 2) throw new Refused("SUSPENDED");
  if (status !== 0) throw new Refused("REVOKED");
  if (at >= list.expiresAt) throw new Refused("STATUS_UNKNOWN");
  return Math.max(0, at - list.issuedAt);
}

async function unpacked(bytes) {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new Refused("STATUS_LIST");
  }
}

function instant(value) {
  if (value === undefined) return -Infinity;
  if (typeof value !== "number") throw new Refused("MALFORMED");
  return value;
}
