/** Weights in ONNX files, read as data: no graph is run, and nothing outside the file is opened. */
package org.unmute.convert.read;
