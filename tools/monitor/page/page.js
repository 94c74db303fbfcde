// SPDX-License-Identifier: Apache-2.0
// Shows what slac-monitor knows, and what changes while the page is open. Everything that comes is text, never markup.
"use strict";

const RECORD_MS = 1500; // a record is there a moment after its name was told

let state = {stations: [], broker: {}, outlets: []};
const outlets = new Map(); // by key: {data, row, cells}
const order = [];           // the same, as the table has them
let link = {lostSince: null, tooMany: 0};
let recordsTimer = 0;

// --- small parts of the page ---

const more = (...children) => make("span", {class: "more"}, children);
const since = ms => make("span", {class: "more since"}, ["since ", makeTime(ms)]);

// A cell for each heading of the table.
function makeRow(table) {
	const row = make("tr", {role: "row"});
	const cells = [...byId(table).tHead.rows[0].cells].map((heading, index) => {
		const cell = index === 0 ? make("th", {role: "rowheader", scope: "row"})
			: make("td", {role: "cell", "data-label": heading.textContent});
		// One child, so that a label beside it has the place of its own on a phone.
		const content = make("div");
		cell.append(content);
		row.append(cell);
		return content;
	});
	return {row, cells};
}

// --- outlets ---

function fillOutlet(cell, data) {
	cell.replaceChildren(make("span", {text: data.evse_id}));
	if (data.interface)
		cell.append(more(data.interface));
	if (state.stations.length > 1)
		cell.append(more(state.stations[data.station].name));
}

function fillMatching(cell, slac) {
	if (!slac) {
		cell.replaceChildren(make("span", {class: "more", text: "not heard yet"}));
		return;
	}
	cell.replaceChildren(badge(slac.status, STATUS_LOOKS[slac.status] || "plain"));
	if (slac.reason)
		cell.append(more(slac.reason));
	cell.append(since(slac.at_ms));
}

function fillPilot(cell, pilot) {
	cell.replaceChildren();
	if (!pilot)
		return;
	cell.append(make("strong", {text: pilot.state}));
	if (pilot.duty_percent !== undefined)
		cell.append(` ${pilot.duty_percent}\u00a0%`);
	cell.append(since(pilot.at_ms));
}

function fillRequest(cell, request) {
	const answers = {none: ["not answered", "warn"], invalid: ["refused", "bad"], error: ["error", "bad"]};

	cell.replaceChildren();
	if (!request)
		return;
	cell.append(request.current_a === undefined ? request.signal : `${request.signal} ${request.current_a}\u00a0A`);
	if (answers[request.answer])
		cell.append(" ", badge(...answers[request.answer]));
	if (request.info)
		cell.append(more(request.info));
	cell.append(since(request.at_ms));
}

function fillLimit(cell, limits) {
	cell.replaceChildren();
	if (!limits)
		return;
	const phases = [limits.l1_a, limits.l2_a, limits.l3_a].filter(current => current > 0);
	if (limits.l1_a !== undefined)
		cell.append(phases.length > 0 ? `${Math.min(...phases)} A` : "0 A");
	if (limits.status_code !== "evse_ready")
		cell.append(more(limits.status_code));
	if (limits.rcd_error)
		cell.append(more("RCD error"));
}

function makeVerdict(verdict) {
	const item = make("li", {}, [makeTime(verdict.at_ms), ` ${verdict.status}`]);
	if (verdict.reason)
		item.append(` (${verdict.reason})`);
	if (verdict.ev_mac)
		item.append(", ", make("span", {class: "mono", text: verdict.ev_mac}));
	if (verdict.attenuation_db !== undefined)
		item.append(`, ${verdict.attenuation_db} dB`);
	if (verdict.record && state.records)
		item.append(", ", recordLink(verdict.record, "record"));
	return item;
}

function fillVerdicts(cell, verdicts) {
	const wasOpen = cell.querySelector("details")?.open;
	const hadFocus = cell.contains(document.activeElement);

	cell.replaceChildren();
	if (verdicts.length === 0)
		return;
	const summary = make("summary", {text: plural(verdicts.length, "outcome")});
	const details = make("details", {}, [summary, make("ol", {}, verdicts.map(makeVerdict))]);
	details.open = Boolean(wasOpen);
	cell.append(details);
	if (hadFocus)
		summary.focus();
}

function fillRow(outlet) {
	const {data, cells} = outlet;
	const slac = data.slac || {};

	fillOutlet(cells[0], data);
	fillMatching(cells[1], data.slac);
	cells[2].replaceChildren(...(slac.ev_mac ? [make("span", {class: "mono", text: slac.ev_mac})] : []));
	cells[3].textContent = slac.attenuation_db === undefined ? "" : `${slac.attenuation_db} dB`;
	fillPilot(cells[4], data.pilot);
	fillRequest(cells[5], data.request);
	fillLimit(cells[6], data.limits);
	// Not made anew where nothing has changed: somebody may be reading it.
	const verdicts = JSON.stringify(data.verdicts);
	if (outlet.verdicts !== verdicts)
		fillVerdicts(cells[7], data.verdicts);
	outlet.verdicts = verdicts;
}

function compareOutlets({data: one}, {data: other}) {
	return one.station - other.station || collator.compare(one.evse_id, other.evse_id);
}

function addOutlet(key, data) {
	const outlet = {data, ...makeRow("outlets")};

	insertSorted(order, outlet, compareOutlets, byId("outlets").tBodies[0]);
	outlets.set(key, outlet);
	return outlet;
}

function removeOutlet(key, outlet) {
	removeSorted(order, outlet);
	outlets.delete(key);
}

function takeOutlet(data, isNews) {
	const key = JSON.stringify([data.station, data.evse_id]);
	const before = outlets.get(key);
	const outlet = before || addOutlet(key, data);
	const latest = data.verdicts[0];
	const known = before?.data.verdicts[0];

	outlet.data = data;
	fillRow(outlet);
	if (!isNews || !latest || latest.at_ms === known?.at_ms)
		return key;
	byId("news").textContent = `${data.evse_id}: ${latest.status} ${latest.reason}`;
	if (latest.record)
		lookForRecords(RECORD_MS);
	return key;
}

// --- the whole ---

function serviceNotice(station) {
	const name = state.stations.length > 1 ? `slacd of ${station.name}` : "slacd";
	const time = station.at_ms ? timeText(station.at_ms) : "";

	switch (station.service) {
	case undefined:
		return ["plain", `${name} has not told its state since slac-monitor listens; it may run all the same.`];
	case "ready":
		return null;
	case "error":
		return ["bad", `${name} ended without a good-bye at ${time}: nobody answers a car. What is shown of it is old.`];
	case "stopping":
		return ["bad", `${name} has stopped at ${time}: nobody answers a car. What is shown of it is old.`];
	case "busy":
		return ["warn", `${name}: no outlet can serve since ${time} (no interface, or no modem that has its key).`];
	default:
		return ["busy", `${name} is ${station.service} since ${time}.`];
	}
}

// What was said while there was no connection was missed: only what is heard again is known to be so.
function isFromBefore(data) {
	return data.connection > 0 && data.connection !== state.broker.connection;
}

function notices() {
	const {broker, stations} = state;
	const list = [];

	if (link.lostSince !== null)
		list.push(lostNotice(link));
	if (broker.connected === false)
		list.push(brokerNotice(broker));
	else if ([...outlets.values()].some(({data}) => isFromBefore(data)))
		list.push(["plain", `Connected to the MQTT broker again since ${timeText(broker.at_ms)}. ` +
			"What is in italics is from before."]);
	list.push(...stations.map(serviceNotice).filter(notice => notice !== null));
	if (state.no_room > 0)
		list.push(["warn", `There are more outlets than slac-monitor has room for: ${state.no_room} messages not shown.`]);
	if (state.unread > 0)
		list.push(["warn", `Messages that could not be read: ${state.unread}. The last one was from ${state.unread_why}.`]);
	return list;
}

function showSummary() {
	const counts = new Map();
	for (const {data} of outlets.values())
		if (data.slac)
			addCount(counts, data.slac.status);
	const parts = countTexts(listCounts(counts));
	const total = plural(outlets.size, "outlet");
	const versions = [...new Set(state.stations.filter(station => station.version).map(station => station.version))];

	byId("summary").textContent = [total, ...parts].join(", ") + (versions.length ? ` · slacd ${versions.join(", ")}` : "");
	byId("outlets").hidden = outlets.size === 0;
	byId("no-outlets").hidden = outlets.size > 0;
	byId("pages").hidden = !state.fleet;
}

function showAge() {
	const isOld = link.lostSince !== null || state.broker.connected === false;
	for (const {data, row} of outlets.values()) {
		const service = state.stations[data.station]?.service;
		row.classList.toggle("stale", isOld || isFromBefore(data) || service === "error" || service === "stopping");
	}
}

function show() {
	showList(notices());
	showSummary();
	showAge();
}

function take(news) {
	const isFirst = state.change === undefined;

	state = news;
	const keys = new Set(news.outlets.map(data => takeOutlet(data, !isFirst)));
	if (news.all) {
		for (const [key, outlet] of outlets) {
			if (!keys.has(key))
				removeOutlet(key, outlet);
		}
	}
	show();
	if (isFirst && news.records)
		lookForRecords(0);
}

// --- records ---

function recordLink(name, text, label) {
	const link = make("a", {href: `records/${encodeURIComponent(name)}`, text});
	if (label)
		link.setAttribute("aria-label", label);
	return link;
}

// 20231213T155819.979904Z-DE_ABC_E1-failed-no_match_req.pcapng
function readName(name) {
	const [, year, month, day, hour, minute, second, rest] =
		name.match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\.\d{6}Z-(.*)\.pcapng$/s);
	const words = rest.match(/^(.*)-(failed|basic_charging|unmatched)(?:-(.*))?$/s);
	return {
		begin: Date.UTC(year, month - 1, day, hour, minute, second),
		outlet: words ? words[1] : rest,
		outcome: words ? words[2] : "",
		reason: words && words[3] ? words[3] : "",
	};
}

function makeRecordRow({name, size}) {
	const {row, cells} = makeRow("records");
	const {begin, outlet, outcome, reason} = readName(name);

	cells[0].append(makeTime(begin));
	cells[1].textContent = outlet;
	cells[2].append(outcome ? badge(outcome, STATUS_LOOKS[outcome]) : "");
	cells[3].textContent = reason;
	cells[4].textContent = `${Math.ceil(size / 1024)} KiB`;
	cells[5].append(recordLink(name, "Open", `Open the record of ${outlet}, ${timeText(begin)}`));
	return row;
}

async function showRecords() {
	const said = byId("records-said");

	byId("records-part").hidden = false;
	try {
		const answer = await fetch("records.json");
		if (!answer.ok)
			throw new Error(await answer.text());
		const {records, more: others} = await answer.json();
		byId("records").tBodies[0].replaceChildren(...records.map(makeRecordRow));
		byId("records").hidden = records.length === 0;
		said.textContent = records.length === 0 ? "There is no record."
			: others > 0 ? `The latest ${records.length} records; ${others} older ones are not listed.` : "";
	} catch (error) {
		said.textContent = `The records cannot be listed: ${error.message}`;
	}
}

function lookForRecords(afterMs) {
	if (!state.records)
		return;
	clearTimeout(recordsTimer);
	recordsTimer = setTimeout(showRecords, afterMs);
}

byId("look-again").addEventListener("click", showRecords);
link = listen("events", take, show);
