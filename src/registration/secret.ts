/** A Secret of Kubernetes that holds a backend's key. It is in the namespace of the object that names it: no other's can be asked for. */
export interface SecretRef {
  namespace: string;
  name: string;
  /** The entry of the Secret's data; without one `api-key`, else the only entry there is. */
  key?: string;
}
