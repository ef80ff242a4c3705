/** Each source's functions are bundled with that source's file, and no other, under this name. */
declare module 'baseload:source' {
  const source: import('../core/source/source').Source;
  export default source;
}

/** Every declared dataset and when its runs are due in this environment; only the bundle of reconcile has it: see expectedDatasets. */
declare const BASELOAD_EXPECTED: unknown;
