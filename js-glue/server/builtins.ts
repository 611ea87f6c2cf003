/**
 * What is used of Node's own modules, in types of its own, so that neither this package nor who uses it needs those of
 * Node. They are not imported, as bundlers for other runtimes refuse that.
 */

import type { Bytes } from '../api/host.js';

export interface Fs {
  close(file: number, done: () => void): void;
  fdatasync(file: number, done: () => void): void;
  fsync(file: number, done: () => void): void;
  open(path: string, flags: string, done: (error: unknown, file: number) => void): void;
  closeSync(file: number): void;
  existsSync(path: string): boolean;
  fdatasyncSync(file: number): void;
  fsyncSync(file: number): void;
  ftruncateSync(file: number, size: number): void;
  linkSync(from: string, to: string): void;
  mkdirSync(path: string, options: { recursive: true; mode?: number }): unknown;
  openSync(path: string, flags: string, mode?: number): number;
  readdirSync(path: string): string[];
  readFileSync(path: string, encoding: 'utf8' | 'latin1'): string;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { force: true }): void;
  statSync(path: string): { readonly mtimeMs: number };
  unlinkSync(path: string): void;
  utimesSync(path: string, accessed: Date, modified: Date): void;
  writeFileSync(file: string | number, data: string | Bytes): void;
  writeSync(file: number, data: Bytes, offset: number): number;
}

export interface Os {
  hostname(): string;
}

interface Emitter<Events extends Record<string, unknown[]>> {
  on<Name extends keyof Events>(name: Name, listener: (...all: Events[Name]) => void): unknown;
}

export interface IncomingMessage
  extends Emitter<{ data: [string]; end: []; error: [Error]; close: [] }> {
  readonly statusCode?: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  setEncoding(encoding: 'utf8'): unknown;
}

export interface ClientRequest
  extends Emitter<{
    socket: [{ unref(): unknown }];
    response: [IncomingMessage];
    error: [Error];
    close: [];
  }> {
  end(data: Bytes): unknown;
  destroy(): unknown;
}

export interface Agent {
  destroy(): void;
}

export interface Http {
  readonly Agent: new (options: { keepAlive: boolean; maxSockets: number }) => Agent;
  request(
    url: string,
    options: { method: string; agent: Agent; headers: Record<string, string> },
  ): ClientRequest;
}

interface Process {
  readonly pid: number;
  kill(pid: number, signal: 0): unknown;
  once(event: 'beforeExit', listener: () => void): unknown;
  off(event: 'beforeExit', listener: () => void): unknown;
  getBuiltinModule?(name: string): unknown;
}

interface Builtins {
  'node:fs': Fs;
  'node:os': Os;
  'node:http': Http;
  'node:https': Http;
}

/** Node's process; none in a runtime that has nothing like it. */
export const runningProcess = (globalThis as { process?: Partial<Process> }).process as
  | Process
  | undefined;

/** A module of Node; nothing elsewhere. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  return runningProcess?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
}

/** A timer that does not keep the process alive. */
export function unref<Timer>(timer: Timer): Timer {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
