export {
  AnnotationsDocument,
  annotationsDocument,
  annotationsTable,
  appliedText,
  KserveAppliedDocument,
  KserveListDocument,
  kserveKeys,
  kserveList,
} from './documents.ts';
export { addToList, CONFIG_MAP, findConfig, KSERVE_NAMESPACE } from './kserve.ts';
export { CONFIG_KEY, readList } from './merge-list.ts';
