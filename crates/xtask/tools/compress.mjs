// Writes `.br` and `.gz` twins beside every file of a folder that shrinks: `node compress.mjs FOLDER`.
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

// Pictures and woff2 fonts are compressed already.
const shrinking = new Set([".html", ".js", ".mjs", ".css", ".wasm", ".svg", ".json", ".webmanifest", ".txt", ".ttf", ".ico", ".map"]);

const brotli = (bytes) =>
  promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
const gz = (bytes) => promisify(gzip)(bytes, { level: 9 });

async function twin(file, ending, compress) {
  const path = file + ending;
  const [original, old] = await Promise.all([stat(file), stat(path).catch(() => undefined)]);
  if (old && old.mtimeMs >= original.mtimeMs) return;
  const bytes = await readFile(file);
  const small = await compress(bytes);
  // A twin that saves nothing costs a look-up; leave it out.
  if (small.length < bytes.length) await writeFile(path, small);
}

// zlib's work happens in Node's thread pool, so all of this runs in parallel.
const folder = process.argv[2];
const entries = await readdir(folder, { recursive: true, withFileTypes: true });
const files = entries.filter((entry) => entry.isFile() && shrinking.has(extname(entry.name)));
await Promise.all(
  files.flatMap((entry) => {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    return [twin(file, ".br", brotli), twin(file, ".gz", gz)];
  }),
);
