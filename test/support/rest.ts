/** A person at the REST API: sends a photo, waits, takes the clip. */
export interface JobView {
  readonly id: string;
  readonly state: string;
  readonly position: number;
  readonly progress: { readonly stage: string; readonly fraction: number } | null;
  readonly recipe: { readonly seed: number; readonly width: number; readonly height: number };
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** @throws when the server refuses */
export const postPhoto = async (url: string, photo: Uint8Array, fields: Record<string, string>): Promise<JobView> => {
  const form = new FormData();
  form.set('image', new Blob([new Uint8Array(photo)]), 'photo');
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const response = await fetch(`${url}/v1/jobs`, { method: 'POST', body: form });
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as JobView;
};

export const getJob = async (url: string, id: string): Promise<JobView> => (await (await fetch(`${url}/v1/jobs/${id}`)).json()) as JobView;

/** Asks until `wanted` says yes. @throws when that takes longer than `timeoutMs` */
export const waitForJob = async (url: string, id: string, wanted: (job: JobView) => boolean, timeoutMs = 60_000): Promise<JobView> => {
  for (const deadline = Date.now() + timeoutMs; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const job = await getJob(url, id);
    if (wanted(job)) return job;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(job)}`);
  }
};

export const hasEnded = ({ state }: JobView): boolean => !['waiting', 'running'].includes(state);
