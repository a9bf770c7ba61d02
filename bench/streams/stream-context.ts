/** The context of one user, as an application sends it: what the reference flags ask for, and a few more attributes. */
export function streamContext(index: number): Readonly<Record<string, string | number | boolean>> {
  const spread = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  const one = (values: readonly string[], shift: number) => values[(spread >>> shift) % values.length] ?? '';
  return {
    key: `user-${spread.toString(16).padStart(8, '0')}-${index.toString(16).padStart(8, '0')}-4c1d-9e77`,
    country: one(countries, 3),
    email: `person.${index}${one(domains, 9)}`,
    plan: one(['free', 'plus', 'pro', 'team'], 14),
    age: 18 + (spread % 60),
    locale: 'en-GB',
    appVersion: `4.${spread % 20}.0`,
    beta: spread % 7 === 0,
  };
}

const countries = 'AR AT AU BE BR CA CH DE DK ES FI FR GB IE IN IT JP NL SE US'.split(' ');
const domains = 'acme aster birch cedar delta ember fjord grove heron inlet'
  .split(' ')
  .map((name) => `@${name}.example`);
