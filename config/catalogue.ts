/** The published models that can be installed: where they come from, what they may be used for, how large they are. */
export const publishedModels: readonly { readonly repo: string; readonly title: string }[] = [];
