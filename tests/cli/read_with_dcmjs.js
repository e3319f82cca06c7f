/* Reads DICOM objects with dcmjs and prints what they hold as JSON: data sets
 * in DICOM's JSON model without their pixels; of binary segmentations the
 * lengths of runs of 0 and 1 in each frame, of pictures the sum of their
 * pixels.
 *
 * usage: read_with_dcmjs.js DCMJS FILE...
 * SPDX-License-Identifier: Apache-2.0 */
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const zlib = require("zlib");

const DCMJS_SHA256 =
  "7544c5bd7ca2625d0f12e97ce93c33904f84450029ff568bf82ecee47c18f87b";

function sha256(bytes) {
  return crypto.createHash("sha256").update(bytes).digest("hex");
}

/* The library lies packed beside this script, and is the pinned one. */
function loadDcmjs(file) {
  const script = zlib.gunzipSync(fs.readFileSync(file));
  if (sha256(script) !== DCMJS_SHA256)
    throw new Error(file + " is not the pinned dcmjs");
  const module = { exports: {} };
  new Function("module", "exports", "require", script.toString())(
    module, module.exports, require);
  return module.exports;
}

/* Tags are hexadecimal in the JSON model, numbers in dcmjs. */
function plainValue(vr, value) {
  if (vr === "SQ")
    return plain(value);
  return vr === "AT" ? value.toString(16).padStart(8, "0") : value;
}

function plain(dataset) {
  const out = {};
  for (const [tag, element] of Object.entries(dataset)) {
    if (element.vr.startsWith("O"))
      continue;
    const values = element.Value || [];
    out[tag] = {
      vr: element.vr,
      Value: values.map(value => plainValue(element.vr, value)),
    };
  }
  return out;
}

function runs(bits, start, count) {
  const out = [];
  for (let n = start, value = 0; n < start + count; value = 1 - value) {
    const first = n;
    while (n < start + count && (bits[n] ? 1 : 0) === value)
      n++;
    out.push(n - first);
  }
  return out;
}

function read(dcmjs, file) {
  const bytes = fs.readFileSync(file);
  const { dict } = dcmjs.data.DicomMessage.readFile(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const out = { file: path.basename(file), dataset: plain(dict) };
  const pixels = dict["7FE00010"] && dict["7FE00010"].Value[0];
  const { Rows, Columns, BitsAllocated, NumberOfFrames } =
    dcmjs.data.DicomMetaDictionary.naturalizeDataset(dict);
  if (pixels && BitsAllocated === 1) {
    const bits = dcmjs.data.BitArray.unpack(pixels);
    const size = Rows * Columns;
    out.runs = Array.from({ length: Number(NumberOfFrames) },
      (_, frame) => runs(bits, frame * size, size));
  } else if (pixels) {
    out.sha256 = sha256(Buffer.from(pixels));
  }
  return out;
}

const [library, ...files] = process.argv.slice(2);
const dcmjs = loadDcmjs(library);
dcmjs.log.setLevel("error");
process.stdout.write(JSON.stringify(files.map(file => read(dcmjs, file))));
