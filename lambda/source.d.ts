/** Each source's functions are bundled with that source's file, and no other, under this name. */
declare module 'baseload:source' {
  const source: import('../core/source/source').Source;
  export default source;
}
