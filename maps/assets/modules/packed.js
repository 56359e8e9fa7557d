/** Reads the blocks written by maps/packing.py. */

/** @typedef {Int32Array | Uint32Array | Uint16Array | Uint8Array | Float32Array | Float64Array} Numbers */
/** @typedef {{meta: any, arrays: Record<string, any>}} Block */

const TYPES = { Uint8Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array };

/**
 * @param {string | BufferSource | Block} source the id of a data element in this page, the compressed bytes, or a block
 * @returns {Promise<Block>}
 */
export async function unpack(source) {
  if (typeof source === "object" && "arrays" in source) return source;
  const bytes = typeof source === "string" ? decode(elementText(source)) : source;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const block = await new Response(stream).arrayBuffer();
  const length = new DataView(block).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(block, 4, length)));
  /** @type {Record<string, any>} */
  const arrays = {};
  for (const [name, type, offset, size] of header.arrays) {
    const Typed = TYPES[/** @type {keyof typeof TYPES} */ (type)];
    arrays[name] = new Typed(block, 4 + length + offset, size);
  }
  return { meta: header.meta, arrays };
}

/**
 * Lines of [latitude, longitude] from their steps; see pack_lines.
 * @param {Int32Array} points
 * @param {Uint32Array} ends
 * @returns {Array<Array<[number, number]>>}
 */
export function unpackLines(points, ends) {
  let lat = 0;
  let lon = 0;
  let from = 0;
  return Array.from(ends, (end) => {
    /** @type {Array<[number, number]>} */
    const line = new Array(end - from);
    for (let k = from; k < end; k++) {
      lat += points[2 * k];
      lon += points[2 * k + 1];
      line[k - from] = [lat / 1e6, lon / 1e6];
    }
    from = end;
    return line;
  });
}

/** @param {string} id */
function elementText(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no data element ${id}`);
  return element.textContent || "";
}

/** @param {string} text base64 */
function decode(text) {
  const quick = /** @type {any} */ (Uint8Array).fromBase64; // newer browsers have it
  if (quick) return quick.call(Uint8Array, text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = characters.charCodeAt(k);
  return bytes;
}
