import { type Meta, metaSchema } from '@fauna-flags/protocol';
import { get, type Operation, ownOrigin, type Placement } from '../../platform/http/index.ts';

/** What this installation says of itself; its address is known by the request or by FAUNA_URL. */
export type Installation = Omit<Meta, 'url'>;

/** `/meta`. */
export function metaOperations({
  installation,
  placement,
}: {
  readonly installation: () => Installation;
  readonly placement: Placement;
}): readonly Operation[] {
  return [
    get(
      '/meta',
      {
        id: 'getMeta',
        summary: 'tell what this installation is',
        needs: 'somebody',
        answer: metaSchema,
      },
      ({ c }): Meta => ({ ...installation(), url: ownOrigin(c, placement) }),
    ),
  ];
}
