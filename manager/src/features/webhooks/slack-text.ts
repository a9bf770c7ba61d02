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
  const { actor, project, environment, entity, type, url } = event;
  const thing = `${escaped(entity.kind)} ${url === null ? `*${escaped(entity.key)}*` : `<${escaped(url)}|${escaped(entity.key)}>`}`;
  if (type === 'test')
    return `*${escaped(actor)}* tests a webhook of project *${escaped(project)}*: it works`;
  const where = environment === null ? '' : ` in *${escaped(environment)}*`;
  return `*${escaped(actor)}* ${deedOf(event, thing)}${where}, project *${escaped(project)}*`;
}

function deedOf({ type, entity, after }: WebhookEvent, thing: string): string {
  const [sort = '', verb = ''] = type.split('.', 2);
  if (type === 'configuration.toggle') return `switched ${thing} ${isEnabled(after) ? 'on' : 'off'}`;
  if (type === 'configuration.update') return `changed the configuration of ${thing}`;
  const known = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  return sort === entity.kind && known !== undefined
    ? `${known} ${thing}`
    : `did ${escaped(type)} to ${thing}`;
}

function isEnabled(after: unknown): boolean {
  return typeof after === 'object' && after !== null && 'enabled' in after && after.enabled === true;
}

/** Slack knows three characters that have to be escaped; a line break would end the sentence. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/\p{Cc}+/gu, ' ');
}
