import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';

/** What a reader must know of the machine to compare two runs. */
export function describeMachine(): readonly string[] {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return [
    `Node ${process.version} (V8 ${process.versions.v8}), ${process.platform} ${process.arch}`,
    `CPU: ${model}, ${availableParallelism()} available`,
  ];
}

/** The load of the machine now, as the kernel words it where it does. */
export function machineLoad(): string {
  try {
    return readFileSync('/proc/loadavg', 'utf8').trim();
  } catch {
    return loadavg()
      .map((load) => load.toFixed(2))
      .join(' ');
  }
}

/** The command and arguments that start a process on one CPU only, where the system has `taskset`; else nothing. */
export function pinning(): readonly string[] {
  // The last CPU: interrupts and the parent tend to live on the first.
  const pin = ['taskset', '-c', String(cpus().length - 1)];
  const [file = '', ...args] = pin;
  return spawnSync(file, [...args, 'true'], { stdio: 'ignore' }).status === 0 ? pin : [];
}
