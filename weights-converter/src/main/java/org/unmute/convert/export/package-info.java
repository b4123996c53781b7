/**
 * Encoders and probes as ONNX graphs: the engine records the ops that a network runs, and each op becomes nodes.
 */
package org.unmute.convert.export;
