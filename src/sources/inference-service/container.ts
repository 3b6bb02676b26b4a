/** Of several containers the one that serves the model: KServe knows it by its name. */
export function serverContainer<T extends { name?: string | undefined }>(
  containers: readonly T[] | undefined,
): T | undefined {
  return containers?.find(({ name }) => name === 'kserve-container') ?? containers?.[0];
}
