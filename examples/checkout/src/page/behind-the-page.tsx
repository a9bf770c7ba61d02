/** @jsxRuntime automatic */
import { useFlagDetails } from '@fauna-flags/react';
import { type Shopper, shoppers } from '../shop/shoppers.ts';

/** What no real shop shows: who is shopping, what is known about them, and what the flag says to that. */
export function BehindThePage({
  shopper,
  onShopper,
  flagPage,
}: {
  readonly shopper: Shopper;
  readonly onShopper: (shopper: Shopper) => void;
  readonly flagPage: string;
}) {
  return (
    <section className="behind" aria-label="Behind the page">
      <div className="shoppers" role="radiogroup" aria-labelledby="shopping-as">
        <h2 id="shopping-as">Shopping as</h2>
        <div className="shopper-cards">
          {shoppers.map((one) => (
            <ShopperCard
              key={one.id}
              shopper={one}
              isChosen={one.id === shopper.id}
              onChoose={() => onShopper(one)}
            />
          ))}
        </div>
      </div>
      <FlagState flagPage={flagPage} />
    </section>
  );
}

function ShopperCard({
  shopper,
  isChosen,
  onChoose,
}: {
  readonly shopper: Shopper;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const { key: _, ...attributes } = shopper.context;
  const id = `shopper-${shopper.id}`;
  return (
    <div className="shopper-card">
      <input
        type="radio"
        name="shopper"
        id={id}
        value={shopper.id}
        checked={isChosen}
        onChange={onChoose}
        aria-describedby={`${id}-context`}
      />
      <label htmlFor={id}>{shopper.name}</label>
      <p className="attributes" id={`${id}-context`}>
        {Object.entries(attributes).map(([name, value]) => (
          <span key={name} className="attribute">
            <span className="attribute-name">{name}</span> {String(value)}
          </span>
        ))}
      </p>
    </div>
  );
}

function FlagState({ flagPage }: { readonly flagPage: string }) {
  const { value, reason } = useFlagDetails('google-pay', false);
  return (
    <div className="flag-state">
      <p className="flag-key">google-pay</p>
      <p className={value ? 'flag-value is-on' : 'flag-value'}>
        <strong>{value ? 'On' : 'Off'}</strong> <span>{reasons[reason] ?? reason}</span>
      </p>
      <a href={flagPage} target="_blank" rel="noreferrer">
        Open this flag in Fauna
      </a>
    </div>
  );
}

const reasons: Readonly<Record<string, string>> = {
  OFF: 'for everyone',
  TARGET: 'by name',
  RULE: 'by a rule',
  SPLIT: 'by a rollout',
  DEFAULT: 'no rule holds',
  PREREQUISITE_FAILED: 'another flag is missing',
  ERROR: 'not known yet',
};
