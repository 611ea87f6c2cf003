/** A folder as storage: one file for each key. */

import { attempt } from '../api/attempt.js';
import type { Storage } from '../api/host.js';
import { type Fs, runningProcess, unref } from './builtins.js';

/** When what is written reaches the disk itself, and not only the operating system. */
export type Fsync = 'always' | 'second' | 'never';

export interface Disk extends Storage {
  /** Brings everything to the disk, and closes the files. */
  close(): void;
}

/** Files that are kept open: those that events are being appended to. */
const MAX_OPEN = 8;
const SECOND = 1000;
/** Milliseconds after which a temporary file is nobody's. */
const LEFTOVER = 60_000;
const OWNER_ONLY = 0o600;

interface Entry {
  text: string;
  /** Bytes of the file. */
  size: number;
  file?: number | undefined;
  unsynced: boolean;
}

/**
 * Opens a folder that exists. Each value is a file under the name of its key. A text that begins with what the file has
 * is appended to it; any other replaces the file as a whole, so that a process that is killed leaves the old or the new
 * one. Of an append it leaves a part at worst, which the core recognises by its checksum.
 */
export function openDisk(fs: Fs, dir: string, fsync: Fsync): Disk {
  const encoder = new TextEncoder();
  const entries = new Map<string, Entry>();
  let folderUnsynced = false;
  const path = (key: string) => `${dir}/${key}`;

  const shut = (entry: Entry) => {
    const { file, unsynced } = entry;
    if (file === undefined) return;
    entry.file = undefined;
    entry.unsynced = false;
    // Not while the caller waits: the disk may take as long as it likes.
    if (unsynced && fsync === 'second') fs.fdatasync(file, () => fs.close(file, () => {}));
    else fs.closeSync(file);
  };
  const open = (key: string, entry: Entry): number => {
    if (entry.file !== undefined) return entry.file;
    const opened = [...entries.values()].filter(({ file }) => file !== undefined);
    if (opened.length >= MAX_OPEN) shut(opened[0] as Entry);
    const file = fs.openSync(path(key), 'a', OWNER_ONLY);
    entry.file = file;
    return file;
  };
  const syncFolder = () => {
    folderUnsynced = false;
    const file = fs.openSync(dir, 'r');
    try {
      fs.fsyncSync(file);
    } catch {
      // Some systems cannot (Windows).
    } finally {
      fs.closeSync(file);
    }
  };
  const unsynced = () =>
    [...entries.values()].filter((entry) => entry.unsynced && entry.file !== undefined);
  const sync = () => {
    for (const entry of unsynced()) {
      fs.fdatasyncSync(entry.file as number);
      entry.unsynced = false;
    }
    if (folderUnsynced) syncFolder();
  };
  const syncLater = () => {
    for (const entry of unsynced()) {
      entry.unsynced = false;
      fs.fdatasync(entry.file as number, () => {});
    }
    if (!folderUnsynced) return;
    folderUnsynced = false;
    fs.open(dir, 'r', (error, file) => {
      if (!error) fs.fsync(file, () => fs.close(file, () => {}));
    });
  };

  const append = (key: string, entry: Entry, text: string) => {
    const bytes = encoder.encode(text);
    const file = open(key, entry);
    let written = 0;
    try {
      while (written < bytes.length) written += fs.writeSync(file, bytes, written);
      entry.size += written;
    } catch (error) {
      // A full disk takes a part.
      fs.ftruncateSync(file, entry.size);
      throw error;
    }
  };
  const replace = (key: string, entry: Entry, text: string) => {
    shut(entry);
    const bytes = encoder.encode(text);
    const temporary = `${dir}/.${key}.${runningProcess?.pid}.tmp`;
    try {
      const file = fs.openSync(temporary, 'w', OWNER_ONLY);
      try {
        fs.writeFileSync(file, bytes);
        if (fsync === 'always') fs.fdatasyncSync(file);
      } finally {
        fs.closeSync(file);
      }
      fs.renameSync(temporary, path(key));
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
    entry.size = bytes.length;
  };

  // What a process that was killed in the middle of a replacement has left.
  for (const name of fs.readdirSync(dir)) {
    if (!name.endsWith('.tmp')) continue;
    // Another process may be faster.
    attempt(() => {
      if (Date.now() - fs.statSync(path(name)).mtimeMs > LEFTOVER) fs.unlinkSync(path(name));
    });
  }

  const timer = fsync === 'second' ? unref(setInterval(syncLater, SECOND)) : undefined;

  return {
    getItem(key) {
      try {
        return fs.readFileSync(path(key), 'utf8');
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    setItem(key, value) {
      let entry = entries.get(key);
      const grows = entry && value.startsWith(entry.text);
      if (!entry) {
        // It may be another process's, which has ended.
        entry = { text: '', size: 0, unsynced: false };
        entries.set(key, entry);
        folderUnsynced = true;
      }
      try {
        if (grows || (entry.size === 0 && !fs.existsSync(path(key)))) {
          append(key, entry, value.slice(entry.text.length));
        } else {
          replace(key, entry, value);
        }
      } catch (error) {
        shut(entry);
        entries.delete(key);
        throw error;
      }
      entry.text = value;
      entry.unsynced = true;
      if (fsync === 'always') sync();
    },
    removeItem(key) {
      const entry = entries.get(key);
      if (entry) {
        entry.unsynced = false;
        shut(entry);
        entries.delete(key);
      }
      try {
        fs.unlinkSync(path(key));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
    keys: () => fs.readdirSync(dir).filter((name) => name.startsWith('appizer.')),
    close() {
      clearInterval(timer);
      if (fsync !== 'never') sync();
      for (const entry of entries.values()) shut(entry);
      entries.clear();
    },
  };
}

const isMissing = (error: unknown) => (error as { code?: string }).code === 'ENOENT';
