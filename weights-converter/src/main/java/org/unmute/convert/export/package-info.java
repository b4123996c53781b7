/**
 * Encoders and probes as ONNX graphs: the engine records the ops that a network runs, and each op becomes nodes.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.convert.export;

import org.jspecify.annotations.NullMarked;
