// Draws wwwroot/img/world.svg from Natural Earth (public domain, https://www.naturalearthdata.com, 1:50m, as packed by world-atlas).
// The drawing is in the repository; this is run by hand, only to change it: npm ci && node world.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoNaturalEarth1 } from 'd3-geo';
import { geoProject } from 'd3-geo-projection';
import { feature } from 'topojson-client';
import { topology } from 'topojson-server';
import { filter, filterWeight, presimplify, simplify } from 'topojson-simplify';
import countries from 'i18n-iso-countries';

const atlas = createRequire(import.meta.url)('world-atlas/countries-50m.json');
const regions = JSON.parse(readFileSync(new URL('../../Catalog/regions.json', import.meta.url))).map(region => region.region);

// Whole numbers, a quarter of a pixel on a map of a thousand. The south ends below Cape Horn.
const width = 4000, north = 83.7, south = -59;

// Areas, in squares of the same: corners below it are cut, islands below it left out, regions below it are a circle.
const corner = 8, islet = 8, small = 300;
const radius = 14;

// Natural Earth 1:50m has no code for these; Kosovo goes by the one that its users gave it.
const unnamed = { Kosovo: 'XK', Somaliland: 'SO', 'N. Cyprus': 'CY' };

// Parts of another shape that have a code of their own: whose, and where about (longitude, latitude).
const parts = {
  GF: ['FR', -53, 4], GP: ['FR', -61.5, 16.2], MQ: ['FR', -61, 14.6], RE: ['FR', 55.5, -21.1], YT: ['FR', 45.1, -12.8],
  SJ: ['NO', 16, 78.5], BQ: ['NL', -68.3, 12.2],
};

// Too small for 1:50m; and Antarctica, which lies below the edge.
const specks = {
  AQ: [112, -57], BQ: [-68.3, 12.2], BV: [3.4, -54.4], CC: [96.8, -12.2], CX: [105.6, -10.5], GI: [-5.3, 36.1], GP: [-61.5, 16.2], MQ: [-61, 14.6],
  RE: [55.5, -21.1], TK: [-171.8, -9.2], TV: [179.2, -8.5], UM: [166.6, 19.3], YT: [45.1, -12.8],
};

const projection = geoNaturalEarth1().fitWidth(width, { type: 'Sphere' });
const top = projection([0, north])[1], bottom = projection([0, south])[1];
projection.translate([projection.translate()[0], projection.translate()[1] - top]).clipExtent([[0, 0], [width, bottom - top]]);

const polygonsOf = geometry => geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
const middle = ([ring]) => [0, 1].map(axis => (Math.min(...ring.map(point => point[axis])) + Math.max(...ring.map(point => point[axis]))) / 2);

/** Polygons by code, on the sphere; those without one under ''. */
function byCode() {
  const found = new Map();
  for (const shape of feature(atlas, atlas.objects.countries).features) {
    const code = unnamed[shape.properties.name] ?? countries.numericToAlpha2(shape.id ?? '') ?? '';
    for (const polygon of polygonsOf(shape.geometry)) {
      const [x, y] = middle(polygon);
      const part = Object.keys(parts).find(key => parts[key][0] === code && Math.hypot(parts[key][1] - x, parts[key][2] - y) < 9 && regions.includes(key));
      const key = part ?? code;
      found.set(key, [...found.get(key) ?? [], polygon]);
    }
  }
  return found;
}

const shapes = [...byCode()].filter(([code]) => code !== 'AQ').map(([code, coordinates]) => ({ type: 'Feature', id: code, properties: {}, geometry: { type: 'MultiPolygon', coordinates } }));
const flat = geoProject({ type: 'FeatureCollection', features: shapes }, projection);
const whole = Object.fromEntries(flat.features.filter(shape => shape.geometry).map(shape => [shape.id, shape.geometry]));

// Neighbours share their borders, so that these are simplified once.
const joined = presimplify(topology({ world: { type: 'FeatureCollection', features: flat.features.filter(shape => shape.geometry) } }));
const drawn = feature(simplify(filter(joined, filterWeight(joined, islet)), corner), 'world').features;

/** Whole steps from point to point; points that fall together are one. */
function path(geometry) {
  let text = '';
  for (const ring of polygonsOf(geometry).flat()) {
    const points = ring.map(point => point.map(Math.round)).filter((point, i, all) => i === 0 || point.join() !== all[i - 1].join());
    if (points.length < 4) continue;
    const steps = points.slice(1, -1).map(([x, y], i) => [x - points[i][0], y - points[i][1]]);
    text += `M${points[0].join(' ')}l${steps.flat().join(' ')}z`.replaceAll(' -', '-');
  }
  return text;
}

const box = geometry => {
  const points = polygonsOf(geometry).flat(2);
  return [0, 1].map(axis => points.map(point => point[axis])).map(values => [Math.min(...values), Math.max(...values)]);
};
const area = geometry => polygonsOf(geometry).reduce((sum, [ring]) =>
  sum + Math.abs(ring.reduce((twice, [x, y], i) => twice + x * ring[(i + 1) % ring.length][1] - ring[(i + 1) % ring.length][0] * y, 0) / 2), 0);

/** The circle of what is too small to be seen: where its largest island is. */
function speck(code) {
  if (specks[code] && !whole[code]) return projection(specks[code]);
  if (!whole[code] || area(whole[code]) > small) return null;
  const largest = polygonsOf(whole[code]).map(polygon => ({ type: 'Polygon', coordinates: polygon })).sort((a, b) => area(b) - area(a))[0];
  return box(largest).map(([least, most]) => (least + most) / 2);
}

const codes = [...new Set([...Object.keys(whole), ...regions])].filter(code => code && code !== 'ZZ').sort();
const land = [], tiny = [];
for (const code of codes) {
  const centre = speck(code), text = path(drawn.find(shape => shape.id === code)?.geometry ?? { type: 'MultiPolygon', coordinates: [] });
  if (centre) tiny.push(`<circle id="${code}" cx="${Math.round(centre[0])}" cy="${Math.round(centre[1])}" r="${radius}"/>`);
  if (text) land.push(`<path${centre ? '' : ` id="${code}"`} d="${text}"/>`);
  if (!centre && !text) throw new Error(`${code} has no place on the map`);
}
const nameless = path(drawn.find(shape => shape.id === '')?.geometry ?? { type: 'MultiPolygon', coordinates: [] });
if (nameless) land.push(`<path d="${nameless}"/>`);

const height = Math.round(bottom - top);
writeFileSync(new URL('../../wwwroot/img/world.svg', import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">\n<g id="land">\n${land.join('\n')}\n</g>\n<g>\n${tiny.join('\n')}\n</g>\n</svg>\n`);
console.log(`${land.length} shapes, ${tiny.length} circles, viewBox 0 0 ${width} ${height}`);
