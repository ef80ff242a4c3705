/** Pages as JSON, cut from one text that is made once: a page costs a copy of its bytes, whatever the page size. */
export class PageBodies {
  /** All records, with commas between them. */
  private readonly json: Buffer;
  /** Where each record begins in `json`; one more for the end. */
  private readonly starts: Uint32Array;

  constructor(
    records: readonly unknown[],
    private readonly attribution: string,
  ) {
    const texts = records.map((record) => JSON.stringify(record));
    this.starts = new Uint32Array(texts.length + 1);
    texts.forEach((text, index) => {
      // The comma after each record belongs to the next one's start.
      this.starts[index + 1] = (this.starts[index] ?? 0) + Buffer.byteLength(text) + 1;
    });
    this.json = Buffer.from(`${texts.join(',')},`);
  }

  get total(): number {
    return this.starts.length - 1;
  }

  /** The body of a page, counted from 1; without records when it lies beyond the end. */
  body(page: number, perPage: number): Buffer {
    const first = Math.min((page - 1) * perPage, this.total);
    const last = Math.min(first + perPage, this.total);
    const start = this.starts[first] ?? 0;
    const end = Math.max(start, (this.starts[last] ?? 0) - 1);
    const meta = { total: this.total, page, perPage, pages: Math.ceil(this.total / perPage) };
    const tail = `],"meta":${JSON.stringify(meta)},"attribution":${JSON.stringify(this.attribution)}}`;
    return Buffer.concat([Buffer.from('{"data":['), this.json.subarray(start, end), Buffer.from(tail)]);
  }
}
