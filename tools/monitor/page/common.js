// SPDX-License-Identifier: Apache-2.0
// What the pages of slac-monitor share: parts of a page, times, notices, the connection. What comes is text, never markup.
"use strict";

const SILENT_MS = 25000; // slac-monitor says at least every 10 s that it is there
const AGAIN_MS = 2000;

const CLOCK = {hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"};
const DAY = {year: "numeric", month: "short", day: "numeric"};

// In the order of importance.
const STATUS_LOOKS = {matched: "good", matching: "busy", basic_charging: "warn", failed: "bad", unmatched: "plain"};
const STATUSES = Object.keys(STATUS_LOOKS);

const collator = new Intl.Collator(undefined, {numeric: true});

const byId = id => document.getElementById(id);

// --- small parts of a page ---

function make(name, options = {}, children = []) {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(options)) {
		if (key === "text")
			element.textContent = value;
		else
			element.setAttribute(key, value);
	}
	element.append(...children);
	return element;
}

function timeText(ms) {
	const time = new Date(ms);
	const isToday = time.toDateString() === new Date().toDateString();
	return isToday ? time.toLocaleTimeString(undefined, CLOCK) : time.toLocaleString(undefined, {...CLOCK, ...DAY});
}

function makeTime(ms) {
	return make("time", {datetime: new Date(ms).toISOString(), text: timeText(ms)});
}

function badge(word, look) {
	return make("span", {class: `badge ${look}`, text: word});
}

// Puts the entry to its place among those that are sorted, and its row into the list that shows them.
function insertSorted(sorted, entry, compare, list) {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (compare(sorted[middle], entry) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	list.insertBefore(entry.row, low < sorted.length ? sorted[low].row : null);
	sorted.splice(low, 0, entry);
}

function removeSorted(sorted, entry) {
	entry.row.remove();
	sorted.splice(sorted.indexOf(entry), 1);
}

// --- counts of words ---

function plural(count, word) {
	return count === 1 ? `1 ${word}` : `${count} ${word}s`;
}

function addCount(counts, word, more = 1) {
	counts.set(word, (counts.get(word) || 0) + more);
}

// [word, count] each: statuses in their order, and then whatever else there may be.
function listCounts(counts) {
	return [...STATUSES, ...[...counts.keys()].filter(word => !STATUSES.includes(word))]
		.filter(word => counts.has(word)).map(word => [word, counts.get(word)]);
}

const countTexts = list => list.map(([word, count]) => `${count} ${word}`);

// --- notices ---

// [look, text] each, into the list "notices".
function showList(list) {
	const said = JSON.stringify(list);
	const element = byId("notices");

	// A screen reader says what is put there: only what is new.
	if (element.dataset.said === said)
		return;
	element.dataset.said = said;
	element.replaceChildren(...list.map(([look, text]) => make("li", {class: look, text})));
}

function lostNotice(link) {
	return ["bad", link.tooMany > 0
		? `slac-monitor serves ${link.tooMany} pages already, and not this one. Trying again.`
		: `No connection to slac-monitor since ${timeText(link.lostSince)}. What is shown is old. Trying again.`];
}

function brokerNotice(broker) {
	return ["bad", broker.at_ms
		? `No connection to the MQTT broker ${broker.where} since ${timeText(broker.at_ms)}: ${broker.reason}. ` +
			"What is shown is old."
		: `Connecting to the MQTT broker ${broker.where} …`];
}

// --- the connection ---

// Hears the events of slac-monitor at this path: take(state) for each of them, show() when the connection came or went.
// Returns {lostSince: when it broke or null, tooMany: so many pages are open that this one is not served}.
function listen(path, take, show) {
	const link = {lostSince: null, tooMany: 0};
	let source = null;
	let watchdog = 0;

	const lose = () => {
		link.lostSince = link.lostSince ?? Date.now();
		show();
	};
	const again = () => {
		source.close();
		clearTimeout(watchdog);
		lose();
		setTimeout(connect, AGAIN_MS);
	};
	const isAlive = () => {
		link.lostSince = null;
		clearTimeout(watchdog);
		watchdog = setTimeout(again, SILENT_MS);
	};
	function connect() {
		link.tooMany = 0; // until it is said again
		source = new EventSource(path);
		source.addEventListener("state", event => {
			isAlive();
			take(JSON.parse(event.data));
		});
		source.addEventListener("alive", isAlive);
		source.addEventListener("full", event => {
			link.tooMany = Number(event.data);
			lose();
		});
		source.addEventListener("error", again);
	}
	connect();
	return link;
}
