import { faunaSubject } from './fauna-subject.ts';
import { floorSubject } from './floor-subject.ts';
import type { Subject, SubjectName, SubjectStart } from './subject.ts';
import { unleashProxySubject, unleashServerSubject } from './unleash-subjects.ts';

/** Starts a subject and waits until it listens. */
export function startSubject(name: SubjectName, start: SubjectStart): Promise<Subject> {
  switch (name) {
    case 'fauna':
      return faunaSubject(start);
    case 'hello':
      return floorSubject(start, 'listen');
    case 'hello-serve':
      return floorSubject(start, 'serve');
    case 'unleash-proxy':
      return unleashProxySubject(start);
    case 'unleash-server':
      return unleashServerSubject(start);
  }
}
