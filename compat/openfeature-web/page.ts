import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import {
  ClientProviderEvents,
  type EvaluationContext,
  OpenFeature,
  type Provider,
} from '@openfeature/web-sdk';

/** What the test asks of the page; everything behind it is OpenFeature's own. */
export interface OpenFeaturePage {
  /** Connects as an application does. */
  start(options: {
    readonly baseUrl: string;
    readonly key: string;
    readonly context: EvaluationContext;
  }): Promise<void>;
  become(context: EvaluationContext): Promise<void>;
  value(flag: string): boolean;
  status(): string;
  /** The flags of every "configuration changed" so far. */
  changes(): readonly (readonly string[])[];
}

const changes: (readonly string[])[] = [];
const client = OpenFeature.getClient();

const page: OpenFeaturePage = {
  async start({ baseUrl, key, context }) {
    client.addHandler(ClientProviderEvents.ConfigurationChanged, (details) => {
      changes.push(details?.flagsChanged ?? []);
    });
    await OpenFeature.setContext(context);
    // Neither a poll interval nor a refresh when the page becomes visible: what is heard comes from the stream.
    const provider = new OFREPWebProvider({
      baseUrl,
      headers: [['Authorization', `Bearer ${key}`]],
      disableVisibilityRefresh: true,
    });
    // It declares optional members as `| undefined`, which `exactOptionalPropertyTypes` takes for another type.
    await OpenFeature.setProviderAndWait(provider as Provider);
  },
  become: (context) => OpenFeature.setContext(context),
  value: (flag) => client.getBooleanValue(flag, false),
  status: () => client.providerStatus,
  changes: () => changes,
};

Object.assign(globalThis, { openFeaturePage: page });
