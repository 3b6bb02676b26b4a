export {
  ignored,
  malformedAnnotation,
  NOT_ANNOTATED,
  notRoutable,
  OPTED_OUT,
  registrationsOf,
  secretOf,
  unreadyOf,
} from './contents.ts';
export {
  type AnnotatedObject,
  isAnnotated,
  readIdentity,
  readRelatedIdentity,
  UNANNOTATED,
} from './identity.ts';
export { declaredNames, nameProblems } from './names.ts';
export { checkedUrl, type Part, withoutSlashes } from './url.ts';
