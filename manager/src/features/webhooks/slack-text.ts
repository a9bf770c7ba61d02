import type { WebhookEvent } from '@fauna-flags/protocol';

/** What has been done, in the words of a sentence; actions that are not here are told by their names. */
const verbs: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  archive: 'archived',
  restore: 'restored',
  rotate: 'rotated',
  revoke: 'revoked',
};

/** An event as one sentence in Slack's mrkdwn. Whatever people have written in it is shown as they wrote it. */
export function slackText(event: WebhookEvent): string {
  const { actor, project, environment, entity, type } = event;
  if (type === 'test')
    return `*${escaped(actor)}* tests a webhook of project *${escaped(project)}*: it works`;
  const where = environment === null || entity.kind === 'environment' ? '' : ` in *${escaped(environment)}*`;
  return `*${escaped(actor)}* ${deedOf(event)}${where}, project *${escaped(project)}*`;
}

function deedOf(event: WebhookEvent): string {
  const { type, entity, before, after } = event;
  const thing = thingOf(event);
  const role = escaped(textIn(after, 'role') ?? 'member');
  const person = textIn(after ?? before, 'email');
  switch (type) {
    case 'configuration.toggle':
      return `switched ${thing} ${valueIn(after, 'enabled') === true ? 'on' : 'off'}`;
    case 'configuration.update':
      return `changed the configuration of ${thing}`;
    case 'configuration.restore':
      return `restored an earlier configuration of ${thing}`;
    case 'configuration.copy': {
      const source = textIn(valueIn(after, 'source'), 'environment');
      return `replaced the configuration of ${thing} by that of ${source === undefined ? 'another environment' : `*${escaped(source)}*`}`;
    }
    case 'environment.bump-epoch':
      return `began a new epoch of ${thing}`;
    case 'member.create':
      return `added ${thing} as ${role}`;
    case 'member.update':
      return `made ${thing} ${role}`;
    case 'member.delete':
      return `removed ${thing}`;
    // Invitations are called by whom they are for: their ids say nothing to anybody.
    case 'invitation.create':
      return `invited ${person === undefined ? 'somebody' : `*${escaped(person)}*`} as ${role}`;
    case 'invitation.update':
      return `changed ${invitationOf(person)}`;
    case 'invitation.delete':
      return `took back ${invitationOf(person)}`;
    case 'invitation.accept':
      return `accepted ${invitationOf(person)}`;
    default: {
      const [sort = '', verb = ''] = type.split('.', 2);
      const known = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
      return sort === entity.kind && known !== undefined
        ? `${known} ${thing}`
        : `changed ${thing} (${escaped(type)})`;
    }
  }
}

function thingOf({ entity: { kind, key }, url }: WebhookEvent): string {
  const kindName = kind === 'sdk-key' ? 'SDK key' : kind.replaceAll('-', ' ');
  return `${escaped(kindName)} ${url === null ? `*${escaped(key)}*` : `<${escaped(url)}|${escaped(key)}>`}`;
}

function invitationOf(person: string | undefined): string {
  return person === undefined ? 'an invitation' : `the invitation of *${escaped(person)}*`;
}

function valueIn(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function textIn(value: unknown, name: string): string | undefined {
  const text = valueIn(value, name);
  return typeof text === 'string' ? text : undefined;
}

/** Slack knows three characters that have to be escaped; a line break would end the sentence. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/\p{Cc}+/gu, ' ');
}
