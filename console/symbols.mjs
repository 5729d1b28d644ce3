// The APP-6 symbols of the map, drawn once at build. The SIDC is that of APP-6D (20 digits):
//   10        the standard's version
//   context   0 reality, 1 exercise, 2 simulation
//   identity  3 friend, 1 unknown
//   set       01 air, 10 land unit, 30 sea surface, 40 activity, 60 cyberspace
//   status    0 present, 1 planned
//   mark      0 none, 2 headquarters
//   00        no echelon
//   entity    six digits, below
//   0000      no modifiers
import ms from "milsymbol";

/** name: [identity, set, mark, entity] and what the standard calls the entity. */
export const KINDS = {
  "headquarters": ["3", "10", "2", "110000"], // command and control
  "land-unit": ["3", "10", "0", "121000"], // combined arms
  "airlift": ["3", "01", "0", "110107"], // fixed wing, cargo
  "air-unit": ["3", "01", "0", "110104"], // fixed wing, fighter
  "early-warning": ["3", "01", "0", "110116"], // fixed wing, airborne early warning
  "ship": ["3", "30", "0", "120200"], // surface combatant, line
  "medical": ["3", "10", "0", "161300"], // medical
  "cbrn": ["3", "10", "0", "140100"], // chemical, biological, radiological, nuclear defence
  "engineer": ["3", "10", "0", "140700"], // engineer
  "air-defence": ["3", "10", "0", "130102"], // air defence, missile: Patriot and its like
  "cyber": ["3", "60", "0", "110600"], // defensive cyberspace operation: a CSIRT at work
  "warning": ["1", "40", "0", "131200"], // emergency operation
};
const CONTEXTS = { reality: "0", exercise: "1", simulation: "2" };
const STATUSES = { present: "0", planned: "1" };

/** The SIDC of one symbol. */
export function sidc(kind, context, status) {
  const [identity, set, mark, entity] = KINDS[kind];
  return `10${CONTEXTS[context]}${identity}${set}${STATUSES[status]}${mark}00${entity}0000`;
}

/** {"airlift/reality/present": {sidc, svg}, …}, every kind in every context and status. */
export function symbols() {
  const drawn = {};
  for (const kind of Object.keys(KINDS))
    for (const context of Object.keys(CONTEXTS))
      for (const status of Object.keys(STATUSES)) {
        const code = sidc(kind, context, status);
        const symbol = new ms.Symbol(code, { size: 24, strokeWidth: 5 });
        if (!symbol.isValid()) throw new Error(`milsymbol does not know ${kind}, ${code}`);
        const svg = symbol.asSVG();
        if (svg.includes("style=")) throw new Error(`${kind}: pages allow no style attribute`);
        drawn[`${kind}/${context}/${status}`] = { sidc: code, svg };
      }
  return drawn;
}
