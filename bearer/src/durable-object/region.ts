/** Where Cloudflare can be asked to place a hub. A hint and no more; a hub stays where it was first made. */
export type Region = 'wnam' | 'enam' | 'sam' | 'weur' | 'eeur' | 'apac' | 'oc' | 'afr' | 'me';

/** What Cloudflare knows of where a request came in. */
export interface RequestPlace {
  readonly continent?: string | undefined;
  /** Degrees, as text. */
  readonly longitude?: string | undefined;
}

/** West of it, North America is the west. */
const americasDivide = -100;
/** East of it, Europe is the east. */
const europeDivide = 20;
/** West of it, Asia is the Middle East. */
const asiaDivide = 60;

/** The region whose hubs serve a request; where nothing is known, one for all, so that no hub is made for nothing. */
export function regionOf({ continent, longitude }: RequestPlace): Region {
  const degrees = Number(longitude ?? Number.NaN);
  switch (continent) {
    case 'NA':
      return degrees < americasDivide ? 'wnam' : 'enam';
    case 'SA':
      return 'sam';
    case 'EU':
      return degrees > europeDivide ? 'eeur' : 'weur';
    case 'AS':
      return degrees < asiaDivide ? 'me' : 'apac';
    case 'OC':
      return 'oc';
    case 'AF':
      return 'afr';
    default:
      return 'enam';
  }
}
