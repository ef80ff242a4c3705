// Loaded before a function's process by --import: notes when it reaches what a cold start consists of, in milliseconds since the process began,
// and appends each as a line to the file that COLD_START_MARKS names. Plain JavaScript, so that it starts without a loader.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

const file = process.env.COLD_START_MARKS;
const marked = new Set();

/** Only the first of each counts. */
function mark(name, details = {}) {
  if (marked.has(name)) return;
  marked.add(name);
  const milliseconds = performance.now();
  appendFileSync(
    file,
    `${JSON.stringify({ name, milliseconds, began: performance.timeOrigin, ...details })}\n`,
  );
}

mark('node');

const dlopen = process.dlopen;
process.dlopen = (module, path, ...rest) => {
  const isDuckdb = String(path).includes('duckdb');
  if (isDuckdb) mark('duckdb-begins');
  const result = dlopen.call(process, module, path, ...rest);
  if (isDuckdb) mark('duckdb-loaded');
  return result;
};

// The SDK's requests; the pages of the source are fetched by undici, which has channels of its own.
subscribe('http.client.request.start', () => mark('sdk-begins'));
subscribe('http.client.response.finish', () => mark('sdk-answered'));

const send = process.send.bind(process);
process.send = (message, ...rest) => {
  if (message?.ready) mark('loaded');
  if (message?.result !== undefined || message?.error !== undefined)
    mark('answered', { maxRss: process.resourceUsage().maxRSS / 1024, cpu: process.cpuUsage() });
  return send(message, ...rest);
};
process.once('message', () => mark('invoked'));
