// Owns a table of usual temperatures, rounded, for where there is no network. Live weather is left to `weather.ts`.

/** Mean temperatures of January and July in degrees Celsius, rounded; the months between follow a cosine. */
const MEANS: Readonly<Record<string, readonly [january: number, july: number]>> = {
  amsterdam: [4, 18],
  athens: [10, 29],
  bangkok: [27, 29],
  barcelona: [10, 24],
  beijing: [-3, 27],
  berlin: [1, 20],
  bogota: [14, 14],
  brussels: [4, 18],
  'buenos aires': [25, 11],
  cairo: [14, 29],
  'cape town': [22, 13],
  chicago: [-4, 24],
  copenhagen: [1, 18],
  delhi: [14, 31],
  dubai: [19, 36],
  dublin: [5, 16],
  helsinki: [-4, 18],
  'hong kong': [17, 29],
  istanbul: [6, 24],
  jakarta: [27, 27],
  johannesburg: [20, 11],
  lagos: [27, 26],
  lima: [23, 17],
  lisbon: [12, 23],
  london: [5, 19],
  'los angeles': [14, 21],
  madrid: [6, 26],
  melbourne: [21, 10],
  'mexico city': [14, 17],
  milan: [3, 25],
  moscow: [-6, 20],
  mumbai: [25, 28],
  nairobi: [20, 17],
  'new york': [1, 25],
  oslo: [-3, 18],
  paris: [5, 21],
  prague: [0, 20],
  'rio de janeiro': [27, 22],
  rome: [8, 25],
  'san francisco': [10, 16],
  seoul: [-2, 26],
  shanghai: [5, 29],
  singapore: [27, 28],
  stockholm: [-1, 19],
  sydney: [23, 13],
  tokyo: [5, 26],
  toronto: [-4, 22],
  vienna: [1, 22],
  warsaw: [-1, 20],
  zurich: [1, 19],
};

/** Degrees Celsius, rounded; undefined for a city that is not in the table. `month` counts from 0. */
export function monthlyMean(city: string, month: number): number | undefined {
  const means = MEANS[city.trim().toLowerCase()];
  if (means === undefined) return undefined;
  const [january, july] = means;
  const middle = (january + july) / 2;
  return Math.round(middle + ((january - july) / 2) * Math.cos((month / 6) * Math.PI));
}
