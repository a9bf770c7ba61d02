import { ourProgram } from '../processes/our-program.ts';
import { startProgram } from '../processes/start-program.ts';
import type { Subject, SubjectStart } from './subject.ts';

/** A bare Hono server that is sent the very requests that ours is sent. */
export async function floorSubject(
  { pin, node }: SubjectStart,
  server: 'listen' | 'serve',
): Promise<Subject> {
  const program = await startProgram({
    command: [...ourProgram('bench/index.ts', { node, pin }), 'hello', server],
    ready: /port (\d+)/,
  });
  return {
    port: Number(program.said[1]),
    pid: program.pid,
    requestFor: (user) => ({
      method: 'POST',
      path: '/hello',
      headers: { Authorization: 'Bearer nobody-asks-for-this-one', 'Content-Type': 'application/json' },
      body: JSON.stringify({ context: user }),
    }),
    stop: () => program.stop(),
  };
}
