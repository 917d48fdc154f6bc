// node:zlib through fflate, which the library uses anyway.
import * as fflate from "fflate";
import { Bytes } from "./bytes.mjs";

export const gunzipSync = (bytes) => Bytes.from(fflate.gunzipSync(bytes));
export const inflateSync = (bytes) => Bytes.from(fflate.unzlibSync(bytes));
export const deflateSync = (bytes) => Bytes.from(fflate.zlibSync(bytes));
