export { type RegisteredObject, registering } from './registering.ts';
export { listedUrl, slugOf, type UrlObject, urlSource } from './url.ts';
