// SPDX-License-Identifier: Apache-2.0
// Shows a fleet of simulated stations as slac-monitor knows it, and asks for what it shall do. Everything that comes is
// text, never markup. Only what has changed is touched: the page serves hundreds of stations that change all the time.
"use strict";

const ANSWER_MS = 5000; // by then a keeper has told back what was asked for
const GOOD_MS = 4000;   // so long a success stays on the page
const LOOKS = {...STATUS_LOOKS, Alive: "good", Starting: "busy", Dead: "bad"};
const FAULTS = ["evse_malfunction", "evse_emergency_shutdown", "evse_utility_interrupt_event", "evse_shutdown",
	"evse_isolation_monitoring_active", "evse_not_ready"];

let token = document.querySelector("meta[name=fleet-token]").content;
let state = {broker: {}, launcher: {setups: []}};
let behaviours = [];
let link = {lostSince: null, tooMany: 0};
const stations = new Map(); // by id: {data, connectors: Map by number, row, …}
const order = [];           // the same, as the list has them
let chosen = null;          // the id of the station that is shown
const cards = new Map();    // of its outlets, by number; those of one station serve the next one as well
let words = [];             // of the filter
let errors = [];            // the latest first

const dom = {};
for (const element of document.querySelectorAll("[id]"))
	dom[element.id.replace(/-(.)/g, (_, letter) => letter.toUpperCase())] = element;

// Touches the page only where it does not say so already.
function setText(element, text) {
	if (element.textContent !== text)
		element.textContent = text;
}

function setHidden(element, isHidden) {
	if (element.hidden !== isHidden)
		element.hidden = isHidden;
}

// --- what is asked for ---

// One POST. "" or what is wrong with it.
async function post(path, body, isAgain = false) {
	let answer;
	try {
		answer = await fetch(`fleet/${path}`, {
			method: "POST",
			headers: {"Content-Type": "application/json", "X-Fleet-Token": token},
			body: JSON.stringify(body),
		});
	} catch (error) {
		return `slac-monitor does not answer: ${error.message}`;
	}
	if (answer.ok)
		return "";
	let why;
	try {
		why = await answer.json();
	} catch {
		return `slac-monitor answers ${answer.status} ${answer.statusText}`;
	}
	// It was started again since the page was loaded.
	if (why.field === "X-Fleet-Token" && !isAgain && await renewToken())
		return post(path, body, true);
	return why.error;
}

async function renewToken() {
	try {
		const page = await (await fetch("fleet")).text();
		token = new DOMParser().parseFromString(page, "text/html").querySelector("meta[name=fleet-token]").content;
		return true;
	} catch {
		return false;
	}
}

function say(element, text, isGood = false) {
	clearTimeout(element.clearing);
	element.classList.toggle("good", isGood);
	setText(element, text);
	if (isGood)
		element.clearing = setTimeout(() => setText(element, ""), GOOD_MS);
}

// Asks, and says beside it what became of that.
async function ask(path, body, element, done) {
	const wrong = await post(path, body);
	say(element, wrong || done, !wrong);
	return !wrong;
}

// Shows the question; resolves with true, or with the name where one is asked for, or with null.
function question({title, text, yes, isDanger, name, check}) {
	setText(dom.questionTitle, title);
	setText(dom.questionText, text);
	setText(dom.questionYes, yes);
	setText(dom.questionError, "");
	dom.questionYes.className = isDanger ? "danger" : "first";
	setHidden(dom.questionNamePart, name === undefined);
	dom.questionName.value = name ?? "";
	dom.question.showModal();
	(name === undefined ? dom.questionNo : dom.questionName).focus();
	return new Promise(resolve => {
		const finish = value => {
			dom.question.onclose = null;
			dom.question.close();
			resolve(value);
		};
		dom.questionNo.onclick = () => finish(null);
		dom.question.onclose = () => resolve(null); // by the key Escape
		dom.questionYes.onclick = () => {
			const wrong = name === undefined ? "" : check(dom.questionName.value);
			if (wrong)
				setText(dom.questionError, wrong);
			else
				finish(name === undefined ? true : dom.questionName.value);
		};
		dom.questionName.onkeydown = event => {
			if (event.key !== "Enter")
				return;
			event.preventDefault(); // or it would press the button that has the focus next
			dom.questionYes.onclick();
		};
	});
}

// --- the list ---

function countStates(station) {
	const counts = new Map();
	for (const {data} of station.connectors.values())
		if (data.state)
			addCount(counts, data.state);
	return counts;
}

function textOf(station) {
	const parts = [station.data.id, station.data.status, station.data.slacd];
	for (const {data} of station.connectors.values())
		parts.push(data.evse_id, data.state, data.reason, data.ev_mac, data.behaviour, data.faulted ? "faulted" : "");
	return parts.join(" ").toLowerCase();
}

function isShown(station) {
	return words.every(word => station.text.includes(word));
}

function compareStations(one, other) {
	return collator.compare(one.id, other.id) || (one.id < other.id ? -1 : 1);
}

function makeStation(id) {
	const station = {id, data: {id}, connectors: new Map(), text: "", said: "", counts: new Map()};
	station.badge = make("span", {class: "badge"});
	station.states = make("span", {class: "states"});
	// No id of fleet.html begins like that, whatever the station's is.
	station.row = make("li", {id: `row-${id}`, role: "option", "aria-selected": "false"},
		[make("span", {class: "id", text: id}), station.badge, station.states]);
	station.row.dataset.station = id;
	insertSorted(order, station, compareStations, dom.stations);
	stations.set(id, station);
	return station;
}

function removeStation(station) {
	if (chosen === station.id) {
		leave();
		setText(dom.news, `${station.id} is there no more.`);
	}
	removeSorted(order, station);
	stations.delete(station.id);
}

function fillRow(station) {
	const {status = "Unknown", connectors} = station.data;
	const counts = countStates(station);
	const list = listCounts(counts);
	const said = JSON.stringify([status, connectors, list]);

	station.counts = counts;
	if (said !== station.said) {
		station.said = said;
		setText(station.badge, status);
		station.badge.className = `badge ${LOOKS[status] || "plain"}`;
		station.states.replaceChildren(
			make("span", {text: plural(connectors ?? station.connectors.size, "outlet")}),
			...list.map(([word, count]) => make("span", {class: STATUS_LOOKS[word] || "", text: `${count} ${word}`})));
	}
	station.text = textOf(station);
	setHidden(station.row, !isShown(station));
}

function showFilter() {
	for (const station of order)
		setHidden(station.row, !isShown(station));
	showCount();
}

function showCount() {
	const shown = words.length === 0 ? order.length : order.filter(isShown).length;
	setText(dom.shown, words.length === 0 ? "" : `${shown} of ${order.length}`);
	setHidden(dom.stations, order.length === 0);
	setHidden(dom.noStations, order.length > 0);
}

// --- choosing one ---

function mark(id) {
	if (chosen !== null && stations.has(chosen))
		stations.get(chosen).row.setAttribute("aria-selected", "false");
	chosen = id;
	document.body.classList.toggle("has-chosen", id !== null);
	if (id === null) {
		dom.stations.removeAttribute("aria-activedescendant");
		return;
	}
	const {row} = stations.get(id);
	row.setAttribute("aria-selected", "true");
	dom.stations.setAttribute("aria-activedescendant", row.id);
}

function choose(id) {
	if (id === chosen)
		return;
	mark(id);
	history.replaceState(null, "", `#${id}`);
	showDetail();
	scrollTo(stations.get(id).row);
}

// Within the list: the page stays where it is.
function scrollTo(row) {
	const list = dom.stations.getBoundingClientRect();
	const {top, bottom} = row.getBoundingClientRect();
	const below = bottom - Math.min(list.bottom, innerHeight);
	if (top < list.top)
		dom.stations.scrollTop -= list.top - top;
	else if (below > 0)
		dom.stations.scrollTop += below;
}

function leave() {
	const hadFocus = dom.station.contains(document.activeElement);
	mark(null);
	history.replaceState(null, "", location.pathname);
	showDetail();
	if (hadFocus)
		dom.stations.focus();
}

// By so many rows that are shown.
function move(by) {
	const list = order.filter(isShown);
	if (list.length === 0)
		return;
	const at = list.findIndex(station => station.id === chosen);
	const to = at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by;
	choose(list[Math.max(0, Math.min(list.length - 1, to))].id);
}

dom.stations.addEventListener("click", event => {
	const row = event.target.closest("[data-station]");
	if (row) {
		choose(row.dataset.station);
		if (matchMedia("(max-width: 48rem)").matches)
			dom.stationTitle.focus();
	}
});
dom.stations.addEventListener("keydown", event => {
	const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, End: order.length, Home: -order.length};
	if (event.ctrlKey || event.altKey || event.metaKey)
		return;
	if (steps[event.key]) {
		event.preventDefault();
		move(steps[event.key]);
	} else if (event.key === "Enter" && chosen !== null) {
		dom.stationTitle.focus();
	}
});
dom.filter.addEventListener("input", () => {
	words = dom.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
	showFilter();
});
dom.filter.addEventListener("keydown", event => {
	if (event.key === "ArrowDown") {
		event.preventDefault();
		dom.stations.focus();
		if (chosen === null)
			move(1);
	}
});
dom.back.addEventListener("click", () => {
	const {row} = stations.get(chosen);
	leave();
	row.scrollIntoView({block: "center"}); // where somebody has come from
});

// --- a control of a connector ---

// Something that is told by the keeper and may be asked for: shows what is told, unless somebody is changing it.
class Control {
	constructor(element, empty, read, write) {
		Object.assign(this, {element, empty, read, write, told: undefined, isDirty: false});
		element.addEventListener("input", () => {
			this.isDirty = true;
		});
		element.addEventListener("keydown", event => {
			if (event.key === "Escape")
				this.reset();
		});
	}

	reset() {
		this.isDirty = false;
		this.show();
	}

	show() {
		if (this.told !== undefined && this.read() !== this.told)
			this.write(this.told);
	}

	// The keeper tells it.
	tell(value) {
		if (value === undefined || value === this.told)
			return;
		this.told = value;
		this.settle();
	}

	settle() {
		clearTimeout(this.waiting);
		this.element.classList.remove("pending");
		if (!this.isDirty)
			this.show();
	}

	// It is asked for: it looks like that until it is told back.
	expect(tooLate) {
		this.isDirty = false;
		if (this.read() === this.told)
			return;
		this.element.classList.add("pending");
		clearTimeout(this.waiting);
		this.waiting = setTimeout(() => {
			this.settle();
			tooLate();
		}, ANSWER_MS);
	}

	// It belongs to another connector from now on.
	begin() {
		clearTimeout(this.waiting);
		this.element.classList.remove("pending");
		Object.assign(this, {told: undefined, isDirty: false});
		this.write(this.empty);
	}

	// It was refused: what somebody has put there stays, to be put right.
	refuse() {
		this.isDirty = true;
		this.settle();
	}
}

function numberControl(element) {
	return new Control(element, "", () => element.value === "" ? undefined : Number(element.value), value => {
		element.value = value;
	});
}

function flagControl(element) {
	return new Control(element, false, () => element.checked, value => {
		element.checked = value;
	});
}

// --- a connector ---

function field(card, look, text, element, ...others) {
	const id = `${card.key}-${element.dataset.name}`;
	element.id = id;
	const label = make("label", {for: id, text});
	const content = others.length > 0 ? [make("span", {class: "together"}, [element, ...others])] : [element];
	return make("div", {class: `field ${look}`}, look.includes("flag") ? [...content, label] : [label, ...content]);
}

function input(name, options) {
	const element = make("input", {autocomplete: "off", ...options});
	element.dataset.name = name;
	return element;
}

// An input whose value is a member of `car`, asked for when it was changed.
function carNumber(card, name, text, look, options) {
	const element = input(name, {type: "number", inputmode: "decimal", min: "0", ...options});
	const control = numberControl(element);
	card.controls[name] = control;
	element.addEventListener("change", () => {
		if (!element.checkValidity() || element.value === "")
			say(card.said, `${text}: expected a number from 0 to ${options.max}`);
		else
			askCar(card, {[name]: Number(element.value)}, control);
	});
	return field(card, look, text, element);
}

function carFlag(card, name, text) {
	const element = input(name, {type: "checkbox"});
	const control = flagControl(element);
	card.controls[name] = control;
	element.addEventListener("change", () => askCar(card, {[name]: element.checked}, control));
	return field(card, "flag", text, element);
}

async function askConnector(card, what, body, control, done) {
	control?.expect(() => say(card.said, "The station's keeper has not told that back."));
	const isDone = await ask(`stations/${card.station}/connectors/${card.number}/${what}`, body, card.said, done);
	if (!isDone)
		control?.refuse();
}

function askCar(card, body, control) {
	return askConnector(card, "car", body, control, "");
}

function plugButton(card) {
	const button = make("button", {type: "button", class: "first"});
	card.plug = button;
	button.addEventListener("click", () => askCar(card, {plugged: !card.data.plugged}));
	return make("div", {class: "field"}, [button]);
}

function argumentOf(name) {
	return behaviours.find(behaviour => behaviour.name === name)?.argument;
}

// The names of slac-ev.
function makeBehaviours() {
	const groups = new Map([["Car and line", []], ["Modem", []]]);
	for (const {name, argument, help} of behaviours)
		groups.get(name.startsWith("modem-") ? "Modem" : "Car and line")
			.push(make("option", {value: name, title: help, text: argument ? `${name} …` : name}));
	return make("select", {}, [...groups].filter(([, options]) => options.length > 0)
		.map(([label, options]) => make("optgroup", {label}, options)));
}

// Chooses what the car has, which may be none of the names: with a value, or several.
function setBehaviour(select, told) {
	const isName = behaviours.some(({name}) => name === told);
	const other = select.querySelector(":scope > option");

	if (other && (isName || other.value !== told))
		other.remove();
	if (!isName && other?.value !== told)
		select.prepend(make("option", {value: told, text: `${told} (as it is)`}));
	select.value = told;
}

function behaviourField(card) {
	const select = makeBehaviours();
	const value = input("behaviour-value", {type: "text", "aria-label": "Value of the behaviour", size: "5"});
	const button = make("button", {type: "button", text: "Set"});
	const hint = make("p", {class: "hint"});
	const control = new Control(select, "normal", () => select.value, told => {
		setBehaviour(select, told);
		explain();
	});
	const explain = () => {
		const argument = argumentOf(select.value);
		value.hidden = !argument;
		value.placeholder = (argument ?? "").replace(/^\[:/, "[");
		setText(hint, behaviours.find(({name}) => name === select.value)?.help ?? "");
	};
	select.dataset.name = "behaviour";
	card.controls.behaviour = control;
	select.addEventListener("change", explain);
	button.addEventListener("click", () => {
		const name = select.value;
		askCar(card, {behaviour: argumentOf(name) && value.value ? `${name}:${value.value}` : name}, control);
	});
	explain();
	const whole = field(card, "wide", "Behaviour, from the next plug-in on", select, value, button);
	whole.append(hint);
	return whole;
}

function tagField(card) {
	const tag = input("tag", {type: "text", maxlength: "36", spellcheck: "false"});
	const button = make("button", {type: "button", text: "Show card"});
	card.controls.id_tag = new Control(tag, "", () => tag.value, value => {
		tag.value = value;
	});
	const show = () => askConnector(card, "id_tag", {id_tag: tag.value}, card.controls.id_tag, "The card was shown.");
	button.addEventListener("click", show);
	tag.addEventListener("keydown", event => {
		if (event.key === "Enter")
			show();
	});
	return field(card, "wide", "Id tag", tag, button);
}

function faultField(card) {
	const select = make("select", {}, FAULTS.map(word => make("option", {value: word, text: word})));
	const button = make("button", {type: "button"});
	select.dataset.name = "fault";
	card.fault = button;
	card.faultSelect = select;
	button.addEventListener("click", () => askConnector(card, "faulted",
		card.data.faulted ? {faulted: false} : {faulted: true, status_code: select.value}, undefined, ""));
	return field(card, "wide", "Fault of the station", select, button);
}

const PHASE = {max: "1000", step: "0.1"};

function makeInputs(card) {
	return make("fieldset", {}, [
		make("legend", {text: "Car and driver"}),
		plugButton(card),
		carFlag(card, "ready", "Ready"),
		carNumber(card, "cable", "Own cable, A", "", {max: "1000", step: "1"}),
		carNumber(card, "consumption_l1", "Consumes L1, A", "", PHASE),
		carNumber(card, "consumption_l2", "L2, A", "", PHASE),
		carNumber(card, "consumption_l3", "L3, A", "", PHASE),
		carNumber(card, "attenuation", "Attenuation, dB", "", {max: "127", step: "1"}),
		tagFieldInRow(card),
		behaviourField(card),
		faultField(card),
		card.said,
	]);
}

function tagFieldInRow(card) {
	const element = tagField(card);
	element.className = "field rest";
	return element;
}

// Name, whether it has a line of its own, and what is said of it with which look.
const FACTS = [
	["Matching", true],
	["Pilot", false, data => [data.pilot === undefined ? ""
		: data.duty_percent === undefined ? data.pilot : `${data.pilot}, ${data.duty_percent} %`]],
	["Attenuation", false, data => [data.attenuation_db === undefined ? "" : `${data.attenuation_db} dB`]],
	["Offered", false, data => [data.offered_current_a === undefined ? "" : `${data.offered_current_a} A`]],
	["Drawn, L1 L2 L3", false, data => [data.drawn_a === undefined ? "" : `${data.drawn_a.join(" · ")} A`]],
	["Car", false, data => [data.ev_mac || "", "mono"]],
	["Sessions", false, data => [data.sessions_matched === undefined ? ""
		: `${data.sessions_matched} matched, ${data.sessions_failed ?? 0} failed`]],
];

function makeFacts(card) {
	card.facts = FACTS.map(([, , tell]) => ({tell, element: make("dd")}));
	card.state = make("span", {class: "badge plain"});
	card.why = make("span");
	card.asOf = make("span", {class: "as-of"});
	card.facts[0].element.append(card.state, " ", card.why, " ", card.asOf);
	return make("dl", {}, FACTS.map(([name, isWhole], at) =>
		make("div", isWhole ? {class: "whole"} : {}, [make("dt", {text: name}), card.facts[at].element])));
}

function asOfText(at) {
	const time = Date.parse(at);
	return Number.isNaN(time) ? "" : `as of ${timeText(time)}`;
}

function fillFacts(card, data) {
	setText(card.state, data.state || "no car yet");
	card.state.className = `badge ${STATUS_LOOKS[data.state] || "plain"}`;
	setText(card.why, data.reason ? `${data.reason},` : "");
	setText(card.asOf, data.at ? asOfText(data.at) : "");
	for (const {tell, element} of card.facts.slice(1)) {
		const [text, look = ""] = tell(data);
		setText(element, text || "–");
		element.className = look;
	}
}

function makeCard(number) {
	const card = {number, key: `outlet-${number}`, controls: {}, data: {}};
	card.said = make("p", {class: "said", role: "status"});
	card.evse = make("span", {class: "mono more"});
	const title = make("h3", {id: `${card.key}-title`, text: `Outlet ${number}`});
	const facts = makeFacts(card);
	card.inputs = makeInputs(card);
	card.element = make("section", {class: "card", "aria-labelledby": title.id},
		[make("header", {}, [title, card.evse]), facts, card.inputs]);
	return card;
}

// It shows an outlet of this station from now on.
function useCard(card, station) {
	card.station = station;
	say(card.said, "");
	card.faultSelect.value = FAULTS[0];
	for (const control of Object.values(card.controls))
		control.begin();
}

function fillCard(card, data, isDead) {
	card.data = data;
	setText(card.evse, data.evse_id || "");
	fillFacts(card, data);
	setText(card.plug, data.plugged ? "Unplug" : "Plug in");
	setText(card.fault, data.faulted ? "Clear fault" : "Report fault");
	card.faultSelect.disabled = Boolean(data.faulted);
	if (data.faulted && FAULTS.includes(data.status_code))
		card.faultSelect.value = data.status_code;
	for (const [name, control] of Object.entries(card.controls))
		control.tell(data[name]);
	card.inputs.disabled = isDead;
}

// --- the chosen station ---

function factsOf(data) {
	const parts = [];
	if (data.link)
		parts.push(`${data.link} link`);
	if (data.slacd)
		parts.push(`slacd ${data.slacd}`);
	if (data.stopped)
		parts.push(`stopped: ${data.stopped}`);
	if (data.restarts !== undefined)
		parts.push(data.restarts === 1 ? "restarted once" : `${data.restarts} restarts`);
	if (data.started && !Number.isNaN(Date.parse(data.started)))
		parts.push(`started ${timeText(Date.parse(data.started))}`);
	return parts.join(" · ");
}

function fillHead(data) {
	const isDead = data.status === "Dead";
	const hasLauncher = state.launcher.status === "Alive";
	const status = data.status || "Unknown";

	setText(dom.stationTitle, `Station ${data.id}`);
	setText(dom.stationBadge, status);
	dom.stationBadge.className = `badge ${LOOKS[status] || "plain"}`;
	setText(dom.stationFacts, isDead && !hasLauncher
		? "It ended without a good-bye, and there is no launcher that could start or remove it."
		: isDead ? "It ended without a good-bye. Restart starts it again; Remove forgets it." : factsOf(data));
	dom.station.classList.toggle("dead", isDead);
	dom.kill.disabled = isDead;
	dom.restart.disabled = dom.close.disabled = isDead && !hasLauncher;
}

function addCard(number) {
	const card = makeCard(number);
	const next = [...cards.values()].filter(other => other.number > number).sort((one, other) => one.number - other.number)[0];
	dom.cards.insertBefore(card.element, next ? next.element : null);
	cards.set(number, card);
	return card;
}

// The chosen station as it is now.
function fillDetail() {
	const {data, connectors} = stations.get(chosen);

	fillHead(data);
	for (const [number, card] of cards) {
		if (!connectors.has(number)) {
			card.element.remove();
			cards.delete(number);
		}
	}
	for (const [number, outlet] of connectors) {
		const card = cards.get(number) || addCard(number);
		if (card.station !== data.id)
			useCard(card, data.id);
		fillCard(card, outlet.data, data.status === "Dead");
	}
}

// Another station was chosen, or none.
function showDetail() {
	say(dom.stationSaid, "");
	setHidden(dom.station, chosen === null);
	setHidden(dom.nothing, chosen !== null);
	if (chosen !== null)
		fillDetail();
}

const ORDERS = {
	restart: {yes: "Restart", done: "asked to restart.",
		text: "slacd, cs-sim and the cars end and start again. Sessions that run are lost."},
	kill: {yes: "Kill", isDanger: true, done: "being killed.",
		text: "Every program ends at once (kill -9), as if the power failed. What is killed stays in the list as Dead."},
	close: {yes: "Remove", isDanger: true, done: "being removed.",
		text: "What is removed ends in good order and is no longer part of the fleet."},
};

for (const command of Object.keys(ORDERS)) {
	dom[command].addEventListener("click", async () => {
		const id = chosen;
		const {done, ...texts} = ORDERS[command];
		if (await question({title: `${texts.yes} station ${id}?`, ...texts}) !== null)
			ask("launcher", {command, id}, id === chosen ? dom.stationSaid : dom.toolsSaid, `${id} is ${done}`);
	});
}

dom.all.addEventListener("click", async () => {
	const command = dom.allOrder.value;
	const {done, ...texts} = ORDERS[command];
	if (await question({title: `${texts.yes} all ${plural(order.length, "station")}?`, ...texts, isDanger: true}) !== null)
		ask("launcher", {command, id: "*"}, dom.toolsSaid, `All stations are ${done}`);
});

// --- the whole fleet ---

dom.add.addEventListener("click", () => {
	if (!dom.newConnectors.checkValidity() || dom.newConnectors.value === "")
		say(dom.toolsSaid, "Outlets: expected a whole number from 1 to 256");
	else
		ask("launcher", {command: "start", connectors: Number(dom.newConnectors.value)}, dom.toolsSaid,
			`A station with ${plural(Number(dom.newConnectors.value), "outlet")} is asked for.`);
});
dom.load.addEventListener("click", () => {
	const name = dom.setups.value;
	if (name === "")
		say(dom.toolsSaid, "Setup: expected one that was saved");
	else
		ask("launcher", {command: "load", name}, dom.toolsSaid, `The stations of setup ${name} are asked for.`);
});
dom.save.addEventListener("click", async () => {
	const check = name => /^[A-Za-z0-9_-]{1,64}$/.test(name) ? ""
		: "Name: expected 1 to 64 of the characters A-Z a-z 0-9 _ -";
	const name = await question({title: "Save the fleet as a setup", yes: "Save", name: dom.setups.value, check,
		text: "Which stations there are, with how many outlets, without their cars. A setup of the same name is replaced."});
	if (name !== null)
		ask("launcher", {command: "save", name}, dom.toolsSaid, `The fleet is being saved as ${name}.`);
});

function fillSetups(setups) {
	const before = dom.setups.value;
	const said = JSON.stringify(setups);
	if (dom.setups.dataset.said === said)
		return;
	dom.setups.dataset.said = said;
	dom.setups.replaceChildren(...(setups.length > 0 ? setups.map(name => make("option", {value: name, text: name}))
		: [make("option", {value: "", text: "none saved"})]));
	if (setups.includes(before))
		dom.setups.value = before;
}

function notices() {
	const {broker, launcher} = state;
	const list = [];

	if (link.lostSince !== null)
		list.push(lostNotice(link));
	if (broker.connected === false)
		list.push(brokerNotice(broker));
	else if (broker.connected && launcher.status === undefined)
		list.push(["plain", "No launcher (cs-fleet) is at the broker: stations can be neither added nor saved nor loaded."]);
	else if (launcher.status === "Dead")
		list.push(["warn", "The launcher (cs-fleet) ended without a good-bye. Its stations live on; a new launcher finds them."]);
	if (state.no_room > 0)
		list.push(["warn", `There are more stations or outlets than slac-monitor has room for: ${state.no_room} messages not shown.`]);
	if (state.unread > 0)
		list.push(["warn", `Messages that could not be read: ${state.unread}. The last one: ${state.unread_why}.`]);
	return list;
}

function showSummary() {
	const statuses = new Map();
	const states = new Map();
	let outlets = 0;
	for (const station of order) {
		const status = station.data.status || "Unknown";
		addCount(statuses, status);
		outlets += station.connectors.size;
		for (const [word, count] of station.counts)
			addCount(states, word, count);
	}
	const lists = [
		[plural(order.length, "station"), ...countTexts([...statuses])],
		[plural(outlets, "outlet"), ...countTexts(listCounts(states))],
	];
	const {status, version} = state.launcher;
	if (status)
		lists.push([`launcher ${status}${version ? ` ${version}` : ""}`]);
	setText(dom.summary, lists.map(list => list.join(", ")).join(" · "));
}

function showLauncher() {
	const isAlive = state.launcher.status === "Alive" && state.broker.connected === true && link.lostSince === null;
	for (const element of [dom.add, dom.load, dom.save, dom.all])
		element.disabled = !isAlive;
	fillSetups(state.launcher.setups || []);
	setHidden(dom.pages, !state.outlets);
}

// --- what was refused ---

function makeError(error) {
	const item = make("li", {}, [makeTime(error.at_ms), ` ${error.from || "launcher"}: ${error.error}`]);
	const details = [error.topic, error.payload].filter(Boolean).join("  ");
	if (details)
		item.append(make("span", {class: "more", text: details}));
	return item;
}

function showErrors() {
	const list = errors.filter(({isDismissed}) => !isDismissed);
	setHidden(dom.errorsPart, list.length === 0);
	setText(dom.errorsTitle, list.length === 1 ? "1 request was refused" : `${list.length} requests were refused`);
	dom.errors.replaceChildren(...list.map(makeError));
}

function dismissErrors() {
	for (const error of errors)
		error.isDismissed = true;
}

function takeErrors(news, isFirst) {
	// Known ones come again when everything is sent. A slac-monitor that was started again begins with number 1 again.
	const latest = news.filter(({number, at_ms}) =>
		!errors.some(known => known.number === number && known.at_ms === at_ms));
	if (latest.length === 0)
		return;
	errors = [...latest.reverse(), ...errors].slice(0, 32);
	// What was refused before this page was opened is nobody's who reads it.
	if (isFirst)
		dismissErrors();
	else
		setText(dom.news, `Refused by ${errors[0].from || "the launcher"}: ${errors[0].error}`);
	showErrors();
}

dom.dismiss.addEventListener("click", () => {
	dismissErrors();
	showErrors();
	dom.stations.focus();
});

// --- the whole ---

function takeStations(news, touched) {
	for (const data of news.stations) {
		const station = stations.get(data.id) || makeStation(data.id);
		station.data = data;
		touched.add(station);
	}
	for (const data of news.connectors) {
		const station = stations.get(data.station);
		if (!station)
			continue;
		station.connectors.set(data.number, {data});
		touched.add(station);
	}
}

// After something went, everything was sent.
function forget(news) {
	const ids = new Set(news.stations.map(({id}) => id));
	const keys = new Set(news.connectors.map(({station, number}) => `${station} ${number}`));
	for (const station of [...stations.values()]) {
		if (!ids.has(station.id)) {
			removeStation(station);
			continue;
		}
		for (const number of [...station.connectors.keys()])
			if (!keys.has(`${station.id} ${number}`))
				station.connectors.delete(number);
	}
}

function show() {
	showList(notices());
	showLauncher();
	document.body.classList.toggle("old", link.lostSince !== null || state.broker.connected === false);
}

function take(news) {
	const isFirst = state.change === undefined;
	const touched = new Set();

	state = {...state, ...news};
	behaviours = state.behaviours || [];
	takeStations(news, touched);
	if (news.all)
		forget(news);
	for (const station of touched)
		if (stations.has(station.id))
			fillRow(station);
	if (touched.size > 0 || news.all) {
		showSummary();
		showCount();
	}
	show();
	takeErrors(news.errors, isFirst);
	if (isFirst && stations.has(location.hash.slice(1)))
		choose(location.hash.slice(1));
	else if (chosen !== null && (touched.has(stations.get(chosen)) || news.launcher || news.all))
		fillDetail();
}

link = listen("fleet/events", take, show);
