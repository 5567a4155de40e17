/** The error catalogue: every failure a person can meet, with who can act on it, whether a retry helps, and what they read. */

export type ErrorParams = Readonly<Record<string, string | number>>;

/** A code with its parameters, ready to become a sentence; the form in which errors and remarks cross processes. */
export interface Note {
  readonly code: string;
  readonly params: ErrorParams;
}

type ErrorClass =
  | 'InputError'
  | 'RefusedError'
  | 'EngineError'
  | 'RemoteError'
  | 'MediaError'
  | 'ChannelError'
  | 'QueueError'
  | 'ConfigError'
  | 'CanceledError';

interface CatalogueLine {
  readonly class: ErrorClass;
  /** `later`: the same request may succeed on another attempt. `never`: the person must change something first. */
  readonly retry: 'never' | 'later';
  /** What the person reads; `{name}` is replaced by the parameter. States the bound and the fix. */
  readonly text: string;
}

const line = (cls: ErrorClass, retry: 'never' | 'later', text: string): CatalogueLine => ({ class: cls, retry, text });

export const catalogue = {
  // The photo
  PHOTO_MISSING: line('InputError', 'never', 'I need a photo to animate. Send a JPEG, PNG, WebP, AVIF or GIF together with a few words.'),
  PHOTO_EMPTY: line('InputError', 'never', 'That file is empty (0 bytes). Please send the photo again.'),
  PHOTO_TOO_LARGE: line('InputError', 'never', 'That photo is {gotMb} MB; I take up to {maxMb} MB. Send a smaller copy, for example a JPEG.'),
  PHOTO_TOO_MANY_PIXELS: line('InputError', 'never', 'That photo has {gotMp} megapixels; I take up to {maxMp}. Scale it down and send it again.'),
  PHOTO_TOO_SMALL: line('InputError', 'never', 'That photo is only {widthPx}×{heightPx} pixels; I need at least {minPx} on each side.'),
  PHOTO_TYPE: line('InputError', 'never', 'I cannot read this kind of file ({type}). Send a JPEG, PNG, WebP, AVIF or GIF.'),
  PHOTO_HEIC: line(
    'InputError',
    'never',
    'HEIC photos from an iPhone cannot be read here. Share it as JPEG (on iPhone: Settings › Camera › Formats › Most Compatible) and send it again.',
  ),
  PHOTO_BROKEN: line('InputError', 'never', 'That photo is damaged or was cut off on the way. Please send it again.'),
  // The words and options
  PROMPT_TOO_LONG: line('InputError', 'never', 'Your description has {got} characters; I take up to {max}. Please shorten it.'),
  PROMPT_MISSING: line('InputError', 'never', 'Tell me in a few words what should move, for example “waves on the lake, slow zoom in”.'),
  OPTION_OUT_OF_RANGE: line('InputError', 'never', '{field} must be between {min} and {max}; you asked for {got}.'),
  OPTION_INVALID: line('InputError', 'never', '{field} cannot be “{got}”. Possible: {allowed}.'),
  TOO_MANY_FRAMES: line(
    'InputError',
    'never',
    '{seconds} seconds at {fps} frames per second are {got} frames; I make up to {max}. Choose fewer seconds or frames per second.',
  ),
  ENGINE_UNKNOWN: line('InputError', 'never', 'There is no engine called “{engine}”. Possible: {allowed}.'),
  SIZE_IMPOSSIBLE: line('InputError', 'never', 'This engine cannot make a clip of {got} pixels. Nearest: {nearest}.'),
  FRAMES_IMPOSSIBLE: line('InputError', 'never', 'This engine cannot make a clip of {got} frames. Nearest: {nearest}.'),
  OPTION_UNSUPPORTED: line('InputError', 'never', '{engine} does not know the option {field}. Leave it out.'),
  PHOTO_UNWANTED: line('InputError', 'never', '{engine} makes clips from words alone and takes no photo. For a photo choose {instead}.'),
  NO_WORDS_ENGINE: line(
    'InputError',
    'never',
    'Nothing installed here makes a clip from words alone. Send a photo with your words; the operator can add such an engine (npm run models -- list).',
  ),
  REQUEST_MALFORMED: line('InputError', 'never', 'I could not understand this request: {problem}.'),
  // Downloads
  DOWNLOAD_HOST: line('InputError', 'never', 'I may not download from {host}. Upload the photo itself instead of a link.'),
  DOWNLOAD_FAILED: line('RemoteError', 'later', 'I could not download that photo ({reason}). Please send it again.'),
  DOWNLOAD_TIMEOUT: line('RemoteError', 'later', 'Downloading that photo took longer than {seconds} seconds. Please send it again.'),
  // Rules of the place
  QUOTA_EXCEEDED: line('RefusedError', 'later', 'You have used all {limit} credits for today. Your allowance resets {resets}.'),
  QUOTA_TOO_LITTLE: line(
    'RefusedError',
    'later',
    'This clip costs {price} credits and you have {left} left. Choose fewer seconds or a smaller picture, or wait: your allowance resets {resets}.',
  ),
  QUEUE_FULL_PERSON: line(
    'RefusedError',
    'later',
    'You have {got} clips waiting; up to {max} may wait. Wait until one of them is ready, or cancel one with /cancel.',
  ),
  QUEUE_FULL_PLACE: line('RefusedError', 'later', '{got} clips are waiting here already; up to {max} may wait. Please try again in a few minutes.'),
  PLACE_OFF: line('RefusedError', 'never', 'Stillmotion is switched off here. A moderator can switch it on with /stillmotion settings.'),
  PLACE_NOT_ALLOWED: line('RefusedError', 'never', 'Stillmotion may not be used in this channel. It works in: {places}.'),
  BANNED: line('RefusedError', 'never', 'You cannot use Stillmotion here{until}. Reason: {reason}'),
  CLIP_TOO_LONG: line('RefusedError', 'never', 'Clips here may last up to {max} seconds; you asked for {got}.'),
  NOT_A_MODERATOR: line('RefusedError', 'never', 'Only moderators of this place may do that ({right} is needed).'),
  NOT_YOURS: line('RefusedError', 'never', 'Only the person who asked for this clip may do that.'),
  MISSING_PERMISSION: line('RefusedError', 'never', 'I lack a permission here: {permission}. Ask a moderator to grant it, then try again.'),
  UNAUTHORIZED: line('RefusedError', 'never', 'A bearer token is required. Send it as “Authorization: Bearer …”.'),
  JOB_UNKNOWN: line('InputError', 'never', 'I do not know that clip. It may have been deleted.'),
  JOB_FINISHED: line('InputError', 'never', 'That clip is already finished; there is nothing to cancel.'),
  NOTHING_TO_CANCEL: line('InputError', 'never', 'You have no clip in progress here.'),
  CLIP_NOT_READY: line('InputError', 'later', 'That clip is not ready yet.'),
  SETTING_UNKNOWN: line('InputError', 'never', 'There is no setting called “{setting}”. Possible: {allowed}.'),
  SETTING_VALUE: line('InputError', 'never', '{setting} cannot be “{got}”. {expected}'),
  DURATION_INVALID: line('InputError', 'never', '“{got}” is not a length of time. Write for example 30m, 12h, 7d or forever.'),
  USER_UNKNOWN: line('InputError', 'never', 'Tell me whom you mean: reply to one of their messages, or give their user id.'),
  // Making the clip
  PHOTO_GONE: line('EngineError', 'never', 'The photo of this clip is no longer kept. Nothing was charged; please send the photo again.'),
  MODEL_MISSING: line('EngineError', 'never', 'The model “{engine}” is not installed on this machine ({file} is missing).'),
  MODEL_CORRUPT: line('EngineError', 'never', 'A file of the model “{engine}” is damaged ({file}). The operator must install it again.'),
  SCHEDULER_UNSUPPORTED: line(
    'EngineError',
    'never',
    'This model asks for a way of denoising that I do not have ({scheduler}: {problem}). The operator must export it with another scheduler.',
  ),
  MODEL_REFUSED: line(
    'EngineError',
    'never',
    'The model “{engine}” was not opened: {file} {reason}. The operator must install one that was made for this program.',
  ),
  NOT_ENOUGH_MEMORY: line(
    'EngineError',
    'never',
    '{engine} needs about {needGb} GB of memory for a clip of this size; this machine has {haveGb} GB free. Choose a smaller or shorter clip, or another engine.',
  ),
  PRECISION_UNSUPPORTED: line(
    'EngineError',
    'never',
    '{engine} is stored as {dtype}, with which this machine’s CPU cannot compute here. Export it again with --halves or --dtype fp16, or run it on a GPU.',
  ),
  MODEL_UNKNOWN: line('InputError', 'never', 'There is no model called “{model}”. Possible: {allowed}.'),
  MODEL_NOT_FOUND: line('RemoteError', 'never', 'There is no {what} at {endpoint}. It may have been moved or deleted; check HF_ENDPOINT.'),
  MODEL_GATED: line(
    'RemoteError',
    'never',
    'The owner of {repo} asks for consent first. Log in at {page}, accept the licence there, and set HF_TOKEN to an access token of that account.',
  ),
  MODEL_DOWNLOAD: line('RemoteError', 'later', '{file} of {repo} could not be downloaded: {reason}. The same command continues where it stopped.'),
  MODEL_UNSAFE: line(
    'EngineError',
    'never',
    '{repo} was not downloaded: “{file}” is not safe, because it leaves its folder or may run code when it is opened.',
  ),
  DISK_FULL: line('EngineError', 'never', '{needGb} GB are needed in {folder}; {haveGb} GB are free. Make room, or set MODELS_DIR to another disk.'),
  NAN_OUTPUT: line('EngineError', 'later', 'The model produced an unusable result. Nothing was charged; please try again.'),
  OUTPUT_BLANK: line('EngineError', 'later', 'The model drew nothing but one colour. Nothing was charged; please try again with another seed.'),
  OUTPUT_FROZEN: line('EngineError', 'later', 'Nothing moves in what the model drew. Nothing was charged; please try again with another seed.'),
  ENGINE_FAILED: line('EngineError', 'later', 'Something went wrong while making your clip. Nothing was charged; please try again.'),
  ENGINE_CRASHED: line('EngineError', 'later', 'The program that makes clips stopped unexpectedly. Nothing was charged; please try again.'),
  ENGINE_TIMEOUT: line(
    'EngineError',
    'later',
    'The program that makes clips gave no sign of life for {seconds} seconds, so I stopped it. Nothing was charged; please try again.',
  ),
  FFMPEG_MISSING: line('ConfigError', 'never', 'No ffmpeg was found. Install ffmpeg or set FFMPEG_PATH.'),
  ENCODE_FAILED: line('MediaError', 'later', 'The clip could not be written as a video. Nothing was charged; please try again.'),
  NO_SPACE_LEFT: line(
    'MediaError',
    'later',
    'The disk of the machine that makes clips is full. Nothing was charged; the operator must make room there, then try again.',
  ),
  CLIP_TOO_BIG: line('MediaError', 'never', 'Even at the smallest size the clip does not fit into {maxMb} MB. Choose fewer seconds.'),
  CANCELED: line('CanceledError', 'never', 'Canceled. Nothing was charged.'),
  CANCELED_PARTLY: line('CanceledError', 'never', 'Canceled. {used} of {price} credits had been used; the rest came back to you.'),
  // The plumbing
  QUEUE_UNAVAILABLE: line('QueueError', 'later', 'The queue cannot be reached right now. Your request is saved and will start by itself.'),
  DATABASE_AWAY: line(
    'QueueError',
    'later',
    'My database does not answer right now. Please try again in a minute; a clip that was accepted all the same comes by itself.',
  ),
  CHANNEL_FAILED: line('ChannelError', 'later', 'The message could not be sent ({reason}).'),
  CHANNEL_GONE: line('ChannelError', 'never', 'The conversation is gone ({reason}).'),
  TOKEN_REFUSED: line('ConfigError', 'never', '{platform} does not know this token. Copy it again from {source}, set {variable}, and start again.'),
  CONFIG_INVALID: line('ConfigError', 'never', 'The configuration has problems:\n{problems}'),
  DATA_DIR_IN_USE: line(
    'ConfigError',
    'never',
    '{directory} is already used by another Stillmotion (process {pid}). Stop it first, or set DATA_DIR to another folder.',
  ),
  INTERNAL: line('QueueError', 'later', 'Something went wrong on my side. Nothing was charged; please try again.'),
  // Remarks that accompany a clip; not failures
  NOTE_NOTHING_MOVES: line('InputError', 'never', 'Nothing I recognise in this photo can move like that, so I made a gentle push-in.'),
  NOTE_WORDS_UNREAD: line('InputError', 'never', '{engine} reads no words; the photo alone decided what moves.'),
  NOTE_IN_PIECES: line(
    'InputError',
    'never',
    'Memory was short, so the picture was drawn in overlapping pieces. With more memory the same seed looks a little different.',
  ),
  NOTE_CROPPED: line('InputError', 'never', 'This camera move starts on a slightly cropped photo.'),
  NOTE_PREVIEW: line(
    'MediaError',
    'never',
    'Only the first {seconds} s fit the size limit here. The whole clip is kept: /result brings it where larger files are allowed.',
  ),
  NOTE_REDUCED: line('MediaError', 'never', 'Reduced to {widthPx}×{heightPx} to fit the size limit here.'),
} as const satisfies Record<string, CatalogueLine>;

export type ErrorCode = keyof typeof catalogue;

/** Replaces `{name}` in a catalogue text; an unknown parameter stays visible as `{name}`. */
const fill = (text: string, params: ErrorParams): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));

/** One failure: a catalogue code, its parameters, and the cause for the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: { cause?: unknown }) {
    super(`${code}: ${fill(catalogue[code].text, params)}`, options);
    this.name = catalogue[code].class;
    this.code = code;
    this.params = params;
  }

  get retry(): 'never' | 'later' {
    return catalogue[this.code].retry;
  }

  toNote(): Note {
    return { code: this.code, params: this.params };
  }
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(catalogue, code);

/** The sentence a person reads for a note; an unknown code (from a newer process) becomes INTERNAL's. */
export const noteText = (note: Note): string => (isErrorCode(note.code) ? fill(catalogue[note.code].text, note.params) : catalogue.INTERNAL.text);

/** Any thrown value as an AppError; what is not ours becomes `fallback` with the cause kept for the log. */
export const asAppError = (error: unknown, fallback: ErrorCode = 'INTERNAL'): AppError =>
  error instanceof AppError ? error : new AppError(fallback, {}, { cause: error });

/** Rebuilds an error that crossed a process or the database as a note. */
export const fromNote = (note: Note): AppError => (isErrorCode(note.code) ? new AppError(note.code, note.params) : new AppError('INTERNAL', {}));
