/** How one cluster is reached and who we are there, from a kubeconfig or from the pod that we run in. Paths are absolute. */
export interface Cluster {
  /** Where this was read, for messages. */
  readonly origin: string;
  /** The API server's URL, without a slash at its end. */
  readonly server: string;
  readonly proxyUrl?: string | undefined;
  /** `default` where nobody says. */
  readonly namespace: string;
  readonly authority: Material;
  /** The name in the server's certificate, where it is not that of the URL. */
  readonly serverName?: string | undefined;
  readonly skipVerify: boolean;
  readonly user: User;
  /** True where it was found by the service account of the pod that we run in. */
  readonly inPod?: true;
}

/** A certificate or key: in a file, or in base64 as a kubeconfig has it. The file goes first, as in kubectl. */
export interface Material {
  readonly file?: string | undefined;
  readonly data?: string | undefined;
}

/** All of what is given applies. Never to be logged. */
export interface User {
  readonly name: string;
  readonly token?: string | undefined;
  /** Goes before `token`, since it is renewed. */
  readonly tokenFile?: string | undefined;
  readonly certificate: Material;
  readonly key: Material;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly impersonate?: string | undefined;
  readonly impersonateGroups?: readonly string[] | undefined;
  /** A credential plug-in. */
  readonly exec?: ExecPlugin | undefined;
  /** The older way: oidc, gcp, azure. */
  readonly authProvider?: { readonly name: string; readonly config?: Readonly<Record<string, unknown>> | undefined };
}

export interface ExecPlugin {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly apiVersion?: string | undefined;
}
