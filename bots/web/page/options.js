/** The form's options, drawn from an engine's bounds. Only what differs from the engine's defaults is sent. */
import { element } from './element.js';
import { drawLimits, engineSelect } from './engine.js';

const motionWords = (prompt) => (value) =>
  value === 1 ? (prompt === 'none' ? 'as usual' : 'as the words say') : `${value.toFixed(1)} · ${value === 0 ? 'still' : value < 1 ? 'calmer' : 'livelier'}`;

const labels = {
  engine: 'Engine',
  seconds: 'Length',
  frames: 'Length',
  motion: 'Motion',
  fps: 'Frames per second',
  format: 'Format',
  seed: 'Seed',
  loop: 'Loop',
  steps: 'Steps',
  guidance: 'Guidance',
  width: 'Width in pixels',
  height: 'Height in pixels',
  negative: 'Not in the clip',
};

/** Where a problem is told when the engine has the option in its other form. */
const sameAs = { seconds: 'frames', frames: 'seconds', height: 'width' };

/** A label, its control, and the place where its problem is told. `read` gives the value to send, or null for the default. */
const field = (name, control, read, { output, wide } = {}) => {
  const id = `option-${name}`;
  const problem = element('p', { className: 'problem', id: `${id}-problem`, hidden: true });
  problem.setAttribute('role', 'alert');
  control.id = id;
  control.name = name;
  control.setAttribute('aria-describedby', problem.id);
  const label = element('label', { htmlFor: id }, labels[name]);
  const node = element(
    'div',
    { className: `field ${wide ? 'wide' : ''}` },
    element('div', { className: 'label-line' }, label, ...(output ? [output] : [])),
    control,
    problem,
  );
  return { name, node, control, problem, read };
};

const slider = (name, bounds, words) => {
  const control = element('input', { type: 'range', min: bounds.min, max: bounds.max, step: bounds.step, value: bounds.default });
  const output = element('output');
  const show = () => {
    output.textContent = words(Number(control.value));
    control.style.setProperty('--filled', String((control.value - bounds.min) / (bounds.max - bounds.min)));
  };
  control.addEventListener('input', show);
  show();
  return field(name, control, () => (Number(control.value) === bounds.default ? null : control.value), { output });
};

const number = (name, bounds, placeholder = `${bounds.default}`) => {
  const control = element('input', { type: 'number', inputMode: 'decimal', min: bounds.min, max: bounds.max, step: bounds.step, placeholder });
  // A number field hides what it cannot read; the server then says what is wrong with it.
  return field(name, control, () => (control.validity.badInput ? 'not a number' : control.value.trim() || null));
};

const select = (name, choices) => {
  const control = element('select', {}, ...choices.map(({ value, title }) => element('option', { value, textContent: title })));
  return field(name, control, () => (control.selectedIndex === 0 ? null : control.value));
};

const words = (name, maxLength) => {
  const control = element('input', { type: 'text', maxLength, placeholder: 'blurry, text, low quality' });
  return field(name, control, () => control.value.trim() || null, { wide: true });
};

/** The length of a clip whose frame counts lie on a grid: what is chosen are frames, what is read are seconds. */
const frameSlider = (bounds, fps) => {
  const perSecond = () => Number(fps.control.value) || Number(fps.control.placeholder);
  const made = slider('frames', bounds, (value) => `${(value / perSecond()).toFixed(1)} s · ${value} frames`);
  fps.control.addEventListener('input', () => made.control.dispatchEvent(new Event('input')));
  return made;
};

/** A bound with nothing to choose is no option. */
const open = (bounds, make) => (bounds.min < bounds.max ? [make()] : []);

const toggle = (name) => {
  const made = field(name, element('input', { type: 'checkbox', className: 'switch' }), () => (made.control.checked ? 'true' : null));
  made.node.classList.add('switch-line');
  return made;
};

/**
 * Draws the options and keeps them in step with the chosen engine.
 * @param engines from GET /v1/engines, the default first
 * @param onEngine called with the chosen engine, at first and on every change
 */
export const drawOptions = (engines, chooser, main, more, about, onEngine) => {
  const several = engines.length > 1;
  const control = engineSelect(engines);
  const engineField = field('engine', control, () => (several ? control.value : null), { wide: true });
  const facts = element('dl', { className: 'facts wide' });
  const chosen = () => engines.find(({ id }) => id === control.value);
  let fields = [];

  const draw = () => {
    const engine = chosen();
    const { options } = engine;
    const fps = number('fps', options.fps);
    const shown = [
      ...(options.frames
        ? open(options.frames, () => frameSlider(options.frames, fps))
        : open(options.seconds, () => slider('seconds', options.seconds, (value) => `${value} s`))),
      ...open(options.motion, () => slider('motion', options.motion, motionWords(engine.prompt))),
      select(
        'format',
        options.format.map((value) => ({ value, title: value.toUpperCase() })),
      ),
      ...(options.loop ? [toggle('loop')] : []),
    ];
    const hidden = [
      ...(several ? [] : [engineField]),
      ...(engine.negative ? [words('negative', engine.max_prompt_characters)] : []),
      number('seed', { min: 0, max: 4294967295, step: 1 }, 'random'),
      ...open(options.fps, () => fps),
      ...open(options.steps, () => number('steps', options.steps)),
      ...open(options.guidance, () => number('guidance', options.guidance)),
      number('width', options.width, 'automatic'),
      number('height', options.height, 'automatic'),
    ];
    chooser.replaceChildren(...(several ? [engineField.node, facts] : []));
    drawLimits(facts, engine);
    main.replaceChildren(...shown.map(({ node }) => node));
    more.replaceChildren(...hidden.map(({ node }) => node));
    about.textContent = `${engine.title} ${engine.version}: ${engine.description} Licence: ${engine.licence}.`;
    fields = [...(several ? [engineField] : []), ...shown, ...hidden];
    onEngine(engine);
  };
  control.addEventListener('change', draw);
  draw();

  return {
    engine: chosen,
    values: () => Object.fromEntries(fields.map(({ name, read }) => [name, read()]).filter(([, value]) => value !== null)),
    clearProblems() {
      for (const { problem, control } of fields) {
        problem.hidden = true;
        control.removeAttribute('aria-invalid');
      }
    },
    /** @returns false when there is no such option to tell it next to */
    showProblem(name, message) {
      const wrong = fields.find((candidate) => candidate.name === name) ?? fields.find((candidate) => candidate.name === sameAs[name]);
      if (!wrong) return false;
      wrong.problem.textContent = message;
      wrong.problem.hidden = false;
      wrong.control.setAttribute('aria-invalid', 'true');
      const details = wrong.node.closest('details');
      if (details) details.open = true;
      wrong.control.focus();
      return true;
    },
  };
};
