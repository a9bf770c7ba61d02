/** Who is believed about addresses is judged alike by all processes of Fauna. */
export {
  clientAddress as forwardedAddress,
  noTrustedProxies,
  parseTrustedProxies,
  plainAddress,
  type TrustedProxies,
} from '@fauna-flags/bearer/node';
