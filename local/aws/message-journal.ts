import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '../../core/errors';
import { undefinedWhenAbsent } from './object-file';

const messageSchema = z.object({
  id: z.string(),
  body: z.string(),
  attributes: z
    .record(
      z.string(),
      z.object({
        DataType: z.string(),
        StringValue: z.string().optional(),
        BinaryValue: z.string().optional(),
      }),
    )
    .optional(),
  senderId: z.string(),
  sentAt: z.number(),
  firstReceivedAt: z.number().optional(),
  receiveCount: z.int().min(0),
  deadLetterSource: z.string().optional(),
});
const lineSchema = z.union([messageSchema, z.object({ removed: z.string() })]);

/** A message as it is kept: what a receive tells of it, and nothing of who is holding it. */
export type KeptMessage = z.infer<typeof messageSchema>;

/**
 * The messages of one queue in a file, so that they outlive the process, however it ends: a line for each that came and for each that went,
 * written before the queue itself changes. Receives are not among them: after a restart every message is visible.
 */
export class MessageJournal {
  #file: number | undefined;
  #messages = 0;

  constructor(private readonly path: string) {}

  /** What is in the file; to be called once, before the first line is added. Throws a ConfigurationError where something else has written there. */
  read(): readonly KeptMessage[] {
    const text = readText(this.path);
    const lines = text.split('\n');
    // A process that was killed may have left half a line: what it was about to say has not happened.
    const half = lines.pop() !== '';
    const messages = new Map<string, KeptMessage>();
    for (const line of lines) {
      const read = this.#parse(line);
      if ('removed' in read) messages.delete(read.removed);
      else messages.set(read.id, read);
    }
    if (half || messages.size < lines.length) this.#rewrite([...messages.values()]);
    this.#messages = messages.size;
    return [...messages.values()];
  }

  added(message: KeptMessage): void {
    this.#write(messageSchema.parse(message)); // without what else a queue knows of it
    this.#messages += 1;
  }

  removed(id: string): void {
    this.#write({ removed: id });
    this.#messages -= 1;
    if (this.#messages === 0 && this.#file !== undefined) ftruncateSync(this.#file);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #write(line: KeptMessage | { readonly removed: string }): void {
    if (this.#file === undefined) {
      mkdirSync(dirname(this.path), { recursive: true });
      this.#file = openSync(this.path, 'a', 0o600);
    }
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  #rewrite(messages: readonly KeptMessage[]): void {
    const next = `${this.path}.next`;
    writeFileSync(next, messages.map((message) => `${JSON.stringify(message)}\n`).join(''), { mode: 0o600 });
    renameSync(next, this.path);
  }

  #parse(line: string): z.infer<typeof lineSchema> {
    try {
      return lineSchema.parse(JSON.parse(line));
    } catch (cause) {
      throw new ConfigurationError(
        `${this.path} does not hold the messages that were written there: remove it; what a run misses is enqueued again from the lake`,
        { cause },
      );
    }
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return undefinedWhenAbsent(error) ?? '';
  }
}
