/** The port of the queue. An id handed out says that there is work; whose turn it is, and what was being done under this id, the database says. */
export interface Queue {
  /**
   * Puts a job id in line; a second call with an id that is already in line does nothing.
   * @param options `later`: begun when what is due now has been done, so that whoever is being answered does not wait for it
   */
  add(jobId: string, options?: { readonly later?: boolean }): Promise<void>;
  /** Takes a waiting job id out of line; unknown or running ids are ignored. */
  remove(jobId: string): Promise<void>;
  /**
   * Starts handing out ids, at most `concurrency` at a time. A handler that throws is called again later, as is the id of a
   * process that died; a handler that returns has dealt with the id.
   */
  consume(handler: (jobId: string) => Promise<void>, options: { readonly concurrency: number }): Consumer;
  /** Waits for what is being added. */
  close(): Promise<void>;
}

export interface Consumer {
  /** Stops taking new ids and waits for running handlers. */
  close(): Promise<void>;
}
