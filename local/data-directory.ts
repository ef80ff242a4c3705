import { mkdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../core/errors';

/** How often a held lock is looked at again. */
const pollMilliseconds = 50;

/** Breaking a stale lock takes three system calls: a guard this old belongs to a process that died during them. */
const guardMilliseconds = 5000;

/** Locks that this process holds. A lock with our own pid that is not among them is an earlier process's. */
const held = new Set<string>();

/** Another process holds the folder: waiting may help, which it does of no other reason. */
export class InUseConfigurationError extends ConfigurationError {}

/** The folder that everything local lives in, held by this process alone. */
export interface DataDirectory {
  readonly path: string;
  /** Lets the next process in. */
  release(): Promise<void>;
}

/**
 * Creates the folder where needed and takes its lock: a file `lock` with the pid. A lock whose process is dead is taken
 * over; for a live one it waits `waitMilliseconds` and then rejects with an InUseConfigurationError. A folder that cannot be written is a
 * ConfigurationError at once.
 */
export async function openDataDirectory(path: string, waitMilliseconds = 5000): Promise<DataDirectory> {
  await mkdir(path, { recursive: true }).catch((cause) => {
    throw new ConfigurationError(
      `${path} cannot be a folder for data (${cause.code}): choose another with BASELOAD_DATA`,
      { cause },
    );
  });
  const lock = join(path, 'lock');
  await takeLock(lock, path, waitMilliseconds).catch((cause) => {
    if (!unwritableCodes.some((code) => isCode(cause, code))) throw cause;
    throw new ConfigurationError(
      `the data folder ${path} cannot be written (${cause.code}): make it writable, or choose another with BASELOAD_DATA`,
      { cause },
    );
  });
  held.add(lock);
  return {
    path,
    release: async () => {
      // Also when a user has deleted the whole folder meanwhile.
      if (held.delete(lock)) await rm(lock, { force: true });
    },
  };
}

/** How the system says that a folder is not for us to write. */
const unwritableCodes = ['EROFS', 'EACCES', 'EPERM'];

async function takeLock(lock: string, path: string, waitMilliseconds: number): Promise<void> {
  const deadline = Date.now() + waitMilliseconds;
  for (;;) {
    if (await createLock(lock)) return;
    const holder = await readHolder(lock);
    const stale = holder !== undefined && !isAlive(holder, lock);
    if (stale && (await breakLock(lock))) continue;
    if (Date.now() >= deadline) {
      throw new InUseConfigurationError(
        `Another baseload (process ${holder ?? 'unknown'}) is using ${path}: wait for it, or stop it.`,
      );
    }
    await sleep(pollMilliseconds);
  }
}

/** The process that holds a folder's lock; undefined where none does, or one that is dead. */
export async function holderOf(path: string): Promise<number | undefined> {
  const lock = join(path, 'lock');
  const holder = await readHolder(lock);
  return holder !== undefined && isAlive(holder, lock) ? holder : undefined;
}

async function createLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** The pid in a lock; undefined when the lock is gone, or 0 when its writer died before it could write. */
async function readHolder(lock: string): Promise<number | undefined> {
  try {
    const pid = Number(await readFile(lock, 'utf8'));
    if (pid > 0) return pid;
    // Empty: being written this moment, or left behind.
    return Date.now() - (await stat(lock)).mtimeMs > guardMilliseconds ? 0 : undefined;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isAlive(pid: number, lock: string): boolean {
  if (pid === 0) return false;
  if (pid === process.pid) return held.has(lock);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return isCode(error, 'EPERM');
  }
}

/**
 * Removes a stale lock; false when another process is about to. One at a time, and only after a second look: otherwise
 * the slower of two could remove the lock that the faster one has just taken.
 */
async function breakLock(lock: string): Promise<boolean> {
  const guard = `${lock}.break`;
  try {
    await writeFile(guard, '', { flag: 'wx' });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > guardMilliseconds) await unlink(guard).catch(() => undefined);
    return false;
  }
  try {
    const holder = await readHolder(lock);
    if (holder !== undefined && !isAlive(holder, lock)) await unlink(lock);
    return true;
  } finally {
    await unlink(guard);
  }
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
