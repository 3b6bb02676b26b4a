export { ExplainDocument } from './document.ts';
export { type ExplainOptions, explainManifests } from './explain.ts';
export { type Input, type Manifest, readManifests, readText } from './read-input.ts';
export { explainText } from './text.ts';
